package io.polywire.wasm;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A program's call of a host function. Valid during the call only. */
public final class HostCall {
    private final Instance instance;
    private final Execution execution;
    private final Values args;
    private final int depth;

    HostCall(Instance instance, Execution execution, Values args, int depth) {
        this.instance = instance;
        this.execution = execution;
        this.args = args;
        this.depth = depth;
    }

    /** The instance that imported the function. */
    public Instance instance() {
        return instance;
    }

    public Execution execution() {
        return execution;
    }

    public Values args() {
        return args;
    }

    public int i32(int arg) {
        return args.getI(arg);
    }

    public long i64(int arg) {
        return args.getL(arg);
    }

    public @Nullable Object ref(int arg) {
        return args.getR(arg);
    }

    /** The instance's memory. */
    public Memory memory() {
        return instance.memory;
    }

    /**
     * Calls back into a program. The program cannot be suspended while it runs below a host function.
     *
     * @throws Trap if it traps
     */
    public Values invoke(Func func, Values arguments) {
        execution.pin(1);
        try {
            return Rt.invoke(arguments, func, instance, depth);
        } finally {
            execution.pin(-1);
        }
    }

    /**
     * Returns an exception to throw: the program waits, without a thread, until the stage is completed in whatever
     * way, and the function is then called again with the same arguments. A snapshot taken meanwhile calls it again
     * where it is restored.
     */
    public RuntimeException waitFor(CompletionStage<?> stage) {
        return execution.pinned() ? new IllegalStateException("cannot wait below a host function") : new Wait(stage);
    }

    /**
     * Returns an exception to throw: the program is suspended, and resuming it calls the function again.
     *
     * @param reason why, for {@link Execution#note()}
     */
    public RuntimeException suspend(String reason) {
        return execution.pinned() ? new IllegalStateException(reason) : new Pause(reason);
    }

    /** Thrown to wait. */
    static final class Wait extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient CompletionStage<?> stage;

        Wait(CompletionStage<?> stage) {
            super("wait", null, false, false);
            this.stage = stage;
        }

        CompletionStage<?> stage() {
            return stage;
        }
    }

    /** Thrown to suspend. */
    static final class Pause extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Pause(String reason) {
            super(reason, null, false, false);
        }
    }
}
