package io.polywire.hemi.login;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.hemi.Vectors;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.Envelopes;
import io.polywire.hemi.message.HemiException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Logins as the original package does and takes them. */
class LoginVectorTest {
    private static final String KEY_A = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

    private static Envelope envelope(String wire) {
        byte[] octets = wire.getBytes(StandardCharsets.UTF_8);
        return Envelopes.read(octets, 0, octets.length);
    }

    private static String text(byte[] message) {
        return new String(message, StandardCharsets.UTF_8).stripTrailing();
    }

    @TestFactory
    Stream<DynamicTest> publicKeysBelongToPrivateOnes() {
        return Vectors.of("auth-key")
                .map(v -> DynamicTest.dynamicTest(Vectors.name(v), () -> {
                    SecretKey key = SecretKey.ofHex(v.get("private").asString());
                    assertEquals(
                            v.get("public_compressed").asString(),
                            key.publicKey().hex());
                    assertEquals(
                            key.publicKey(),
                            PublicKey.ofHex(v.get("public_uncompressed").asString()));
                }));
    }

    @TestFactory
    Stream<DynamicTest> clientsSendWhatTheOriginalSends() {
        return Vectors.of("auth-client").map(v -> DynamicTest.dynamicTest(Vectors.name(v), () -> client(v)));
    }

    private static void client(JsonNode vector) {
        LoginClient client =
                new LoginClient(SecretKey.ofHex(vector.get("private").asString()), false);
        JsonNode sent = vector.get("sent");
        assertEquals(sent.get(0).asString(), text(client.hello()));
        Envelope challenge = envelope("{\"header\":{\"command\":\"secp256k1-hello-challenge\",\"id\":\"1\"},"
                + "\"payload\":{\"message\":\"" + vector.get("challenge_hex").asString() + "\"}}");
        if (vector.get("ok").asBoolean()) {
            assertEquals(sent.get(1).asString(), text(client.answer(challenge)));
        } else {
            assertEquals(1, sent.size());
            assertThrows(HemiException.class, () -> client.answer(challenge));
        }
    }

    @Test
    void carefulClientSignsOnlyWhatNamesItsKey() {
        LoginClient client = new LoginClient(SecretKey.ofHex(KEY_A));
        byte[] nonce = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
        byte[] other = Challenge.of(nonce, SecretKey.generate().publicKey());
        assertThrows(LoginException.class, () -> client.answer(challenge(other)));
        assertNotEquals(
                "",
                text(client.answer(challenge(Challenge.of(nonce, client.key().publicKey())))));
    }

    private static Envelope challenge(byte[] octets) {
        return envelope(text(Challenge.COMMANDS.write(
                "", new Challenge.HelloChallenge(HexFormat.of().formatHex(octets)))));
    }

    @TestFactory
    Stream<DynamicTest> serversTakeWhatTheOriginalTakes() {
        return Vectors.of("auth-server").map(v -> DynamicTest.dynamicTest(Vectors.name(v), () -> server(v)));
    }

    private static void server(JsonNode vector) {
        List<String> client = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (JsonNode m : vector.get("transcript")) {
            (m.get("from").asString().equals("client") ? client : expected)
                    .add(m.get("wire").asString());
        }
        byte[] nonce = new byte[16];
        if (!expected.isEmpty()) {
            String challenge = Vectors.json(expected.getFirst())
                    .get("payload")
                    .get("message")
                    .asString();
            nonce = HexFormat.of().parseHex(challenge, 0, 32);
        }
        byte[] recorded = nonce;
        LoginServer server = new LoginServer(() -> recorded);
        List<String> sent = new ArrayList<>();
        PublicKey[] proved = new PublicKey[1];
        Runnable run = () -> {
            for (String message : client) {
                switch (server.receive(envelope(message))) {
                    case LoginServer.Ask ask -> sent.add(text(ask.message()));
                    case LoginServer.Proved who -> proved[0] = who.key();
                }
            }
        };
        if (vector.get("ok").asBoolean()) {
            run.run();
            assertEquals(vector.get("remote_public_key").asString(), proved[0].hex());
        } else {
            assertThrows(HemiException.class, run::run);
        }
        assertEquals(expected, sent);
    }

    @Test
    void signaturesOfFreshKeysAreTaken() {
        for (int i = 0; i < 50; i++) {
            SecretKey key = SecretKey.generate();
            byte[] hash = Challenge.hash(new byte[] {(byte) i});
            byte[] signature = key.sign(hash);
            assertEquals(true, key.publicKey().signed(hash, signature));
            signature[0] ^= 1;
            assertEquals(false, key.publicKey().signed(hash, signature), "the other point of the same r");
        }
    }

    @Test
    void noNonceComesTwice() {
        String first = text(((LoginServer.Ask) hello(new LoginServer())).message());
        String second = text(((LoginServer.Ask) hello(new LoginServer())).message());
        assertNotEquals(first, second);
    }

    private static LoginServer.Step hello(LoginServer server) {
        byte[] hello = new LoginClient(SecretKey.ofHex(KEY_A)).hello();
        return server.receive(Envelopes.read(hello, 0, hello.length));
    }

    @Test
    void secondHelloEndsTheLogin() {
        LoginServer server = new LoginServer();
        hello(server);
        assertThrows(LoginException.class, () -> hello(server));
        assertThrows(LoginException.class, () -> hello(server));
    }

    @Test
    void workedExampleIsSignedByteForByte() {
        byte[] challenge = Challenge.of(
                HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f"),
                SecretKey.ofHex(KEY_A).publicKey());
        assertArrayEquals(
                HexFormat.of()
                        .parseHex(
                                "1f" // 27 + 4 + recovery id 0
                                        + "00a327a7242ed8b34e325ede5489b5572c86bdeb17be948bafd06167101259de" // r,
                                        // padded
                                        // to 32
                                        + "73c1d835c42bf510f2ec2c9d5d26d0a51da308994ac4dc47f01535d60947ac7c"), // s
                SecretKey.ofHex(KEY_A).sign(Challenge.hash(challenge)));
    }
}
