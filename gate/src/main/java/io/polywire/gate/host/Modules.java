package io.polywire.gate.host;

import io.polywire.gate.program.Program;
import io.polywire.gate.program.ProgramException;
import io.polywire.gate.program.ProgramLimits;
import io.polywire.gate.storage.Storage;
import io.polywire.gate.storage.StoredModule;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The modules that are known: those with references or instances. Each use is counted; the last one to go takes the module
 * with it. Thread-safe; methods that say so block.
 *
 * <p>Checked modules are kept at hand, the most recently used ones, so that a module that comes again is not checked again.
 */
final class Modules implements AutoCloseable {
    private static final long AT_HAND = 64L << 20;
    private static final int STRIPES = 64;

    /** Room in a saved module for what is neither code nor memory. */
    private static final int SAVED_BUFFERS = 4 << 20;

    private static final class Known {
        final long size;
        int uses;
        boolean stored;

        Known(long size) {
            this.size = size;
        }
    }

    private final Storage storage;
    private final ProgramLimits limits;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final ReentrantLock[] locks = new ReentrantLock[STRIPES];
    private final ExecutorService checkers;

    /** Guarded by itself. */
    private final LinkedHashMap<String, Program> atHand = new LinkedHashMap<>(64, 0.75f, true);

    private long atHandBytes; // guarded by atHand

    Modules(Storage storage, ProgramLimits limits) {
        this.storage = storage;
        this.limits = limits;
        for (int i = 0; i < STRIPES; i++) {
            locks[i] = new ReentrantLock();
        }
        // Checking a large module takes seconds of processor time: not on virtual threads, which would all wait.
        this.checkers = Executors.newFixedThreadPool(
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                Thread.ofPlatform().daemon().name("polywire-gate-check-", 0).factory());
    }

    /** A module that was stored before this start; each use follows with {@link #holdStored}. */
    void restore(StoredModule module) {
        Known entry = new Known(module.size());
        entry.stored = true;
        known.put(module.id(), entry);
    }

    /** A use that was there before this start; false if the module is not. */
    boolean holdStored(String id) {
        Known entry = known.get(id);
        if (entry == null) {
            return false;
        }
        entry.uses++;
        return true;
    }

    /** Forgets stored modules that nothing uses. Blocks. */
    void sweep() {
        List<String> unused = known.entrySet().stream()
                .filter(entry -> entry.getValue().uses == 0)
                .map(Map.Entry::getKey)
                .toList();
        for (String id : unused) {
            known.remove(id);
            storage.removeModule(id);
        }
    }

    /** Octets of a module, or -1 if it is not known. */
    long size(String id) {
        Known entry = known.get(id);
        return entry == null ? -1 : entry.size;
    }

    /** A known module. Blocks. */
    Program program(String id) {
        Program found = atHand(id);
        if (found != null) {
            return found;
        }
        return atHand(saved(storage.module(id)));
    }

    /** The octets of a known module. Blocks. */
    byte[] octets(String id) {
        Program found = atHand(id);
        return found != null ? found.bytes() : storage.module(id);
    }

    private @Nullable Program atHand(String id) {
        synchronized (atHand) {
            return atHand.get(id);
        }
    }

    /** One that was checked before and is the same, whether known or not; null if there is none at hand. */
    @Nullable
    Program same(String id, byte[] octets) {
        Program found = atHand(id);
        return found != null && Arrays.equals(found.bytes(), octets) ? found : null;
    }

    /** Checks a module; throws {@link ProgramException}. Blocks. */
    Program check(byte[] octets) {
        return atHand(check(octets, limits));
    }

    /** A module that this server made or has accepted, which may hold a whole memory in addition. Blocks. */
    Program saved(byte[] octets) {
        long most = (long) limits.module() + limits.memory() + SAVED_BUFFERS;
        return check(
                octets,
                new ProgramLimits(
                        (int) Math.min(most, Integer.MAX_VALUE - 8),
                        limits.code(),
                        limits.memory(),
                        limits.stack(),
                        limits.table()));
    }

    private Program check(byte[] octets, ProgramLimits within) {
        try {
            return CompletableFuture.supplyAsync(() -> Program.of(octets, within), checkers)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof ProgramException refused ? refused : e;
        }
    }

    private Program atHand(Program program) {
        synchronized (atHand) {
            Program before = atHand.put(program.id(), program);
            atHandBytes += program.bytes().length - (before == null ? 0 : before.bytes().length);
            Iterator<Program> eldest = atHand.values().iterator();
            while (atHandBytes > AT_HAND && eldest.hasNext()) {
                atHandBytes -= eldest.next().bytes().length;
                eldest.remove();
            }
        }
        return program;
    }

    /** Counts a use; with {@code store} the module is durable afterwards. Blocks. */
    void hold(Program program, boolean store) {
        String id = program.id();
        ReentrantLock lock = lock(id);
        lock.lock();
        try {
            Known entry = known.computeIfAbsent(id, k -> new Known(program.bytes().length));
            entry.uses++;
            if (store && !entry.stored) {
                try {
                    storage.addModule(id, program.bytes());
                } catch (RuntimeException e) {
                    drop(id, entry);
                    throw e;
                }
                entry.stored = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends a use. Blocks. */
    void release(String id) {
        ReentrantLock lock = lock(id);
        lock.lock();
        try {
            Known entry = known.get(id);
            if (entry != null) {
                drop(id, entry);
            }
        } finally {
            lock.unlock();
        }
    }

    private void drop(String id, Known entry) {
        if (--entry.uses == 0) {
            known.remove(id);
            if (entry.stored) {
                storage.removeModule(id);
            }
        }
    }

    private ReentrantLock lock(String id) {
        return locks[Math.floorMod(id.hashCode(), STRIPES)];
    }

    /** How many are known. */
    int count() {
        return known.size();
    }

    @Override
    public void close() {
        checkers.shutdown();
    }
}
