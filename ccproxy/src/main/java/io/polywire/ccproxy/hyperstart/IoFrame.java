package io.polywire.ccproxy.hyperstart;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A piece of a stream, on the I/O channel and on a passed descriptor alike.
 *
 * <pre>
 * 0            8        12
 * | sequence   | length | length-12 octets |   big endian; length counts the header, below 12 it counts as 12
 * </pre>
 *
 * @param sequence number of the stream
 * @param payload empty at the end of the stream; the one octet after that, from the agent, is the exit code
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record IoFrame(long sequence, byte[] payload) {
    public static final int HEADER = 12;
    /** The longest frame, header and all, in either direction. */
    public static final int LIMIT = 10240;
    /** The longest frame that the agent takes: its main loop ends on a longer one. */
    public static final int AGENT_LIMIT = 4096;

    private static final ValueLayout.OfLong SEQUENCE = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt LENGTH = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** The sequence number of the frame at {@code offset}. */
    public static long sequence(MemorySegment bytes, long offset) {
        return bytes.get(SEQUENCE, offset);
    }

    /** The length of the frame at {@code offset}, header and all: 12 to 2^32 - 1. */
    public static long length(MemorySegment bytes, long offset) {
        return Math.max(HEADER, bytes.get(LENGTH, offset + 8) & 0xFFFF_FFFFL);
    }

    /** Writes the length of the frame at {@code offset} as it counts. */
    public static void length(MemorySegment bytes, long offset, long length) {
        bytes.set(LENGTH, offset + 8, (int) length);
    }

    /** The whole frame. */
    public byte[] encode() {
        return encode(sequence, payload, 0, payload.length);
    }

    public static byte[] encode(long sequence, byte[] payload, int offset, int length) {
        return ByteBuffer.allocate(HEADER + length)
                .putLong(sequence)
                .putInt(HEADER + length)
                .put(payload, offset, length)
                .array();
    }

    /** Whether this ends a stream. */
    public boolean end() {
        return payload.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IoFrame frame && sequence == frame.sequence && Arrays.equals(payload, frame.payload);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence) * 31 + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return "IoFrame[" + sequence + ", " + payload.length + " octets]";
    }
}
