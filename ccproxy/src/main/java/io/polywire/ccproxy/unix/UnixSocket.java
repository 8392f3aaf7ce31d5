package io.polywire.ccproxy.unix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with AF_UNIX stream sockets. Nothing here blocks: transfers carry MSG_DONTWAIT, whatever the mode of
 * the descriptor, and return {@code -EAGAIN} when they would have to wait. Thread-safe.
 */
public final class UnixSocket {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_PEERCRED = 17;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_CTRUNC = 0x8;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int SHUT_RD = 0;
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int FD_CLOEXEC = 1;
    private static final int O_NONBLOCK = 0x800;

    /** sockaddr_un of unix(7): a family of 2 octets, then the path. */
    private static final int PATH_ROOM = 108;

    private UnixSocket() {}

    /** One end and the other, connected to each other, both closed on exec. */
    public record Pair(Descriptor near, Descriptor far) {}

    /** Octets that came with one message, and the descriptor among them, now owned by the caller. */
    public record Received(int length, @Nullable Descriptor descriptor) {}

    /** Two connected sockets in blocking mode. */
    public static Pair pair() {
        MemorySegment pair = Libc.scratch();
        check("socketpair", Libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, pair));
        return new Pair(new Descriptor(pair.get(JAVA_INT, 0)), new Descriptor(pair.get(JAVA_INT, 4)));
    }

    /**
     * Connects to a listening socket.
     *
     * @param path a file name of at most 107 octets, relative to the working directory of the process; {@code @name}
     *     is an abstract one
     * @throws UnixException {@link Errno#EAGAIN} when the backlog of the listener is full: try again later
     */
    public static Descriptor connect(String path) {
        Descriptor socket = open("connect");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address("connect", path, arena);
            check("connect", Libc.connect(socket.fd(), address, (int) address.byteSize()));
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * A socket that listens at a path, which must not exist.
     *
     * @param mode of the socket's file, for instance 0660 (octal); lessened by the umask
     */
    public static Descriptor listen(String path, int mode, int backlog) {
        Descriptor socket = open("listen");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address("bind", path, arena);
            // The file takes over the mode of the socket, so there is no moment at which it is open to all.
            check("fchmod", Libc.fchmod(socket.fd(), mode));
            check("bind", Libc.bind(socket.fd(), address, (int) address.byteSize()));
            check("listen", Libc.listen(socket.fd(), backlog));
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Takes over a listening socket that this process was started with.
     *
     * @throws UnixException if {@code fd} is not a listening stream socket
     */
    public static Descriptor inherited(int fd) {
        check("descriptor " + fd, option(fd, SO_TYPE) == SOCK_STREAM ? 0 : -Errno.EINVAL);
        check("descriptor " + fd, option(fd, SO_ACCEPTCONN) == 1 ? 0 : -Errno.EINVAL);
        check("fcntl", Libc.fcntl(fd, F_SETFD, FD_CLOEXEC));
        int flags = check("fcntl", Libc.fcntl(fd, F_GETFL, 0));
        check("fcntl", Libc.fcntl(fd, F_SETFL, flags | O_NONBLOCK));
        return new Descriptor(fd);
    }

    /** The next connection, or null when none waits. */
    public static @Nullable Descriptor accept(Descriptor listening) {
        int fd = Libc.accept4(listening.fd(), SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd == -Errno.EAGAIN || fd == -Errno.EINTR || fd == -Errno.ECONNABORTED) {
            return null;
        }
        return new Descriptor(check("accept", fd));
    }

    public static PeerCredentials peerCredentials(Descriptor socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT, 3);
            MemorySegment length = arena.allocate(JAVA_INT);
            length.set(JAVA_INT, 0, 12);
            check("getsockopt", Libc.getsockopt(socket.fd(), SOL_SOCKET, SO_PEERCRED, value, length));
            return new PeerCredentials(
                    value.getAtIndex(JAVA_INT, 0), value.getAtIndex(JAVA_INT, 1), value.getAtIndex(JAVA_INT, 2));
        }
    }

    /** Sends octets of a native segment: how many were taken, or {@code -errno}. */
    public static int send(int fd, MemorySegment bytes, long offset, long length) {
        return Libc.send(fd, bytes.asSlice(offset, length), length, MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    /** Receives into a native segment: how many octets came, 0 at end of file, or {@code -errno}. */
    public static int receive(int fd, MemorySegment room, long offset, long length) {
        return Libc.recv(fd, room.asSlice(offset, length), length, MSG_DONTWAIT);
    }

    /** Sends one octet and with it a copy of a descriptor (unix(7), SCM_RIGHTS): 1, or {@code -errno}. */
    public static int sendDescriptor(int fd, byte octet, Descriptor passed) {
        MemorySegment scratch = Libc.scratch();
        MemorySegment message = scratch.asSlice(0, MESSAGE_LENGTH);
        MemorySegment vector = scratch.asSlice(MESSAGE_LENGTH, VECTOR_LENGTH);
        MemorySegment control = scratch.asSlice(MESSAGE_LENGTH + VECTOR_LENGTH, CONTROL_LENGTH);
        MemorySegment octets = scratch.asSlice(MESSAGE_LENGTH + VECTOR_LENGTH + CONTROL_LENGTH, 1);
        control.set(JAVA_LONG, 0, CONTROL_HEADER + 4); // cmsg_len, without the padding
        control.set(JAVA_INT, 8, SOL_SOCKET);
        control.set(JAVA_INT, 12, SCM_RIGHTS);
        control.set(JAVA_INT, 16, passed.fd());
        octets.set(JAVA_BYTE, 0, octet);
        fill(message, vector, octets, control);
        return Libc.sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    /**
     * Receives one message with room for {@code octets} and for 32 octets of control data. Of several descriptors all
     * but the first are closed; those that found no room are closed by the kernel.
     *
     * @return null when it would have to wait
     */
    public static @Nullable Received receiveDescriptor(int fd, byte[] octets) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment control = arena.allocate(32, 8);
            MemorySegment room = arena.allocate(octets.length);
            MemorySegment message = arena.allocate(MESSAGE_LENGTH, 8);
            fill(message, arena.allocate(VECTOR_LENGTH, 8), room, control);
            int n = Libc.recvmsg(fd, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
            if (n == -Errno.EAGAIN) {
                return null;
            }
            check("recvmsg", n);
            MemorySegment.copy(room, JAVA_BYTE, 0, octets, 0, n);
            List<Descriptor> passed = passed(control, message.get(JAVA_LONG, MESSAGE_CONTROL_LENGTH));
            boolean truncated = (message.get(JAVA_INT, MESSAGE_FLAGS) & MSG_CTRUNC) != 0;
            if (passed.size() > 1 || truncated) {
                passed.forEach(Descriptor::close);
                throw new UnixException("recvmsg: more than one descriptor", Errno.EINVAL);
            }
            return new Received(n, passed.isEmpty() ? null : passed.getFirst());
        }
    }

    /** No more octets from the peer: what it writes from now on fails at its side. */
    public static void shutdownInput(int fd) {
        Libc.shutdown(fd, SHUT_RD);
    }

    /** cmsghdr of cmsg(3): length 8, level 4, type 4; then the data, padded to 8. */
    private static final int CONTROL_HEADER = 16;

    private static final int CONTROL_LENGTH = 24;
    /** msghdr of recvmsg(2) on 64 bits: name 8, its length 4 + 4, iov 8, count 8, control 8, its length 8, flags 4 + 4. */
    private static final int MESSAGE_LENGTH = 56;

    private static final int VECTOR_LENGTH = 16;

    private static final int MESSAGE_CONTROL_LENGTH = 40;
    private static final int MESSAGE_FLAGS = 48;

    private static void fill(MemorySegment message, MemorySegment vector, MemorySegment octets, MemorySegment control) {
        vector.set(JAVA_LONG, 0, octets.address());
        vector.set(JAVA_LONG, 8, octets.byteSize());
        message.fill((byte) 0);
        message.set(JAVA_LONG, 16, vector.address());
        message.set(JAVA_LONG, 24, 1);
        message.set(JAVA_LONG, 32, control.address());
        message.set(JAVA_LONG, MESSAGE_CONTROL_LENGTH, control.byteSize());
    }

    private static List<Descriptor> passed(MemorySegment control, long length) {
        List<Descriptor> found = new ArrayList<>();
        long at = 0;
        while (at + CONTROL_HEADER <= length) {
            long cmsgLength = control.get(JAVA_LONG, at);
            if (cmsgLength < CONTROL_HEADER || cmsgLength > length - at) {
                break;
            }
            if (control.get(JAVA_INT, at + 8) == SOL_SOCKET && control.get(JAVA_INT, at + 12) == SCM_RIGHTS) {
                for (long i = at + CONTROL_HEADER; i + 4 <= at + cmsgLength; i += 4) {
                    found.add(new Descriptor(control.get(JAVA_INT, i)));
                }
            }
            at += (cmsgLength + 7) & ~7L;
        }
        return found;
    }

    private static Descriptor open(String operation) {
        return new Descriptor(
                check(operation + ": socket", Libc.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK)));
    }

    private static int option(int fd, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocate(JAVA_INT);
            length.set(JAVA_INT, 0, 4);
            check("descriptor " + fd, Libc.getsockopt(fd, SOL_SOCKET, name, value, length));
            return value.get(JAVA_INT, 0);
        }
    }

    private static MemorySegment address(String operation, String path, Arena arena) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || path.indexOf('\0') >= 0) {
            throw new UnixException(operation, Errno.EINVAL);
        }
        if (name.length >= PATH_ROOM) {
            throw new UnixException(operation, Errno.ENAMETOOLONG);
        }
        boolean named = name[0] != '@';
        // A file name ends with a zero octet; an abstract one begins with it, and its length counts.
        MemorySegment address = arena.allocate(2 + name.length + (named ? 1 : 0), 2);
        address.set(java.lang.foreign.ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
        if (!named) {
            address.set(JAVA_BYTE, 2, (byte) 0);
        }
        return address;
    }

    static int check(String operation, int result) {
        if (result < 0) {
            throw new UnixException(operation, -result);
        }
        return result;
    }
}
