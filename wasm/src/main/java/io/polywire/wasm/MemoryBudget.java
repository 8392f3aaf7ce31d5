package io.polywire.wasm;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that memories and tables of all instances in the process may take together. Reserved before anything is
 * allocated. Thread-safe.
 */
public final class MemoryBudget {
    private static final AtomicLong LIMIT = new AtomicLong(Runtime.getRuntime().maxMemory() / 4 * 3);
    private static final AtomicLong USED = new AtomicLong();

    private MemoryBudget() {}

    /** Sets the limit in bytes; at first it is three quarters of the heap's maximum. */
    public static void limit(long bytes) {
        LIMIT.set(bytes);
    }

    /** Bytes reserved now. */
    public static long used() {
        return USED.get();
    }

    /** Takes bytes from the budget; false, and nothing is taken, if there are not so many. */
    static boolean reserve(long bytes) {
        long now = USED.addAndGet(bytes);
        if (now > LIMIT.get()) {
            USED.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    static void release(long bytes) {
        USED.addAndGet(-bytes);
    }
}
