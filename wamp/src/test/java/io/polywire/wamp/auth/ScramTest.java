package io.polywire.wamp.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polywire.model.Dict;
import io.polywire.model.Reasons;
import io.polywire.net.Headers;
import io.polywire.net.Peer;
import io.polywire.wamp.auth.Credential.Cost;
import io.polywire.wamp.auth.Credential.Kdf;
import io.polywire.wamp.crypto.Crypto;
import io.polywire.wamp.door.Admission.Admit;
import io.polywire.wamp.door.Admission.Applicant;
import io.polywire.wamp.door.Admission.Ask;
import io.polywire.wamp.door.Admission.Decision;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ScramTest {
    private static final Cost CHEAP = new Cost(Kdf.PBKDF2, 4096, 0);
    private static final Cost ARGON = new Cost(Kdf.ARGON2ID, 1, 64);

    /** The exchange of RFC 7677, section 3, down to the last character. */
    @Test
    void theExchangeIsThatOfRfc7677() {
        Credential.Scram stored =
                Passwords.scram("pencil", Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="), CHEAP);
        Principal user = Door.principal("user", stored);
        Authentication authentication =
                Door.authentication(AuthRules.principals(java.util.Set.of("wamp-scram"), Door.principals(user)));
        Dict hello = Door.hello("user", Map.of("nonce", "rOprNGfwEbeRWgbNEkqO"), "wamp-scram");
        Applicant applicant =
                new Applicant("realm1", hello, new Peer("192.0.2.1:1", "", null, null), Map.of(), Headers.EMPTY, null);
        AuthRules rules = AuthRules.anonymous("x");
        Attempt attempt = new Attempt(authentication, applicant, rules, "wamp-scram", user, true);

        Ask ask = (Ask) Scram.begin(attempt, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        assertEquals(
                "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                ask.extra().get("nonce"));
        assertEquals("W22ZaJ0SNY7soEsUEjb6gQ==", ask.extra().get("salt"));
        assertEquals(4096L, ask.extra().get("iterations"));
        assertEquals("pbkdf2", ask.extra().get("kdf"));

        Admit admit = Door.admitted(Door.answer(ask, "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
        assertEquals(
                "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", admit.extra().get("verifier"));
    }

    @Test
    void aProofOfTheRightPasswordIsAdmittedAndVerified() {
        for (Cost cost : new Cost[] {CHEAP, ARGON}) {
            Door door = door(cost);
            Client client = new Client("joe", "secret", false);
            Ask ask = door.asked(client.hello("wamp-scram"));
            assertEquals("wamp-scram", ask.method());
            Admit admit = Door.admitted(Door.answer(ask, client.proof(ask.extra())));
            assertEquals("joe", admit.identity().authid());
            assertEquals("staff", admit.identity().authrole());
            assertEquals(client.verifier, admit.extra().get("verifier"));
        }
    }

    @Test
    void aProofOfAnotherPasswordIsDenied() {
        Door door = door(CHEAP);
        Client client = new Client("joe", "Secret", false);
        Ask ask = door.asked(client.hello("wamp-scram"));
        assertDenied(Door.answer(ask, client.proof(ask.extra())));
        assertDenied(Door.answer(door.asked(client.hello("wamp-scram")), "no base64!"));
        assertDenied(Door.answer(door.asked(client.hello("wamp-scram")), ""));
    }

    /** What is taken for the salted password, the channel binding, and names differ. */
    @Test
    void autobahnsDialectIsUnderstoodUnderItsName() {
        Door door = door(ARGON);
        Client client = new Client("joe", "secret", true);
        Ask ask = door.asked(client.hello("scram"));
        assertEquals("scram", ask.method());
        assertEquals("argon2id-13", ask.extra().get("kdf"));
        Admit admit = Door.admitted(Door.answer(ask, client.proof(ask.extra())));
        assertEquals(client.verifier, admit.extra().get("scram_server_signature"));
        assertEquals("scram", admit.identity().authmethod());
    }

    @Test
    void aNonceThatWasNotSentIsDenied() {
        Door door = door(CHEAP);
        Client client = new Client("joe", "secret", false);
        Ask ask = door.asked(client.hello("wamp-scram"));
        assertDenied(Door.answer(ask, client.proof(ask.extra()), Dict.of("nonce", "another")));
    }

    @Test
    void helloWithoutNonceIsRefusedWithTheReason() {
        var refused = door(CHEAP).refused(Door.hello("joe", Map.of(), "wamp-scram"));
        assertEquals(Reasons.AUTHENTICATION_FAILED, refused.reason());
        assertEquals("authextra.nonce must be a text of 8 to 256 characters", refused.text());
    }

    @Test
    void channelBindingWithoutTlsIsRefusedWithTheReason() {
        Map<String, @Nullable Object> extra = Map.of("nonce", "abcdefghijkl", "channel_binding", "tls-exporter");
        assertEquals(
                "channel binding needs a TLS connection",
                door(CHEAP).refused(Door.hello("joe", extra, "wamp-scram")).text());
    }

    private static Door door(Cost cost) {
        Principal joe = Door.principal("joe", Passwords.scram("secret", cost));
        return new Door(
                Door.authentication(AuthRules.principals(java.util.Set.of("wamp-scram"), Door.principals(joe))));
    }

    private static void assertDenied(Decision decision) {
        assertEquals(Reasons.AUTHENTICATION_DENIED, Door.refused(decision).reason());
    }

    /** A client that follows the texts of the specification and of Autobahn, apart from the code under test. */
    private static final class Client {
        private final String authid;
        private final String password;
        private final boolean autobahn;
        private final String nonce = "client-nonce-of-some-length";
        private String verifier = "";

        Client(String authid, String password, boolean autobahn) {
            this.authid = authid;
            this.password = password;
            this.autobahn = autobahn;
        }

        Dict hello(String method) {
            Map<String, @Nullable Object> extra = new LinkedHashMap<>();
            extra.put("nonce", nonce);
            return Door.hello(authid, extra, method);
        }

        String proof(Dict challenge) {
            byte[] salt = Base64.getDecoder().decode(text(challenge.string("salt")));
            int iterations = (int) challenge.integer("iterations", 0);
            byte[] salted = "pbkdf2".equals(challenge.string("kdf"))
                    ? Crypto.pbkdf2(password, salt, iterations, 32)
                    : Crypto.argon2id(password, salt, iterations, (int) challenge.integer("memory", 0));
            if (autobahn) {
                salted = Base64.getEncoder().withoutPadding().encode(salted);
            }
            String whole = text(challenge.string("nonce"));
            byte[] message = Crypto.utf8("n=" + authid + ",r=" + nonce + ",r=" + whole + ",s="
                    + challenge.string("salt") + ",i=" + iterations + ",c=" + (autobahn ? "" : "biws") + ",r=" + whole);
            byte[] key = Crypto.hmac(salted, Crypto.utf8("Client Key"));
            verifier = Crypto.base64(Crypto.hmac(Crypto.hmac(salted, Crypto.utf8("Server Key")), message));
            return Crypto.base64(Crypto.xor(key, Crypto.hmac(Crypto.sha256(key), message)));
        }

        private static String text(@Nullable String text) {
            return Objects.requireNonNull(text);
        }
    }
}
