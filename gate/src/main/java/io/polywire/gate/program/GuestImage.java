package io.polywire.gate.program;

import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.gate.program.Guest.StackFrame;
import io.polywire.gate.service.GuestServices;
import io.polywire.wasm.Execution;
import io.polywire.wasm.Frame;
import io.polywire.wasm.Imports;
import io.polywire.wasm.Instance;
import io.polywire.wasm.Limit;
import io.polywire.wasm.LinkException;
import io.polywire.wasm.Snapshot;
import io.polywire.wasm.SnapshotException;
import io.polywire.wasm.Trap;
import io.polywire.wasm.module.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an instance consists of when nothing runs: memory, globals and tables, services and environment. Makes it from a
 * program and makes a snapshot of it. Used by one thread at a time.
 */
final class GuestImage {
    private final Program program;
    private final Instance instance;
    private final GuestServices services;
    private final Abi abi;
    private final @Nullable Execution suspended;

    /**
     * Makes it.
     *
     * @param debug is given what the program writes to the debug log
     * @throws ProgramException 403 if there is no memory for it, 400 if segments or a snapshot do not fit
     */
    GuestImage(Program program, Programs programs, Launch launch, Consumer<byte[]> debug) {
        this.program = program;
        SavedState saved = program.saved();
        services = new GuestServices(programs.services(), launch.principal(), launch.instance(), launch.trace());
        abi = new Abi(services, debug, saved == null ? 0 : saved.monotonic());
        Imports imports = HostFunctions.imports(program.module(), abi);
        ProgramLimits l = programs.limits();
        Limit limit = new Limit(l.memory(), l.table(), false);
        try {
            byte[] stack = saved == null ? null : saved.stack();
            if (stack == null) {
                instance = new Instance(program.module(), imports, limit);
                suspended = null;
            } else {
                Snapshot.Restored restored =
                        Snapshot.restore(program.module(), Program.engineStack(stack), imports, limit);
                instance = restored.instance();
                suspended = restored.execution();
            }
        } catch (LinkException e) {
            throw new ProgramException(403, "resource limit reached");
        } catch (Trap e) {
            throw new ProgramException(400, "segment out of bounds: " + e.getMessage());
        } catch (SnapshotException e) {
            throw SavedState.bad("damaged snapshot: " + e.getMessage());
        }
        if (saved != null && saved.buffer() != null) {
            try {
                services.restore(saved.buffer());
            } catch (IllegalArgumentException e) {
                instance.free();
                throw SavedState.bad("damaged snapshot: " + e.getMessage());
            }
        }
    }

    Instance instance() {
        return instance;
    }

    GuestServices services() {
        return services;
    }

    Abi abi() {
        return abi;
    }

    /** The execution to go on with, null if the program was no snapshot of a suspended one. */
    @Nullable
    Execution suspended() {
        return suspended;
    }

    /**
     * Makes a snapshot.
     *
     * @param status what the snapshot says, not RUNNING
     * @param execution what was stopped in the middle
     * @param startPending whether the start function has not run yet
     * @param next index of the function to call when the execution has ended, -1 if there is none
     * @throws ProgramException 400 if there is state that cannot be saved
     */
    byte[] save(
            Status status, @Nullable Execution execution, boolean startPending, int next, List<Integer> breakpoints) {
        try {
            byte[] engine = status.state() == State.SUSPENDED && execution != null
                    ? Snapshot.save(execution, Map.of())
                    : Snapshot.save(instance);
            SavedState state = new SavedState(status, abi.monotonic(), breakpoints, null, services.save());
            int start = startPending ? program.module().start() : -1;
            return new SnapshotWriter(engine).write(state, start, next, program.codeAt());
        } catch (SnapshotException e) {
            throw new ProgramException(400, "snapshot not possible: " + e.getMessage());
        }
    }

    List<StackFrame> stack(@Nullable Execution execution) {
        List<StackFrame> frames = new ArrayList<>();
        if (execution != null) {
            Module m = program.module();
            for (Frame f : execution.frames()) {
                int offset = f.moduleOffset();
                frames.add(
                        new StackFrame(f.func(), m.funcName(f.func()), offset < 0 ? -1 : offset + program.codeShift()));
            }
        }
        return frames;
    }

    long[] globals() {
        long[] bits = new long[instance.globals.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = instance.globals[i].bits;
        }
        return bits;
    }

    byte[] memory(int address, int size) {
        if (Integer.toUnsignedLong(address) + Integer.toUnsignedLong(size) > instance.memory.bytes.length) {
            throw new ProgramException(400, "memory access out of bounds");
        }
        return instance.memory.read(address, size);
    }
}
