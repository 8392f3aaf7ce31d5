package io.polywire.ccproxy.unix;

import java.util.Map;

/** Error numbers of Linux, the same on x86_64 and aarch64, and their texts. */
public final class Errno {
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int EPIPE = 32;
    public static final int ENAMETOOLONG = 36;
    public static final int EADDRINUSE = 98;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int ETOOMANYREFS = 109;
    public static final int ECONNREFUSED = 111;

    private static final Map<Integer, String> TEXTS = Map.ofEntries(
            Map.entry(1, "operation not permitted"),
            Map.entry(ENOENT, "no such file or directory"),
            Map.entry(EINTR, "interrupted system call"),
            Map.entry(EBADF, "bad file descriptor"),
            Map.entry(EAGAIN, "resource temporarily unavailable"),
            Map.entry(ENOMEM, "cannot allocate memory"),
            Map.entry(EACCES, "permission denied"),
            Map.entry(EEXIST, "file exists"),
            Map.entry(20, "not a directory"),
            Map.entry(21, "is a directory"),
            Map.entry(EINVAL, "invalid argument"),
            Map.entry(ENFILE, "too many open files in system"),
            Map.entry(EMFILE, "too many open files"),
            Map.entry(30, "read-only file system"),
            Map.entry(EPIPE, "broken pipe"),
            Map.entry(ENAMETOOLONG, "file name too long"),
            Map.entry(88, "socket operation on non-socket"),
            Map.entry(91, "protocol wrong type for socket"),
            Map.entry(EADDRINUSE, "address already in use"),
            Map.entry(ECONNABORTED, "software caused connection abort"),
            Map.entry(ECONNRESET, "connection reset by peer"),
            Map.entry(ENOBUFS, "no buffer space available"),
            Map.entry(ETOOMANYREFS, "too many references: cannot splice"),
            Map.entry(ECONNREFUSED, "connection refused"));

    private Errno() {}

    /** The text of an error number, in lower case; {@code errno N} for a rare one. */
    public static String text(int errno) {
        return TEXTS.getOrDefault(errno, "errno " + errno);
    }
}
