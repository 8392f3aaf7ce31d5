package io.polywire.wasm;

import io.polywire.wasm.module.Limits;
import io.polywire.wasm.module.Module;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A linear memory of fewer than 2^31 bytes. Not thread-safe: to be used by the thread that runs the program, or while
 * it is stopped. Access out of bounds throws an {@link IndexOutOfBoundsException} or {@link Trap}; both
 * become the trap when they leave a host function.
 */
public final class Memory implements Extern {
    public static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    public static final VarHandle CHAR = MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN);
    public static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    public static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Most pages that a JVM array can hold. */
    static final int MAX_PAGES = 32767;

    private static final Cleaner CLEANER = Cleaner.create();

    /** The contents; replaced when the memory grows. */
    public byte[] bytes;

    private final Limits limits;
    private final long maxBytes;
    private final AtomicLong reserved = new AtomicLong();

    /**
     * Makes a memory of its minimal size.
     *
     * @param maxBytes size past which it does not grow, whatever its type says
     * @throws LinkException if it is too large or the process has no memory for it
     */
    public Memory(Limits limits, long maxBytes) {
        this.limits = limits;
        this.maxBytes = maxBytes;
        byte[] allocated = limits.min() > MAX_PAGES ? null : allocate((int) limits.min());
        if (allocated == null) {
            throw new LinkException("no room for a memory of " + limits.min() + " pages");
        }
        this.bytes = allocated;
        AtomicLong mine = reserved;
        CLEANER.register(this, () -> MemoryBudget.release(mine.getAndSet(0)));
    }

    private byte @Nullable [] allocate(int pages) {
        long size = (long) pages * Module.PAGE;
        long more = size - reserved.get();
        if (size > maxBytes || !MemoryBudget.reserve(more)) {
            return null;
        }
        try {
            byte[] b = bytes == null ? new byte[(int) size] : Arrays.copyOf(bytes, (int) size);
            reserved.addAndGet(more);
            return b;
        } catch (OutOfMemoryError e) {
            MemoryBudget.release(more);
            return null;
        }
    }

    /** Gives up the contents and their part of the {@link MemoryBudget} now, instead of when nobody refers to it. */
    void free() {
        bytes = new byte[0];
        MemoryBudget.release(reserved.getAndSet(0));
    }

    /** Present size in pages. */
    public int pages() {
        return bytes.length / Module.PAGE;
    }

    /** Declared limits. */
    public Limits limits() {
        return limits;
    }

    /** Grows by so many pages and returns the size before, or -1 and nothing changes. */
    public int grow(int pages) {
        int old = pages();
        long wanted = old + Integer.toUnsignedLong(pages);
        Long max = limits.max();
        if (wanted > MAX_PAGES || (max != null && wanted > max)) {
            return -1;
        }
        byte[] grown = pages == 0 ? bytes : allocate((int) wanted);
        if (grown == null) {
            return -1;
        }
        bytes = grown;
        return old;
    }

    public int i32(int address) {
        return (int) INT.get(bytes, address);
    }

    public long i64(int address) {
        return (long) LONG.get(bytes, address);
    }

    public void i32(int address, int value) {
        INT.set(bytes, address, value);
    }

    public void i64(int address, long value) {
        LONG.set(bytes, address, value);
    }

    public void i16(int address, int value) {
        SHORT.set(bytes, address, (short) value);
    }

    public byte i8(int address) {
        return bytes[address];
    }

    public void i8(int address, int value) {
        bytes[address] = (byte) value;
    }

    /** Copies bytes out. */
    public byte[] read(int address, int length) {
        check(address, length);
        return Arrays.copyOfRange(bytes, address, address + length);
    }

    /** Copies bytes in. */
    public void write(int address, byte[] source, int from, int length) {
        check(address, length);
        System.arraycopy(source, from, bytes, address, length);
    }

    /** Throws the trap if the range, both unsigned, is not within the memory. */
    void check(int address, int length) {
        if (Integer.toUnsignedLong(address) + Integer.toUnsignedLong(length) > bytes.length) {
            throw new Trap(Trap.Kind.MEMORY_OUT_OF_BOUNDS);
        }
    }
}
