package io.polywire.gate.program;

import io.polywire.gate.service.GuestServices;
import io.polywire.wasm.HostCall;
import io.polywire.wasm.Memory;
import io.polywire.wasm.Trap;
import java.security.SecureRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The environment of one program: what the functions that it imports work on. Used by the program's thread, or while it
 * is stopped.
 */
final class Abi {
    /** Random bytes that a program gets at each start. */
    private static final int RANDOM_BYTES = 16;

    /** Clocks are as coarse as this, in nanoseconds. */
    private static final long RESOLUTION = 10_000_000;

    /** Most bytes of one write to a debug descriptor that are passed on. */
    private static final int MAX_DEBUG = 64 << 10;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final GuestServices services;
    private final Consumer<byte[]> debug;
    private int randomLeft = RANDOM_BYTES;
    private long monotonicBase;
    private long started = System.nanoTime();
    private boolean stopped = true;

    Abi(GuestServices services, Consumer<byte[]> debug, long monotonic) {
        this.services = services;
        this.debug = debug;
        this.monotonicBase = monotonic;
    }

    // ---- life

    /** The program starts or is resumed. */
    void start() {
        randomLeft = RANDOM_BYTES;
        started = System.nanoTime();
        stopped = false;
    }

    void stop() {
        monotonicBase = monotonic();
        stopped = true;
    }

    /** Nanoseconds for which the program has been running, before it was saved too. */
    long monotonic() {
        return stopped ? monotonicBase : monotonicBase + System.nanoTime() - started;
    }

    private static long coarse(long nanos) {
        return nanos - Math.floorMod(nanos, RESOLUTION);
    }

    // ---- clocks and random numbers

    long clock(boolean realtime) {
        return coarse(realtime ? System.currentTimeMillis() * 1_000_000 : monotonic());
    }

    void random(HostCall call, int address, int length) {
        checkRange(call.memory(), address, length);
        if (Integer.compareUnsigned(length, randomLeft) > 0) {
            throw deficiency(call);
        }
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        call.memory().write(address, bytes, 0, length);
        randomLeft -= length;
    }

    /** To be thrown by a function that does not do what the program wants: it is suspended inside the call. */
    static RuntimeException deficiency(HostCall call) {
        return call.suspend("ABI deficiency");
    }

    // ---- the packet streams

    /** Sends from vectors; stops at the first short one. */
    int send(Memory memory, int vectors, int count) {
        int sent = 0;
        for (int i = 0; i < checkVectors(memory, vectors, count); i++) {
            int address = memory.i32(vectors + 8 * i);
            int length = memory.i32(vectors + 8 * i + 4);
            checkRange(memory, address, length);
            int n = length == 0 ? 0 : services.send(memory.bytes, address, length);
            sent += n;
            if (n < length) {
                break;
            }
        }
        return sent;
    }

    /** Receives into vectors; stops at the first short one. */
    int receive(Memory memory, int vectors, int count) {
        int received = 0;
        for (int i = 0; i < checkVectors(memory, vectors, count); i++) {
            int address = memory.i32(vectors + 8 * i);
            int length = memory.i32(vectors + 8 * i + 4);
            checkRange(memory, address, length);
            int n = length == 0 ? 0 : services.receive(memory.bytes, address, length);
            received += n;
            if (n < length) {
                break;
            }
        }
        return received;
    }

    /** Lets the program wait until it can read, or send, whichever it wants. */
    void await(HostCall call, boolean read, boolean send) {
        CompletionStage<?> stage = services.untilReady(read, send);
        if (stage != null) {
            throw call.waitFor(stage);
        }
    }

    boolean readable() {
        return services.readable();
    }

    boolean writable() {
        return services.writable();
    }

    /** Writes to the debug log; returns the number of bytes. */
    int debug(Memory memory, int vectors, int count) {
        int written = 0;
        for (int i = 0; i < checkVectors(memory, vectors, count); i++) {
            int length = memory.i32(vectors + 8 * i + 4);
            int address = memory.i32(vectors + 8 * i);
            checkRange(memory, address, length);
            if (length > 0 && written < MAX_DEBUG) {
                debug.accept(memory.read(address, Math.min(length, MAX_DEBUG - written)));
            }
            written += length;
        }
        return written;
    }

    private static int checkVectors(Memory memory, int vectors, int count) {
        if (Integer.toUnsignedLong(count) * 8 > memory.bytes.length) {
            throw new Trap(Trap.Kind.MEMORY_OUT_OF_BOUNDS);
        }
        checkRange(memory, vectors, count * 8);
        return count;
    }

    static void checkRange(Memory memory, int address, int length) {
        if (Integer.toUnsignedLong(address) + Integer.toUnsignedLong(length) > memory.bytes.length) {
            throw new Trap(Trap.Kind.MEMORY_OUT_OF_BOUNDS);
        }
    }
}
