package io.polywire.wasm.compile;

import org.jspecify.annotations.Nullable;

/** Lets a program be ended while classes are made for it, which may be anywhere in its code. */
public final class Compiling {
    private static final ScopedValue<Runnable> CHECK = ScopedValue.newInstance();

    private Compiling() {}

    /** Thrown by a check: the class is not made, and the program's thread gets this exception where it needed the class. */
    public abstract static class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        protected Stopped(String message) {
            super(message, null, false, false);
        }
    }

    /** Does something on this thread; while classes are made for it, {@code check} is called often. */
    public static <R extends @Nullable Object> R during(
            Runnable check, ScopedValue.CallableOp<R, RuntimeException> work) {
        return ScopedValue.where(CHECK, check).call(work);
    }

    /** Throws {@link Stopped} if this thread's program is to end. */
    static void check() {
        if (CHECK.isBound()) {
            CHECK.get().run();
        }
    }
}
