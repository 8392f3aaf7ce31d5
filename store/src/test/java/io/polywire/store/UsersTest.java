package io.polywire.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wamp.auth.Cookies;
import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Credential.Cost;
import io.polywire.wamp.auth.Credential.Kdf;
import io.polywire.wamp.auth.Passwords;
import io.polywire.wamp.auth.Principal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UsersTest {
    private static final Cost CHEAP = new Cost(Kdf.ARGON2ID, 1, 64);
    private static final String HEX = "ab".repeat(32);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static List<Credential> everything() {
        byte[] key = new byte[32];
        key[0] = 1;
        return List.of(
                Passwords.scram("secret", CHEAP),
                Passwords.cra("secret", new Credential.Salt("salt", 10, 32)),
                new Credential.Shared(new byte[] {1, 2}, null),
                new Credential.PublicKey(key),
                new Credential.Certificate(HEX));
    }

    @Test
    void aUserIsFoundWithAllCredentialsAfterARestart() {
        List<Credential> given = everything();
        try (Store store = Store.open(directory)) {
            store.users().add("realm1", "joe", "staff", given).join();
        }
        try (Store store = Store.open(directory)) {
            Principal joe = store.users().find("realm1", "joe");
            assertNotNull(joe);
            assertEquals("staff", joe.role());
            assertEquals("store", joe.provider());
            for (int i = 0; i < given.size(); i++) {
                CredentialForm before = CredentialForm.of(given.get(i));
                CredentialForm after = CredentialForm.of(joe.credentials().get(i));
                assertEquals(before.kind(), after.kind());
                assertArrayEquals(before.data(), after.data());
            }
            assertNull(store.users().find("realm2", "joe"));
            assertNull(store.users().find("realm1", "Joe"));
            Principal byKey = store.users().byKey("realm1", HEX);
            assertNotNull(byKey);
            assertEquals("joe", byKey.authid());
            assertNull(store.users().byKey("realm2", HEX));
        }
    }

    @Test
    void namesAndKeysBelongToOneUserOfARealm() {
        try (Store store = Store.open(directory)) {
            Users users = store.users();
            users.add("realm1", "joe", "staff", List.of(new Credential.Certificate(HEX)))
                    .join();
            assertEquals(
                    "realm realm1 has a user joe already",
                    failure(() -> users.add("realm1", "joe", "x", List.of()).join()));
            assertEquals(
                    "the key " + HEX + " belongs to the user joe of realm realm1",
                    failure(() -> users.add("realm1", "ann", "x", List.of(new Credential.Certificate(HEX)))
                            .join()));
            assertNull(users.find("realm1", "ann"));
            users.add("realm2", "joe", "x", List.of(new Credential.Certificate(HEX)))
                    .join();
            users.replace("realm1", "joe", "boss", List.of()).join();
            assertEquals(
                    List.of("boss", "x"),
                    users.list(null).stream().map(Users.User::role).toList());
            assertNull(users.byKey("realm1", HEX));
        }
    }

    private static String failure(Runnable work) {
        CompletionException thrown = assertThrows(CompletionException.class, work::run);
        return String.valueOf(Objects.requireNonNull(thrown.getCause()).getMessage());
    }

    @Test
    void aTokenIsShownOnceAndKeptAsAHash() throws IOException {
        String ticket;
        try (Store store = Store.open(directory)) {
            Users users = store.users();
            assertEquals(
                    "realm realm1 has no user joe",
                    failure(() ->
                            users.issueToken("realm1", "joe", "ci", Instant.MAX).join()));
            users.add("realm1", "joe", "staff", List.of()).join();
            ticket = users.issueToken("realm1", "joe", "ci", Instant.MAX).join();
            assertEquals(43, ticket.length());
            Principal joe = users.find("realm1", "joe");
            assertNotNull(joe);
            Credential.Token token = (Credential.Token) joe.credentials().get(0);
            assertArrayEquals(Credential.Token.of(ticket, 0).sha256(), token.sha256());
            assertEquals(List.of("token (ci)"), users.list("realm1").get(0).credentials());
        }
        assertTrue(!Files.readString(directory.resolve("polywire.db"), StandardCharsets.ISO_8859_1)
                .contains(ticket));
        try (Store store = Store.open(directory)) {
            assertEquals(1, store.users().revokeTokens("realm1", "joe").join());
            Principal joe = store.users().find("realm1", "joe");
            assertNotNull(joe);
            assertEquals(List.of(), joe.credentials());
        }
    }

    @Test
    void removingAUserTakesItsCredentialsAlong() {
        try (Store store = Store.open(directory)) {
            Users users = store.users();
            users.add("realm1", "joe", "staff", everything()).join();
            assertTrue(users.remove("realm1", "joe").join());
            assertTrue(!users.remove("realm1", "joe").join());
            assertEquals(
                    0,
                    store.<Integer>read(
                            database -> database.query("SELECT count(*) FROM credential", row -> row.getInt(1))
                                    .get(0)));
        }
    }

    @Test
    void aModelForDecoysIsSomeUserOfTheRealmAndStaysTheSame() {
        try (Store store = Store.open(directory)) {
            Users users = store.users();
            assertNull(users.near("realm1", "x"));
            users.add("realm1", "bob", "a", List.of()).join();
            users.add("realm1", "eve", "b", List.of()).join();
            for (String[] pair : new String[][] {{"a", "bob"}, {"bob", "bob"}, {"c", "eve"}, {"x", "bob"}}) {
                Principal near = users.near("realm1", pair[0]);
                assertNotNull(near);
                assertEquals(pair[1], near.authid());
            }
            assertNull(users.near("realm2", "x"));
        }
    }

    @Test
    void cookiesAreRememberedOverARestart() {
        Cookies.Remembered joe = new Cookies.Remembered("joe", "staff", "store");
        try (Store store = Store.open(directory)) {
            new StoredCookies(store).remember("key", joe, Duration.ofHours(1));
            new StoredCookies(store).remember("old", joe, Duration.ofMillis(-1));
        }
        try (Store store = Store.open(directory)) {
            Cookies.Remembered found = new StoredCookies(store).find("key");
            assertNotNull(found);
            assertEquals(joe, found);
            assertNull(new StoredCookies(store).find("old"));
        }
    }
}
