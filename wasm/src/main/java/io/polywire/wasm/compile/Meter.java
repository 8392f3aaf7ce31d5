package io.polywire.wasm.compile;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what is spent on one class, in units of about a byte of generated code: what is left for the whole module, and
 * what one class may take. Not thread-safe; what is left for the module is shared.
 */
final class Meter {
    /** The budget is used up: what the class is for is left to the interpreter. */
    static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exhausted() {
            super("compile budget exhausted", null, false, false);
        }
    }

    /** Units between two looks at the budget and at whether the program is to end: a fraction of a millisecond. */
    private static final int STEP = 4096;

    /** Most units of one class, all attempts included: some tenths of a second. */
    private static final int MAX_CLASS = 2 << 20;

    private final AtomicLong left;
    private int taken;
    private long total;

    Meter(AtomicLong left) {
        this.left = left;
    }

    /**
     * Spends something.
     *
     * @throws Exhausted if that is more than there is
     * @throws Compiling.Stopped if the program for which the class is made is to end
     */
    void spend(int units) {
        taken += units;
        if (taken >= STEP) {
            settle();
        }
    }

    private void settle() {
        total += taken;
        long rest = left.addAndGet(-taken);
        taken = 0;
        if (rest < 0 || total > MAX_CLASS) {
            throw new Exhausted();
        }
        Compiling.check();
    }

    /** At the end: takes the rest from the module's budget. */
    void close() {
        left.addAndGet(-taken);
        taken = 0;
    }
}
