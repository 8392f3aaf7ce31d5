package io.polywire.gate.program;

import io.polywire.gate.message.Cause;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.gate.service.AbiViolationException;
import io.polywire.wasm.Execution;
import io.polywire.wasm.Outcome;
import io.polywire.wasm.Trap;

/** What the engine's ends and stops mean to Gate. */
final class Ends {
    private static final System.Logger LOG = System.getLogger(Ends.class.getName());

    private Ends() {}

    /**
     * Status of an instance whose last function has ended.
     *
     * @param called whether a return ends it for good
     * @param killed whether somebody has asked for its end
     */
    static Status of(Outcome outcome, boolean called, boolean killed) {
        return switch (outcome) {
            case Outcome.Returned r -> {
                int value = r.results().size() == 0 ? 0 : r.results().getI(0);
                yield result(called ? State.TERMINATED : State.HALTED, value);
            }
            case Outcome.Exited e -> result(State.TERMINATED, e.code());
            case Outcome.Trapped t -> killed(cause(t.trap()), "");
            case Outcome.Killed k -> killed ? Status.of(State.KILLED) : killed(Cause.INTERNAL, "");
            case Outcome.Failed f -> failed(f.cause());
        };
    }

    private static Status result(State state, int value) {
        return new Status(state, null, value == 0 ? 0 : 1, "");
    }

    private static Status killed(Cause cause, String error) {
        return new Status(State.KILLED, cause, 0, error);
    }

    private static Status failed(Throwable cause) {
        if (cause instanceof AbiViolationException v) {
            return killed(Cause.ABI_VIOLATION, v.text());
        }
        LOG.log(System.Logger.Level.ERROR, "program failed", cause);
        return killed(Cause.INTERNAL, "");
    }

    private static Cause cause(Trap trap) {
        return switch (trap.kind()) {
            case UNREACHABLE -> Cause.UNREACHABLE;
            case MEMORY_OUT_OF_BOUNDS -> Cause.MEMORY_ACCESS_OUT_OF_BOUNDS;
            case TABLE_OUT_OF_BOUNDS, UNDEFINED_ELEMENT, UNINITIALIZED_ELEMENT ->
                Cause.INDIRECT_CALL_INDEX_OUT_OF_BOUNDS;
            case SIGNATURE_MISMATCH -> Cause.INDIRECT_CALL_SIGNATURE_MISMATCH;
            case INTEGER_DIVIDE_BY_ZERO -> Cause.INTEGER_DIVIDE_BY_ZERO;
            case INTEGER_OVERFLOW, INVALID_CONVERSION -> Cause.INTEGER_OVERFLOW;
            case CALL_STACK_EXHAUSTED -> Cause.CALL_STACK_EXHAUSTED;
        };
    }

    /** Status of a program that has stopped on its own in the middle. */
    static Status suspended(Execution.Cause cause) {
        return switch (cause) {
            case STACK_EXHAUSTED -> new Status(State.SUSPENDED, Cause.CALL_STACK_EXHAUSTED, 0, "");
            case BREAKPOINT -> new Status(State.SUSPENDED, Cause.BREAKPOINT, 0, "");
            case HOST -> new Status(State.SUSPENDED, Cause.ABI_DEFICIENCY, 0, "");
            case REQUEST, FUEL_EXHAUSTED -> Status.of(State.SUSPENDED);
        };
    }
}
