package io.polywire.gate.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.Cause;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What both storages have to do, and what only the disk has. */
class StorageTest {
    private static StoredInstance instance(String id, Status status, long state) {
        return new StoredInstance("ed25519:a", id, "m", "main", status, true, false, state, state * 10);
    }

    private static List<Storage> both(Path folder) {
        return List.of(new MemoryStorage(), new DiskStorage(folder));
    }

    @Test
    void modulesReferencesAndInstancesComeBack(@TempDir Path folder) {
        for (Storage storage : both(folder)) {
            storage.addModule("m", new byte[] {1, 2});
            storage.addModule("n", new byte[3_000_000]);
            storage.addRef(new StoredRef("ed25519:a", "m"));
            storage.addRef(new StoredRef("ed25519:a", "m"));
            StoredInstance killed = instance("i", new Status(State.KILLED, Cause.ABI_VIOLATION, 0, "it's \"bad\""), 0);
            storage.saveInstance(killed);
            storage.removeModule("n");

            Storage.Contents contents = storage.load();
            assertEquals(List.of(new StoredModule("m", 2)), contents.modules());
            assertEquals(List.of(new StoredRef("ed25519:a", "m")), contents.refs());
            assertEquals(List.of(killed), contents.instances());
            assertArrayEquals(new byte[] {1, 2}, storage.module("m"));
            assertThrows(StorageException.class, () -> storage.module("n"));

            storage.removeRef(new StoredRef("ed25519:a", "m"));
            storage.removeInstance("ed25519:a", "i");
            storage.removeInstance("ed25519:a", "i");
            assertEquals(List.of(), storage.load().refs());
            assertEquals(List.of(), storage.load().instances());
            storage.close();
        }
    }

    @Test
    void stateGoesWithTheInstanceThatNamesIt(@TempDir Path folder) {
        for (Storage storage : both(folder)) {
            long first = storage.addState(new byte[] {1});
            storage.saveInstance(instance("i", Status.of(State.SUSPENDED), first));
            long second = storage.addState(new byte[] {2});
            assertArrayEquals(new byte[] {1}, storage.state(first), "still named");
            storage.saveInstance(instance("i", Status.of(State.SUSPENDED), second));
            assertThrows(StorageException.class, () -> storage.state(first));
            storage.saveInstance(instance("i", Status.of(State.RUNNING), second));
            assertArrayEquals(new byte[] {2}, storage.state(second));
            storage.removeInstance("ed25519:a", "i");
            assertThrows(StorageException.class, () -> storage.state(second));
            storage.close();
        }
    }

    @Test
    void nonceIsUsedOnceUntilItExpires(@TempDir Path folder) {
        for (Storage storage : both(folder)) {
            assertTrue(storage.useNonce("a", "n", 1010, 1000));
            assertFalse(storage.useNonce("a", "n", 1020, 1000));
            assertTrue(storage.useNonce("b", "n", 1010, 1000));
            assertFalse(storage.useNonce("a", "n", 1020, 1010));
            assertTrue(storage.useNonce("a", "n", 1020, 1011), "forgotten when its token is expired");
            storage.close();
        }
    }

    @Test
    void everythingIsThereAfterReopening(@TempDir Path folder) {
        long state;
        try (Storage storage = new DiskStorage(folder)) {
            storage.addModule("m", new byte[] {1});
            state = storage.addState(new byte[] {7});
            storage.saveInstance(instance("i", new Status(State.HALTED, null, 1, ""), state));
            storage.useNonce("a", "n", 1010, 1000);
        }
        try (Storage storage = new DiskStorage(folder)) {
            Storage.Contents contents = storage.load();
            assertEquals(1, contents.instances().get(0).status().result());
            assertArrayEquals(new byte[] {7}, storage.state(state));
            assertFalse(storage.useNonce("a", "n", 1010, 1000));
            assertTrue(storage.addState(new byte[0]) > state, "numbers are not used again");
        }
    }

    @Test
    void filesThatACrashLeftAreRemoved(@TempDir Path folder) throws IOException {
        try (Storage storage = new DiskStorage(folder)) {
            storage.addModule("m", new byte[] {1});
            storage.addState(new byte[] {1}); // Nobody names it.
        }
        Files.write(folder.resolve("modules/1.tmp"), new byte[] {1});
        Files.write(folder.resolve("modules/unnamed"), new byte[] {1});
        try (Storage storage = new DiskStorage(folder)) {
            storage.load();
            assertEquals(List.of("m"), names(folder.resolve("modules")));
            assertEquals(List.of(), names(folder.resolve("states")));
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void folderIsUsedByOneProcessAtATime(@TempDir Path folder) {
        try (Storage storage = new DiskStorage(folder)) {
            assertThrows(StorageException.class, () -> new DiskStorage(folder));
            assertEquals(List.of(), storage.load().modules());
        }
    }

    @Test
    void aCrowdIsServed(@TempDir Path folder) {
        try (Storage storage = new DiskStorage(folder)) {
            CompletableFuture.allOf(IntStream.range(0, 200)
                            .mapToObj(i -> CompletableFuture.runAsync(
                                    () -> storage.addRef(new StoredRef("a", "m" + i)), Thread::startVirtualThread))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
            assertEquals(200, storage.load().refs().size());
        }
    }

    @Test
    void whatFailsIsAStorageException() {
        assertThrows(StorageException.class, () -> new DiskStorage(Path.of("/proc/nothing")));
    }
}
