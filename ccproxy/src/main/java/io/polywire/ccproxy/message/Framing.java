package io.polywire.ccproxy.message;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what comes from the API socket into messages.
 *
 * <pre>
 * 0        4        8
 * | length | 0      | length octets of JSON |     big endian; the second word is ignored
 * </pre>
 *
 * <p>The buffer grows with what has come, not with what a header announces. Belongs to one thread.
 */
public final class Framing {
    /** Octets before the JSON. */
    public static final int HEADER = 8;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int KEPT = 64 * 1024;

    private final int limit;
    private byte[] buffer = new byte[512];
    private int start;
    private int end;

    /** Refuses messages of more than {@code limit} octets of JSON. */
    public Framing(int limit) {
        this.limit = limit;
    }

    /** The length announced by a header at {@code offset}, 0 to 2^32 - 1. */
    public static long length(byte[] header, int offset) {
        return (int) INT.get(header, offset) & 0xFFFF_FFFFL;
    }

    /** Writes the header of a message that fills the array. */
    static byte[] seal(byte[] message) {
        INT.set(message, 0, message.length - HEADER);
        return message;
    }

    public void add(MemorySegment bytes, long offset, int length) {
        if (buffer.length - end < length) {
            makeRoom(length);
        }
        MemorySegment.copy(bytes, JAVA_BYTE, offset, buffer, end, length);
        end += length;
    }

    /** Octets that wait here. */
    public int size() {
        return end - start;
    }

    /**
     * The body of the next message, or null if it is not complete. It is valid until the next {@link #add}.
     *
     * @throws MalformedMessage if more is announced than the limit
     */
    public @Nullable RawJson next() {
        if (end - start < HEADER) {
            return null;
        }
        long length = length(buffer, start);
        if (length > limit) {
            throw new MalformedMessage("message of " + length + " octets, the limit is " + limit);
        }
        if (end - start < HEADER + length) {
            return null;
        }
        RawJson body = new RawJson(buffer, start + HEADER, (int) length);
        start += HEADER + (int) length;
        return body;
    }

    private void makeRoom(int length) {
        int size = end - start;
        int needed = size + length;
        byte[] target = buffer;
        if (needed > buffer.length) {
            target = new byte[Math.max(needed, Math.min(2 * buffer.length, limit + HEADER))];
        } else if (buffer.length > KEPT && needed < KEPT / 2) {
            target = new byte[KEPT];
        }
        System.arraycopy(buffer, start, target, 0, size);
        buffer = target;
        start = 0;
        end = size;
    }
}
