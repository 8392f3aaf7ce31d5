package io.polywire.gate.program;

import io.polywire.gate.message.Cause;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot says about the program besides memory, globals and tables.
 *
 * @param status state of the instance, never RUNNING
 * @param monotonic nanoseconds for which it has run
 * @param breakpoints byte offsets in the snapshot's own bytes
 * @param stack content of section {@link #STACK}, null if it is not suspended
 * @param buffer content of section {@link #BUFFER}, null if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // octets on their way, never compared
record SavedState(
        Status status, long monotonic, List<Integer> breakpoints, byte @Nullable [] stack, byte @Nullable [] buffer) {
    static final String SNAPSHOT = "gate.snapshot";
    static final String EXPORT = "gate.export";
    static final String BUFFER = "gate.buffer";

    /** Call stacks of the original server, which only its own compiler can read. */
    static final String FOREIGN_STACK = "gate.stack";

    /**
     * Call stacks of this engine: u32 1 + index of the function to call when the frames have returned (0: none), then
     * the content of the engine's section.
     */
    static final String STACK = "polywire.stack";

    static final int MAX_BREAKPOINTS = 100;

    private static final int VERSION = 0;
    private static final int FINAL = 1;
    private static final int TRAP_EXIT = 0;
    private static final int TRAP_SUSPENDED = 2;
    private static final int TRAP_KILLED = 30;

    boolean isSuspended() {
        return status.state() == State.SUSPENDED;
    }

    boolean isFinal() {
        return status.state() == State.TERMINATED || status.state() == State.KILLED;
    }

    /** The same with other breakpoints. */
    SavedState at(List<Integer> others) {
        return new SavedState(status, monotonic, others, stack, buffer);
    }

    /** Content of section {@link #SNAPSHOT}. */
    byte[] header() {
        Cause cause = status.cause();
        int trap;
        if (cause != null) {
            trap = cause.number();
        } else {
            trap = switch (status.state()) {
                case SUSPENDED -> TRAP_SUSPENDED;
                case KILLED -> TRAP_KILLED;
                default -> TRAP_EXIT;
            };
        }
        ByteWriter w = new ByteWriter()
                .u32(VERSION)
                .u32(isFinal() ? FINAL : 0)
                .u32(trap)
                .u32(status.result());
        u64(w, monotonic);
        w.u32(breakpoints.size());
        breakpoints.forEach(b -> w.u32(b));
        return w.toBytes();
    }

    private static void u64(ByteWriter w, long v) {
        long rest = v;
        while ((rest & ~0x7fL) != 0) {
            w.u8((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        w.u8((int) rest);
    }

    /**
     * Reads section {@link #SNAPSHOT}.
     *
     * @throws ProgramException 400
     */
    static SavedState read(byte[] header, byte @Nullable [] stack, byte @Nullable [] buffer) {
        ByteReader in = new ByteReader(header, 0, header.length);
        int version = in.u32();
        if (version != VERSION) {
            throw bad("unsupported snapshot version: " + Integer.toUnsignedString(version));
        }
        boolean isFinal = (in.u32() & FINAL) != 0;
        int trap = in.u32();
        int result = in.u32();
        long monotonic = in.u64();
        int n = in.count(1);
        if (n > MAX_BREAKPOINTS) {
            throw bad("too many breakpoints in snapshot");
        }
        List<Integer> breakpoints = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            breakpoints.add((int) Math.min(in.u64() & Long.MAX_VALUE, Integer.MAX_VALUE));
        }
        Status status = status(isFinal, trap, result);
        if ((status.state() == State.SUSPENDED) != (stack != null)) {
            throw bad(
                    stack != null
                            ? "call stack in snapshot of a program that is not suspended"
                            : "call stack is missing in snapshot");
        }
        return new SavedState(status, monotonic & Long.MAX_VALUE, List.copyOf(breakpoints), stack, buffer);
    }

    private static Status status(boolean isFinal, int trap, int result) {
        if (result < 0 || result > 1) {
            throw bad("invalid result in snapshot: " + Integer.toUnsignedString(result));
        }
        return switch (trap) {
            case TRAP_EXIT -> new Status(isFinal ? State.TERMINATED : State.HALTED, null, result, "");
            case TRAP_SUSPENDED -> Status.of(isFinal ? State.KILLED : State.SUSPENDED);
            case TRAP_KILLED -> {
                if (!isFinal) {
                    throw bad("snapshot of a killed program that is not final");
                }
                yield Status.of(State.KILLED);
            }
            default -> new Status(isFinal ? State.KILLED : State.SUSPENDED, cause(trap), 0, "");
        };
    }

    private static Cause cause(int trap) {
        for (Cause c : Cause.values()) {
            if (c.number() == trap) {
                return c;
            }
        }
        throw bad("unknown trap in snapshot: " + Integer.toUnsignedString(trap));
    }

    static ProgramException bad(String text) {
        return new ProgramException(400, text);
    }
}
