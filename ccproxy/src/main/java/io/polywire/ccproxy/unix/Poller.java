package io.polywire.ccproxy.unix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An epoll instance and the buffer for its events. {@link #add}, {@link #modify} and {@link #remove} are safe from any
 * thread; {@link #await} and the accessors of its events belong to one thread.
 */
public final class Poller implements AutoCloseable {
    public static final int IN = 0x1;
    public static final int OUT = 0x4;
    public static final int ERROR = 0x8;
    public static final int HANG_UP = 0x10;
    public static final int ONE_SHOT = 1 << 30;

    private static final int CLOEXEC = 0x80000;
    private static final int ADD = 1;
    private static final int REMOVE = 2;
    private static final int MODIFY = 3;
    private static final int ROOM = 256;
    /** epoll_event of epoll_ctl(2): events 4, data 8; packed on x86_64, aligned to 8 elsewhere. */
    private static final int DATA = Libc.x86() ? 4 : 8;

    private static final int SIZE = DATA + 8;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment events = arena.allocate((long) ROOM * SIZE, 8);
    private final Descriptor epoll = new Descriptor(UnixSocket.check("epoll_create1", Libc.epollCreate(CLOEXEC)));

    /** Watches a descriptor; {@code data} comes back with its events. */
    public void add(int fd, int interest, long data) {
        UnixSocket.check("epoll_ctl", control(ADD, fd, interest, data));
    }

    public void modify(int fd, int interest, long data) {
        UnixSocket.check("epoll_ctl", control(MODIFY, fd, interest, data));
    }

    public void remove(int fd) {
        control(REMOVE, fd, 0, 0);
    }

    /** Waits for events: how many there are. Below zero {@code millis} it waits for ever. */
    public int await(int millis) {
        int n = Libc.epollWait(epoll.fd(), events, ROOM, millis);
        return n == -Errno.EINTR ? 0 : UnixSocket.check("epoll_wait", n);
    }

    public int events(int index) {
        return events.get(JAVA_INT_UNALIGNED, (long) index * SIZE);
    }

    public long data(int index) {
        return events.get(JAVA_LONG_UNALIGNED, (long) index * SIZE + DATA);
    }

    @Override
    public void close() {
        epoll.close();
        arena.close();
    }

    private int control(int operation, int fd, int interest, long data) {
        MemorySegment event = Libc.scratch();
        event.set(JAVA_INT, 0, interest);
        event.set(JAVA_LONG_UNALIGNED, DATA, data);
        return Libc.epollCtl(epoll.fd(), operation, fd, event);
    }
}
