package io.polywire.ccproxy.hyperstart;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/**
 * Frames of the control channel.
 *
 * <pre>
 * 0      4        8
 * | code | length | length-8 octets |      big endian; length counts the header, below 8 it counts as 8
 * </pre>
 *
 * <p>As a decoder it reads codes and passes over payloads, of any length, without keeping them. Belongs to one thread.
 */
public final class ControlFrames {
    public static final int HEADER = 8;
    /** The longest frame sent, header and all. */
    public static final int LIMIT = 10240;

    private final byte[] header = new byte[HEADER];
    private int filled;
    private long payloadLeft;

    /** A frame with {@code length} octets of {@code payload} from {@code offset}. */
    public static byte[] encode(int code, byte[] payload, int offset, int length) {
        return ByteBuffer.allocate(HEADER + length)
                .putInt(code)
                .putInt(HEADER + length)
                .put(payload, offset, length)
                .array();
    }

    /** Takes what was read; calls {@code frames} with the code of each frame that is now complete. */
    public void read(MemorySegment bytes, long offset, long length, IntConsumer frames) {
        long end = offset + length;
        while (offset < end) {
            if (filled < HEADER) {
                int n = (int) Math.min(HEADER - filled, end - offset);
                MemorySegment.copy(bytes, JAVA_BYTE, offset, header, filled, n);
                filled += n;
                offset += n;
                if (filled == HEADER) {
                    payloadLeft = Math.max(0, (ByteBuffer.wrap(header).getInt(4) & 0xFFFF_FFFFL) - HEADER);
                }
            } else {
                long n = Math.min(payloadLeft, end - offset);
                payloadLeft -= n;
                offset += n;
            }
            if (filled == HEADER && payloadLeft == 0) {
                filled = 0;
                frames.accept(ByteBuffer.wrap(header).getInt(0));
            }
        }
    }
}
