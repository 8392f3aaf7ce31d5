package io.polywire.ccproxy.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;

/**
 * The functions of the C library, one method each. Every method returns what the function returned, or {@code -errno}
 * if that was -1, so that a hot path needs no exception. Thread-safe.
 */
final class Libc {
    /** Octets of {@link #scratch}. */
    private static final int SCRATCH_LENGTH = 128;

    private static final Linker LINKER = linker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));
    private static final ThreadLocal<MemorySegment> SCRATCH =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(SCRATCH_LENGTH, 8));

    private static final MethodHandle SOCKET = ints("socket", 3);
    private static final MethodHandle SOCKETPAIR =
            bind("socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle BIND = bind("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CONNECT =
            bind("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle LISTEN = ints("listen", 2);
    private static final MethodHandle ACCEPT4 =
            bind("accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND = transfer("send");
    private static final MethodHandle RECV = transfer("recv");
    private static final MethodHandle SENDMSG =
            bind("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle RECVMSG =
            bind("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            bind("getsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SHUTDOWN = ints("shutdown", 2);
    private static final MethodHandle EPOLL_CREATE1 = ints("epoll_create1", 1);
    private static final MethodHandle EPOLL_CTL =
            bind("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle EPOLL_WAIT =
            bind("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle EVENTFD = ints("eventfd", 2);
    private static final MethodHandle READ =
            bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            bind("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle CLOSE = ints("close", 1);
    private static final MethodHandle FCHMOD = ints("fchmod", 2);
    /** fcntl is variadic: its third argument must be passed as such, which matters on some platforms. */
    private static final MethodHandle FCNTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("fcntl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(2));

    private Libc() {}

    /** Whether structures are laid out as on x86_64, where epoll_event is packed; else as on aarch64. */
    static boolean x86() {
        return architecture().equals("amd64") || architecture().equals("x86_64");
    }

    /** Memory of the calling thread for the arguments of one call. */
    static MemorySegment scratch() {
        return SCRATCH.get();
    }

    static int socket(int domain, int type) {
        return callInts(SOCKET, domain, type, 0);
    }

    static int socketpair(int domain, int type, MemorySegment pair) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) SOCKETPAIR.invokeExact(captured, domain, type, 0, pair), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int bind(int fd, MemorySegment address, int length) {
        return addressed(BIND, fd, address, length);
    }

    static int connect(int fd, MemorySegment address, int length) {
        return addressed(CONNECT, fd, address, length);
    }

    static int listen(int fd, int backlog) {
        return callInts(LISTEN, fd, backlog);
    }

    static int accept4(int fd, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result(
                    (int) ACCEPT4.invokeExact(captured, fd, MemorySegment.NULL, MemorySegment.NULL, flags), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int send(int fd, MemorySegment bytes, long length, int flags) {
        return transferred(SEND, fd, bytes, length, flags);
    }

    static int recv(int fd, MemorySegment room, long length, int flags) {
        return transferred(RECV, fd, room, length, flags);
    }

    static int sendmsg(int fd, MemorySegment message, int flags) {
        return messaged(SENDMSG, fd, message, flags);
    }

    static int recvmsg(int fd, MemorySegment message, int flags) {
        return messaged(RECVMSG, fd, message, flags);
    }

    static int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) GETSOCKOPT.invokeExact(captured, fd, level, name, value, length), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int shutdown(int fd, int how) {
        return callInts(SHUTDOWN, fd, how);
    }

    static int epollCreate(int flags) {
        return callInts(EPOLL_CREATE1, flags);
    }

    static int epollCtl(int epoll, int operation, int fd, MemorySegment event) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) EPOLL_CTL.invokeExact(captured, epoll, operation, fd, event), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int epollWait(int epoll, MemorySegment events, int room, int millis) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) EPOLL_WAIT.invokeExact(captured, epoll, events, room, millis), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int eventfd(int flags) {
        return callInts(EVENTFD, 0, flags);
    }

    static int read(int fd, MemorySegment room, long length) {
        return transferred(READ, fd, room, length);
    }

    static int write(int fd, MemorySegment bytes, long length) {
        return transferred(WRITE, fd, bytes, length);
    }

    static int close(int fd) {
        return callInts(CLOSE, fd);
    }

    static int fchmod(int fd, int mode) {
        return callInts(FCHMOD, fd, mode);
    }

    static int fcntl(int fd, int command, int argument) {
        return callInts(FCNTL, fd, command, argument);
    }

    private static int callInts(MethodHandle function, int a) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) function.invokeExact(captured, a), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    private static int callInts(MethodHandle function, int a, int b) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) function.invokeExact(captured, a, b), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    private static int callInts(MethodHandle function, int a, int b, int c) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) function.invokeExact(captured, a, b, c), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    private static int addressed(MethodHandle function, int fd, MemorySegment address, int length) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) function.invokeExact(captured, fd, address, length), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    private static int transferred(MethodHandle function, int fd, MemorySegment bytes, long length, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) (long) function.invokeExact(captured, fd, bytes, length, flags), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    private static int transferred(MethodHandle function, int fd, MemorySegment bytes, long length) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) (long) function.invokeExact(captured, fd, bytes, length), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    private static int messaged(MethodHandle function, int fd, MemorySegment message, int flags) {
        MemorySegment captured = CAPTURED.get();
        try {
            return result((int) (long) function.invokeExact(captured, fd, message, flags), captured);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    private static int result(int returned, MemorySegment captured) {
        return returned == -1 ? -(int) ERRNO.get(captured, 0L) : returned;
    }

    private static MethodHandle ints(String name, int arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments];
        java.util.Arrays.fill(layouts, JAVA_INT);
        return bind(name, FunctionDescriptor.of(JAVA_INT, layouts));
    }

    private static MethodHandle transfer(String name) {
        return bind(name, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    }

    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
    }

    private static Linker linker() {
        String system = System.getProperty("os.name", "");
        if (!system.equals("Linux") || !(x86() || architecture().equals("aarch64"))) {
            throw new UnsupportedOperationException("passing descriptors needs Linux on x86_64 or aarch64, this is "
                    + system + " on " + architecture());
        }
        return Linker.nativeLinker();
    }

    private static String architecture() {
        return System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    }

    /** A downcall itself throws nothing but errors of linking, and those of the virtual machine. */
    private static Error impossible(Throwable t) {
        if (t instanceof RuntimeException e) {
            throw e;
        }
        return t instanceof Error e ? e : new AssertionError(t);
    }
}
