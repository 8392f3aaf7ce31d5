package io.polywire.ccproxy.unix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An eventfd(2) that interrupts a {@link Poller}. {@link #wake} is safe from any thread. */
final class Wakeup implements AutoCloseable {
    private static final int FLAGS = 0x80800; // EFD_CLOEXEC | EFD_NONBLOCK

    private final Descriptor descriptor = new Descriptor(UnixSocket.check("eventfd", Libc.eventfd(FLAGS)));
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment one = arena.allocate(JAVA_LONG);
    private final MemorySegment count = arena.allocate(JAVA_LONG);

    Wakeup() {
        one.set(JAVA_LONG, 0, 1);
    }

    int fd() {
        return descriptor.fd();
    }

    void wake() {
        int fd = descriptor.acquire();
        try {
            Libc.write(fd, one, 8);
        } finally {
            descriptor.release();
        }
    }

    void reset() {
        Libc.read(descriptor.fd(), count, 8);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
