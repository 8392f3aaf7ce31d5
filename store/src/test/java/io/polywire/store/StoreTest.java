package io.polywire.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void valuesSurviveARestart() {
        try (Store store = Store.open(directory)) {
            store.table("one").put("k", bytes("v"), Instant.MAX).join();
            var _ = store.table("two").put("k", bytes("w"), Instant.MAX); // closing waits for it
        }
        try (Store store = Store.open(directory)) {
            assertArrayEquals(bytes("v"), store.table("one").get("k"));
            assertArrayEquals(bytes("w"), store.table("two").get("k"));
            assertNull(store.table("three").get("k"));
            assertTrue(store.table("one").remove("k").join());
            assertFalse(store.table("one").remove("k").join());
            assertNull(store.table("one").get("k"));
        }
    }

    @Test
    void valuesExpire() {
        try (Store store = Store.open(directory)) {
            Table table = store.table("t");
            table.put("gone", bytes("v"), Instant.now().minusMillis(1)).join();
            Instant later = Instant.ofEpochMilli(Instant.now().toEpochMilli() + 60_000);
            table.put("there", bytes("v"), later).join();
            table.put("always", bytes("v"), Instant.MAX).join();
            assertNull(table.get("gone"));
            assertNotNull(table.get("there"));
            assertEquals(
                    List.of("always", "there"),
                    table.all().stream().map(Table.Entry::key).toList());
            assertEquals(
                    List.of(Instant.MAX, later),
                    table.all().stream().map(Table.Entry::expires).toList());
        }
    }

    @Test
    void aNonceIsTakenOnceUntilItExpires() {
        try (Store store = Store.open(directory)) {
            Table nonces = store.table("nonces");
            Instant later = Instant.now().plusSeconds(60);
            assertTrue(nonces.putIfAbsent("n", bytes("1"), later).join());
            assertFalse(nonces.putIfAbsent("n", bytes("2"), later).join());
            assertArrayEquals(bytes("1"), nonces.get("n"));
            nonces.put("n", bytes("3"), Instant.now().minusMillis(1)).join();
            assertTrue(nonces.putIfAbsent("n", bytes("4"), later).join());
        }
    }

    @Test
    void aWriteThatFailsIsUndoneAloneAndTold() {
        try (Store store = Store.open(directory)) {
            CompletableFuture<Integer> before = store.write(
                    database -> database.update("INSERT INTO value VALUES ('s', 'a', x'00', 9223372036854775807)"));
            CompletableFuture<Integer> bad = store.write(database -> {
                database.update("INSERT INTO value VALUES ('s', 'b', x'00', 9223372036854775807)");
                return database.update("INSERT INTO value VALUES ('s', 'a', x'01', 9223372036854775807)");
            });
            CompletableFuture<Integer> after = store.write(
                    database -> database.update("INSERT INTO value VALUES ('s', 'c', x'00', 9223372036854775807)"));
            assertEquals(1, before.join());
            CompletionException failure = assertThrows(CompletionException.class, bad::join);
            assertTrue(failure.getCause() instanceof StoreException);
            assertEquals(1, after.join());
            assertEquals(
                    List.of("a", "c"),
                    store.table("s").all().stream().map(Table.Entry::key).toList());
        }
    }

    @Test
    void aClosedStoreTakesNothing() {
        Store store = Store.open(directory);
        store.close();
        CompletableFuture<?> late = store.table("t").put("k", bytes("v"), Instant.MAX);
        assertThrows(CompletionException.class, late::join);
    }

    @Test
    void secretsStayTheSame() {
        byte[] secret;
        try (Store store = Store.open(directory)) {
            secret = store.secret("decoys", 32);
            assertEquals(32, secret.length);
            assertArrayEquals(secret, store.secret("decoys", 32));
        }
        try (Store store = Store.open(directory)) {
            assertArrayEquals(secret, store.secret("decoys", 32));
        }
    }

    @Test
    void onlyOneServerOpensADirectoryButCommandsMay() {
        try (Store server = Store.open(directory)) {
            StoreException refused = assertThrows(StoreException.class, () -> Store.open(directory));
            assertTrue(String.valueOf(refused.getMessage()).startsWith("another server uses the data in "));
            try (Store command = Store.openBeside(directory)) {
                command.table("t").put("k", bytes("v"), Instant.MAX).join();
            }
            assertArrayEquals(bytes("v"), server.table("t").get("k"));
        }
        Store.open(directory).close();
    }

    @Test
    void onlyTheOwnerReadsTheFiles() throws IOException {
        try (Store store = Store.open(directory)) {
            store.table("t").put("k", bytes("v"), Instant.MAX).join();
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(f -> f.getFileName().toString().startsWith("polywire.db"))
                        .toList()) {
                    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                }
            }
        }
    }

    @Test
    void aFileOfANewerVersionIsRefused() {
        try (Store store = Store.open(directory)) {
            store.write(database -> database.update("INSERT INTO migration VALUES (99, 0)"))
                    .join();
        }
        StoreException refused = assertThrows(StoreException.class, () -> Store.open(directory));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("the data was written by a newer version"));
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws IOException {
        Files.writeString(directory.resolve("polywire.db"), "this is no database, and long enough to be seen so");
        assertThrows(StoreException.class, () -> Store.open(directory));
    }

    /** A child process writes and says what is committed, until it is killed in the middle. */
    @Test
    void whatWasCommittedSurvivesAKill() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> committed = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            while (committed.size() < 500) {
                String line = lines.readLine();
                assertNotNull(line, "the child ended early");
                committed.add(line);
            }
            child.destroyForcibly().waitFor();
        }
        try (Store store = Store.open(directory)) {
            List<String> keys =
                    store.table("t").all().stream().map(Table.Entry::key).toList();
            assertTrue(keys.containsAll(committed));
            store.table("t").put("again", bytes("v"), Instant.MAX).join();
        }
    }

    /** Writes without end. */
    static final class Child {
        private Child() {}

        public static void main(String... args) throws InterruptedException {
            Store store = Store.open(Path.of(args[0]));
            for (int i = 0; ; i++) {
                String key = "key " + i;
                var _ = store.table("t")
                        .put(key, new byte[100], Instant.now().plus(Duration.ofDays(1)))
                        .thenRun(() -> System.out.println(key));
                if (i % 50 == 0) {
                    Thread.sleep(1);
                }
            }
        }
    }
}
