package io.polywire.wamp.client.auth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class AuthenticatorTest {
    private static final Authenticator.Context NOBODY = new Authenticator.Context(null, null);
    private static final HexFormat HEX = HexFormat.of();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void ticketIsTheSignature() {
        assertEquals(
                "secret",
                Authenticator.ticket("secret").begin(NOBODY).answer(Dict.EMPTY).signature());
    }

    @Test
    void wampcraSignsTheChallengeWithTheSecret() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(utf8("secret"), "HmacSHA256"));
        String expected = Base64.getEncoder().encodeToString(mac.doFinal(utf8("{\"nonce\": 1}")));
        assertEquals(
                expected,
                Authenticator.wampcra("secret")
                        .begin(NOBODY)
                        .answer(Dict.of("challenge", "{\"nonce\": 1}"))
                        .signature());
    }

    @Test
    void saltedWampcraSignsWithTheBase64OfTheDerivedKey() throws Exception {
        byte[] derived = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec("secret".toCharArray(), utf8("salt123"), 100, 32 * 8))
                .getEncoded();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getEncoder().encode(derived), "HmacSHA256"));
        String expected = Base64.getEncoder().encodeToString(mac.doFinal(utf8("challenge")));
        Dict extra = Dict.of("challenge", "challenge")
                .with("salt", "salt123")
                .with("iterations", 100L)
                .with("keylen", 32L);
        assertEquals(
                expected,
                Authenticator.wampcra("secret").begin(NOBODY).answer(extra).signature());
    }

    /** RFC 8032, section 7.1, test 1 has the key; the signed message is the challenge. */
    @Test
    void cryptosignProvesTheKeyByItsSignature() throws Exception {
        byte[] seed = HEX.parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        String publicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        Authenticator.Exchange exchange = Authenticator.cryptosign(seed).begin(NOBODY);
        assertEquals(publicKey, exchange.hello().get("pubkey"));
        byte[] challenge = new byte[32];
        Arrays.fill(challenge, (byte) 7);
        byte[] answer = HEX.parseHex(
                exchange.answer(Dict.of("challenge", HEX.formatHex(challenge))).signature());
        assertEquals(96, answer.length);
        assertArrayEquals(challenge, Arrays.copyOfRange(answer, 64, 96));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(HEX.parseHex("302a300506032b6570032100" + publicKey))));
        verifier.update(challenge);
        assertTrue(verifier.verify(answer, 0, 64));
    }

    @Test
    void cryptosignRefusesWhatIsNoChallengeOrBinding() {
        Authenticator.Exchange exchange = Authenticator.cryptosign(new byte[32]).begin(NOBODY);
        assertThrows(AuthenticationException.class, () -> exchange.answer(Dict.EMPTY));
        assertThrows(AuthenticationException.class, () -> exchange.answer(Dict.of("challenge", "zz")));
        assertThrows(AuthenticationException.class, () -> exchange.answer(Dict.of("challenge", "00")));
        Dict bound = Dict.of("challenge", "00".repeat(32)).with("channel_binding", "tls-exporter");
        assertThrows(AuthenticationException.class, () -> exchange.answer(bound));
        assertThrows(
                AuthenticationException.class,
                () -> Authenticator.cryptosignBound(new byte[32]).begin(NOBODY));
        assertThrows(IllegalArgumentException.class, () -> Authenticator.cryptosign(new byte[31]));
    }

    /** RFC 7677, section 3. */
    private final Authenticator.Exchange scram =
            new Scram("pencil").begin(new Authenticator.Context("user", null), "rOprNGfwEbeRWgbNEkqO");

    private static final Dict SCRAM_CHALLENGE = Dict.of("nonce", "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
            .with("salt", "W22ZaJ0SNY7soEsUEjb6gQ==")
            .with("kdf", "pbkdf2")
            .with("iterations", 4096L);

    @Test
    void scramAgreesWithTheRfc() {
        Authenticator.Answer answer = scram.answer(SCRAM_CHALLENGE);
        assertEquals("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", answer.signature());
        assertEquals(
                "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                answer.extra().get("nonce"));
        scram.welcome(Dict.of("authextra", Map.of("verifier", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")));
    }

    @Test
    void scramRefusesARouterThatDoesNotKnowThePassword() {
        scram.answer(SCRAM_CHALLENGE);
        assertThrows(
                AuthenticationException.class, () -> scram.welcome(Dict.of("authextra", Map.of("verifier", "AAAA"))));
        assertThrows(AuthenticationException.class, () -> scram.welcome(Dict.EMPTY));
    }

    @Test
    void scramRefusesAForeignNonceAndUnknownDerivations() {
        assertThrows(AuthenticationException.class, () -> scram.answer(SCRAM_CHALLENGE.with("nonce", "another")));
        assertThrows(
                AuthenticationException.class,
                () -> scram.answer(SCRAM_CHALLENGE.with("nonce", "rOprNGfwEbeRWgbNEkqO")));
        assertThrows(AuthenticationException.class, () -> scram.answer(SCRAM_CHALLENGE.with("kdf", "md5")));
        assertThrows(AuthenticationException.class, () -> scram.answer(SCRAM_CHALLENGE.with("iterations", 1L << 40)));
        assertThrows(
                AuthenticationException.class, () -> Authenticator.scram("x").begin(NOBODY));
    }

    @Test
    void scramDerivesWithArgon2() {
        Dict challenge =
                SCRAM_CHALLENGE.with("kdf", "argon2id13").with("iterations", 2L).with("memory", 64L);
        assertEquals(44, scram.answer(challenge).signature().length());
        assertEquals(List.of("wamp-scram", "scram"), Authenticator.scram("x").names());
    }
}
