package io.polywire.wamp.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.wamp.auth.Credential.Cost;
import io.polywire.wamp.auth.Credential.Kdf;
import io.polywire.wamp.crypto.Crypto;
import io.polywire.wamp.door.Admission.Ask;
import io.polywire.wamp.door.Admission.Refuse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who asks for a name that nobody has sees what he would see for a name with another secret. */
final class EnumerationTest {
    private static final Set<String> METHODS = Set.of("ticket", "wampcra", "wamp-scram", "cryptosign");
    private static final Cost CHEAP = new Cost(Kdf.ARGON2ID, 1, 256);
    private static final byte[] SECRET = new byte[32];

    private static Principal user(String authid) {
        return Door.principal(
                authid,
                Passwords.scram("secret", CHEAP),
                Passwords.cra("secret", new Credential.Salt("c2FsdHNhbHRzYWx0c2FsdA==", 1000, 32)),
                new Credential.PublicKey(RouterKey.publicKeyOf(Arrays.copyOf(Crypto.utf8(authid), 32))));
    }

    private static Door door(Principal... principals) {
        return new Door(Door.authentication(
                AuthRules.principals(METHODS, Door.principals(principals)),
                tools -> tools.withDecoys(new Decoys(SECRET))));
    }

    private static Dict hello(String authid, String... methods) {
        return Door.hello(authid, Map.of("nonce", "0123456789abcdef", "pubkey", "ab".repeat(32)), methods);
    }

    /** What is seen of an attempt: message by message, with the length of each text that is random. */
    private static List<Object> seen(Door door, String authid, String... methods) {
        Ask ask = door.asked(hello(authid, methods));
        Map<String, Object> extra = new TreeMap<>();
        ask.extra().asMap().forEach((key, value) -> extra.put(key, shape(authid, key, value)));
        Refuse refused = Door.refused(Door.answer(ask, "d3Jvbmc="));
        return List.of(ask.method(), extra, refused.reason(), refused.text());
    }

    private static Object shape(String authid, String key, @Nullable Object value) {
        String text = String.valueOf(value);
        return switch (key) {
            case "salt", "nonce" -> text.length();
            case "challenge" ->
                text.replace(authid, "NAME").replaceAll("[0-9a-f]{32,}", "HEX").replaceAll("\\d+", "0");
            default -> text;
        };
    }

    @Test
    void aWrongSecretAndAnUnknownNameLookAlikeInEveryMethod() {
        Door door = door(user("alice"), user("bobby"));
        for (String method : List.of("ticket", "wampcra", "wamp-scram", "scram", "cryptosign")) {
            assertEquals(seen(door, "alice", method), seen(door, "carol", method), method);
        }
    }

    @Test
    void theChoiceOfTheMethodDoesNotTell() {
        Door door = door(user("alice"), user("bobby"));
        for (String[] methods :
                new String[][] {{"ticket", "wampcra"}, {"wampcra", "ticket"}, {"foo", "cryptosign", "wamp-scram"}}) {
            assertEquals(seen(door, "alice", methods), seen(door, "carol", methods));
        }
    }

    @Test
    void aMethodThatThePrincipalLacksDoesNotTell() {
        Door door = door(Door.principal("alice", Credential.Token.of("t", Long.MAX_VALUE)));
        for (String method : List.of("ticket", "wampcra", "wamp-scram", "cryptosign")) {
            assertEquals(seen(door, "alice", method), seen(door, "carol", method), method);
        }
    }

    @Test
    void saltsOfUnknownNamesStayTheSameAndDiffer() {
        Door door = door(user("alice"));
        Door restarted = door(user("alice"));
        for (String method : List.of("wampcra", "wamp-scram")) {
            Object salt = door.asked(hello("carol", method)).extra().get("salt");
            assertEquals(salt, door.asked(hello("carol", method)).extra().get("salt"));
            assertEquals(salt, restarted.asked(hello("carol", method)).extra().get("salt"));
            assertNotEquals(salt, door.asked(hello("dave", method)).extra().get("salt"));
        }
    }

    /** The slow hash is the bulk of the time of a ticket; a path that left it out would be ten times as fast. */
    @Test
    void aTicketOfAnUnknownNameTakesTheTimeOfAWrongOne() {
        Cost slow = new Cost(Kdf.ARGON2ID, 2, 8 * 1024);
        Door door = door(Door.principal("alice", Passwords.scram("secret", slow)));
        long known = Long.MAX_VALUE;
        long unknown = Long.MAX_VALUE;
        for (int i = 0; i < 7; i++) {
            known = Math.min(known, time(door, "alice"));
            unknown = Math.min(unknown, time(door, "carol"));
        }
        assertTrue(unknown > known / 2 && known > unknown / 2, known + " ns and " + unknown + " ns");
    }

    private static long time(Door door, String authid) {
        Ask ask = door.asked(hello(authid, "ticket"));
        long start = System.nanoTime();
        Door.refused(Door.answer(ask, "wrong"));
        return System.nanoTime() - start;
    }

    @Test
    void evenARealSignatureOrTicketDoesNotLetADecoyIn() {
        Door door = door(user("alice"));
        byte[] seed = Arrays.copyOf(Crypto.utf8("carol"), 32);
        String key = Crypto.hex(RouterKey.publicKeyOf(seed));
        Ask ask = door.asked(Door.hello("carol", Map.of("pubkey", key), "cryptosign"));
        byte[] challenge = java.util.HexFormat.of()
                .parseHex(java.util.Objects.requireNonNull(ask.extra().string("challenge")));
        Door.refused(Door.answer(ask, Crypto.hex(new RouterKey(seed).sign(challenge))));
        Door.refused(Door.answer(door.asked(hello("carol", "ticket")), "secret"));
    }
}
