package io.polywire.gate.program;

import io.polywire.gate.message.Status;
import io.polywire.gate.service.GuestPeer;
import io.polywire.gate.service.GuestStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An instance: a program that runs or has stopped. Thread-safe; no method blocks, except that those which read a stopped
 * program's state wait for each other.
 *
 * <p>Futures complete on a thread of the scheduler, or on the one that made the request; what depends on them must not
 * block there.
 */
public final class Guest {
    private Guest() {}

    /** The program that it was launched from. */
    public Program program() {
        throw new UnsupportedOperationException();
    }

    /** What it is doing. */
    public Status status() {
        throw new UnsupportedOperationException();
    }

    /** Completes with the status once it is not RUNNING; at once if so. */
    public CompletableFuture<Status> whenStopped() {
        throw new UnsupportedOperationException();
    }

    /** Ends it, whatever it does; a stopped one keeps its status. */
    public void kill() {
        throw new UnsupportedOperationException();
    }

    /** Stops it so that it can be resumed; a stopped one keeps its status. */
    public void suspend() {
        throw new UnsupportedOperationException();
    }

    /**
     * Lets a stopped one go on.
     *
     * @param function to be called in a HALTED one; null or empty for a SUSPENDED one
     * @throws ProgramException 400 or 404
     */
    public void resume(@Nullable String function) {
        throw new UnsupportedOperationException();
    }

    /**
     * Connects a client. The peer hears {@link GuestPeer#connected} when the program accepts it, which may be never, or
     * {@link GuestPeer#refused} if it is not running or stops before.
     */
    public GuestStream connect(GuestPeer peer) {
        throw new UnsupportedOperationException();
    }

    /**
     * Saves it as a module. One that runs pauses for it; neither its status nor its connections change. Fails with
     * {@link ProgramException} 400 if its state cannot be saved.
     */
    public CompletableFuture<byte[]> snapshot() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of linear memory that it has now. */
    public long memoryBytes() {
        throw new UnsupportedOperationException();
    }

    /** Nanoseconds of processor time that it has used. */
    public long cpuNanos() {
        throw new UnsupportedOperationException();
    }

    /** Frees what it holds; kills it if it runs. Afterwards it cannot be resumed or saved. */
    public void close() {
        throw new UnsupportedOperationException();
    }

    // ---- debugging

    /**
     * A function on the call stack.
     *
     * @param function index
     * @param name from the name section or the exports, null if there is none
     * @param offset byte offset of the present instruction in the module, -1 in an imported function
     */
    public record StackFrame(int function, @Nullable String name, int offset) {}

    /** Call stack of a stopped program, innermost function first. */
    public List<StackFrame> stack() {
        throw new UnsupportedOperationException();
    }

    /** Values of a stopped program's globals: the bits, i32 and f32 sign-extended. */
    public long[] globals() {
        throw new UnsupportedOperationException();
    }

    /**
     * A copy of a stopped program's memory.
     *
     * @throws ProgramException 400 if the range is out of bounds or it runs
     */
    public byte[] memory(int address, int size) {
        throw new UnsupportedOperationException();
    }

    /** Byte offsets in the module before which it stops; sorted. */
    public List<Integer> breakpoints() {
        throw new UnsupportedOperationException();
    }

    /**
     * Sets them.
     *
     * @throws ProgramException 400 if it runs
     */
    public void breakpoints(List<Integer> offsets) {
        throw new UnsupportedOperationException();
    }
}
