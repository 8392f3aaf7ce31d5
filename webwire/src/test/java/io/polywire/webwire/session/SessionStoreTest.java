package io.polywire.webwire.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.webwire.session.SqliteSessions.StoreFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionStoreTest {
    private static final Instant NOON = Instant.parse("2018-03-03T12:00:00Z");
    private static final OffsetDateTime CREATED = OffsetDateTime.parse("2018-03-03T16:49:28.123456789+01:00");
    private static final StoredSession ALICE =
            new StoredSession("d1", "alice", "member", CREATED, NOON, "{\"username\":\"alice\"}");
    private static final StoredSession BOB =
            new StoredSession("d2", "bob", "member", CREATED.plusDays(1), NOON.plusSeconds(60), "null");

    @TempDir
    private static Path folder;

    private static SessionStore store(String kind) {
        return kind.equals("memory")
                ? new SessionStore.InMemory()
                : new SqliteSessions(folder.resolve(System.nanoTime() + ".db"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "SQLite"})
    void sessionsAreFoundListedUsedExpiredAndRemoved(String kind) {
        SessionStore store = store(kind);
        store.put(BOB);
        store.put(ALICE);
        assertEquals(ALICE, store.find("d1"));
        assertNull(store.find("d3"));
        assertEquals(List.of(ALICE, BOB), store.list());

        store.touch("d1", NOON.plusSeconds(120));
        store.touch("d3", NOON);
        store.expire(NOON.plusSeconds(90));
        assertEquals(List.of(ALICE.usedAt(NOON.plusSeconds(120))), store.list());

        store.remove("d1");
        store.remove("d1");
        assertEquals(List.of(), store.list());
    }

    @Test
    void theKeyIsNotInTheDatabase() throws Exception {
        String key = "a-key-that-nobody-may-read-from-the-disk";
        Path file = folder.resolve("secret.db");
        try (SqliteSessions store = new SqliteSessions(file)) {
            store.put(new StoredSession(StoredSession.digest(key), "", "", CREATED, NOON, "null"));
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path one :
                    files.filter(f -> f.toString().contains("secret.db")).toList()) {
                assertFalse(new String(Files.readAllBytes(one), StandardCharsets.ISO_8859_1).contains(key));
            }
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsAClearError() throws Exception {
        Path file = Files.writeString(folder.resolve("notes.txt"), "this is no database, it is a text ".repeat(100));
        StoreFailure failure = assertThrows(StoreFailure.class, () -> new SqliteSessions(file));
        assertEquals(
                "cannot open the sessions in " + file,
                String.valueOf(failure.getMessage()).split(": ")[0]);
    }

    @Test
    void aSessionIsActiveOnOneConnectionAtMost() {
        ActiveSessions<String> active = new ActiveSessions<>();
        assertEquals(
                List.of(true, false, false),
                List.of(active.claim("k", "a"), active.claim("k", "b"), active.claim("k", "a")));
        active.release("k", "b"); // not its own
        assertEquals("a", active.connection("k"));
        assertEquals(1, active.count());
        active.release("k", "a");
        assertFalse(active.isActive("k"));
    }
}
