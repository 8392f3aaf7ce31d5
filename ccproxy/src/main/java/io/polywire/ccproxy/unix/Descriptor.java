package io.polywire.ccproxy.unix;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The owner of one file descriptor: it is closed exactly once, and not before the last call that uses it has returned,
 * so that its number cannot be taken over by a stranger under such a call.
 *
 * <p>Thread-safe. Code of a single thread may use {@link #fd} directly; code that can be closed from another thread
 * brackets its calls in {@link #acquire} and {@link #release}.
 */
public final class Descriptor implements AutoCloseable {
    private static final int CLOSED = 1 << 30;

    private final int fd;
    /** Calls in progress, and the bit {@link #CLOSED}. */
    private final AtomicInteger uses = new AtomicInteger();

    /** Takes over the open descriptor {@code fd}; nobody else may close it. */
    public Descriptor(int fd) {
        if (fd < 0) {
            throw new IllegalArgumentException("descriptor " + fd);
        }
        this.fd = fd;
    }

    /** The number. Meaningful only while this is open. */
    public int fd() {
        return fd;
    }

    public boolean closed() {
        return uses.get() >= CLOSED;
    }

    /**
     * The number, kept open until {@link #release}.
     *
     * @throws UnixException with {@link Errno#EBADF} when closed
     */
    public int acquire() {
        for (; ; ) {
            int n = uses.get();
            if (n >= CLOSED) {
                throw new UnixException("descriptor", Errno.EBADF);
            }
            if (uses.compareAndSet(n, n + 1)) {
                return fd;
            }
        }
    }

    public void release() {
        if (uses.decrementAndGet() == CLOSED) {
            Libc.close(fd);
        }
    }

    /** Closes, or has the last call in progress close. A second time does nothing. */
    @Override
    public void close() {
        int before = uses.getAndUpdate(n -> n | CLOSED);
        if (before == 0) {
            Libc.close(fd);
        }
    }

    @Override
    public String toString() {
        return "descriptor " + fd + (closed() ? " (closed)" : "");
    }
}
