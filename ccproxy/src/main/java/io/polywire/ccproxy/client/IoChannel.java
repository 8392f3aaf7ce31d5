package io.polywire.ccproxy.client;

import io.polywire.ccproxy.hyperstart.IoFrame;
import io.polywire.ccproxy.unix.UnixStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The passed descriptor of an allocateIO: I/O frames of one process in both directions. It lives on when the API
 * connection is closed.
 *
 * <p>Thread-safe; one thread may read while another writes. Virtual threads may wait here.
 */
public final class IoChannel implements AutoCloseable {
    private final UnixStream stream;
    private final long ioBase;
    private final ReentrantLock reading = new ReentrantLock();
    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    IoChannel(UnixStream stream, long ioBase) {
        this.stream = stream;
        this.ioBase = ioBase;
    }

    /** The number of stdin and stdout; that of stderr, if it was allocated, is the next. */
    public long ioBase() {
        return ioBase;
    }

    /** The stream under the frames, for instance to set a timeout. */
    public UnixStream stream() {
        return stream;
    }

    /**
     * The next frame of output, or null at the end: the VM is gone, or the proxy has closed the descriptor.
     *
     * @throws IOException also if the stream ends within a frame, or a frame is longer than may be
     */
    public @Nullable IoFrame read() throws IOException {
        reading.lock();
        try {
            if (!fill(IoFrame.HEADER)) {
                return null;
            }
            ByteBuffer header = ByteBuffer.wrap(buffer, start, IoFrame.HEADER);
            long sequence = header.getLong();
            long length = Math.max(IoFrame.HEADER, header.getInt() & 0xFFFF_FFFFL);
            if (length > IoFrame.LIMIT) {
                throw new IOException("frame of " + length + " octets, the limit is " + IoFrame.LIMIT);
            }
            fill((int) length);
            byte[] payload = Arrays.copyOfRange(buffer, start + IoFrame.HEADER, start + (int) length);
            start += (int) length;
            return new IoFrame(sequence, payload);
        } finally {
            reading.unlock();
        }
    }

    /**
     * Sends input, in frames that the agent takes. Nothing is sent for an empty array: that would be the end of the
     * input.
     */
    public void write(byte[] input, int offset, int length) throws IOException {
        int most = IoFrame.AGENT_LIMIT - IoFrame.HEADER;
        int frames = (length + most - 1) / most;
        ByteBuffer out = ByteBuffer.allocate(length + frames * IoFrame.HEADER);
        for (int done = 0; done < length; done += most) {
            int n = Math.min(most, length - done);
            out.putLong(ioBase).putInt(IoFrame.HEADER + n).put(input, offset + done, n);
        }
        stream.write(out.array());
    }

    public void write(byte[] input) throws IOException {
        write(input, 0, input.length);
    }

    /** Ends the input of the process; its output goes on. */
    public void endInput() throws IOException {
        stream.write(IoFrame.encode(ioBase, new byte[0], 0, 0));
    }

    /** Closes the descriptor; the proxy drops further output of these streams. */
    @Override
    public void close() {
        stream.close();
    }

    /** Has at least {@code wanted} octets at {@link #start}; false at the end of the stream before the first. */
    private boolean fill(int wanted) throws IOException {
        while (end - start < wanted) {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            }
            int n = stream.read(buffer, end, buffer.length - end);
            if (n < 0) {
                if (end == 0 && wanted == IoFrame.HEADER) {
                    return false;
                }
                throw new EOFException("the stream ended within a frame");
            }
            end += n;
        }
        return true;
    }
}
