package io.polywire.ccproxy.unix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A connected AF_UNIX stream for callers that wait: reads, writes, and takes a passed descriptor.
 *
 * <p>One thread may read while another writes; further readers and writers queue up. All of them may be virtual: a
 * waiting caller holds no carrier thread. Closing from any thread ends calls in progress with an error. Closing does not
 * end the connection for other processes that hold the descriptor.
 */
public final class UnixStream implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;
    /** Held only within one call that does not wait, so there are no more than threads that run at once. */
    private static final ConcurrentLinkedDeque<MemorySegment> BUFFERS = new ConcurrentLinkedDeque<>();

    private final Descriptor descriptor;
    private final Readiness.Watch watch;
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();
    private volatile long timeoutNanos;

    /** Takes over a connected socket. */
    public UnixStream(Descriptor descriptor) {
        this.descriptor = descriptor;
        this.watch = Readiness.watch(descriptor);
    }

    /** Connects to a listening socket, see {@link UnixSocket#connect}. */
    public static UnixStream connect(String path) throws IOException {
        try {
            return new UnixStream(UnixSocket.connect(path));
        } catch (UnixException e) {
            throw new IOException("dial unix " + path + ": " + e.text(), e);
        }
    }

    /** How long one wait may last; zero, the default, is no limit. */
    public void timeout(Duration limit) {
        timeoutNanos = limit.toNanos();
    }

    /**
     * Reads at least one octet, and at most 64 KiB.
     *
     * @return how many, or -1 at end of file
     * @throws SocketTimeoutException when nothing came in time
     */
    public int read(byte[] room, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        reading.lock();
        try {
            while (true) {
                int n = receive(room, offset, length);
                if (n == 0 || n == -Errno.ECONNRESET) {
                    return -1;
                }
                if (n > 0) {
                    return n;
                }
                awaitUnlessFatal("read", n, Poller.IN);
            }
        } finally {
            reading.unlock();
        }
    }

    /** Fills the array, or throws EOFException. */
    public void readFully(byte[] room) throws IOException {
        for (int n = 0; n < room.length; ) {
            int k = read(room, n, room.length - n);
            if (k < 0) {
                throw new EOFException("end of file after " + n + " of " + room.length + " octets");
            }
            n += k;
        }
    }

    /** Writes all octets; they are in one piece if the socket has room for them. */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        writing.lock();
        try {
            for (int done = 0; done < length; ) {
                int n = send(bytes, offset + done, length - done);
                if (n > 0) {
                    done += n;
                } else {
                    awaitUnlessFatal("write", n, Poller.OUT);
                }
            }
        } finally {
            writing.unlock();
        }
    }

    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    /** Receives one message into {@code octets} and the descriptor that came with it, if any. */
    public UnixSocket.Received receiveDescriptor(byte[] octets) throws IOException {
        reading.lock();
        try {
            while (true) {
                UnixSocket.@Nullable Received received = receiveNow(octets);
                if (received != null) {
                    return received;
                }
                awaitUnlessFatal("recvmsg", -Errno.EAGAIN, Poller.IN);
            }
        } finally {
            reading.unlock();
        }
    }

    public boolean closed() {
        return descriptor.closed();
    }

    @Override
    public void close() {
        if (!descriptor.closed()) {
            watch.close();
            descriptor.close();
        }
    }

    private UnixSocket.@Nullable Received receiveNow(byte[] octets) throws IOException {
        int fd = acquire();
        try {
            return UnixSocket.receiveDescriptor(fd, octets);
        } catch (UnixException e) {
            throw new IOException(e.text(), e);
        } finally {
            descriptor.release();
        }
    }

    private int receive(byte[] room, int offset, int length) throws IOException {
        int fd = acquire();
        MemorySegment buffer = buffer();
        try {
            int n = UnixSocket.receive(fd, buffer, 0, Math.min(length, BUFFER));
            if (n > 0) {
                MemorySegment.copy(buffer, JAVA_BYTE, 0, room, offset, n);
            }
            return n;
        } finally {
            BUFFERS.push(buffer);
            descriptor.release();
        }
    }

    private int send(byte[] bytes, int offset, int length) throws IOException {
        int fd = acquire();
        MemorySegment buffer = buffer();
        try {
            int n = Math.min(length, BUFFER);
            MemorySegment.copy(bytes, offset, buffer, JAVA_BYTE, 0, n);
            return UnixSocket.send(fd, buffer, 0, n);
        } finally {
            BUFFERS.push(buffer);
            descriptor.release();
        }
    }

    private int acquire() throws IOException {
        try {
            return descriptor.acquire();
        } catch (UnixException e) {
            throw new IOException("the stream is closed", e);
        }
    }

    private void awaitUnlessFatal(String operation, int result, int interest) throws IOException {
        if (result == -Errno.EINTR) {
            return;
        }
        if (result != -Errno.EAGAIN) {
            throw new IOException(new UnixException(operation, -result).text());
        }
        try {
            if (!watch.await(interest, timeoutNanos)) {
                throw new SocketTimeoutException(operation + ": no answer in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException(operation + ": interrupted").initCause(e);
        }
    }

    private static MemorySegment buffer() {
        MemorySegment buffer = BUFFERS.poll();
        return buffer != null ? buffer : Arena.global().allocate(BUFFER);
    }
}
