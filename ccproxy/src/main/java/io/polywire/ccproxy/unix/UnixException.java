package io.polywire.ccproxy.unix;

/** A call of the C library failed; the message reads {@code operation: text}. */
public final class UnixException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /** The failure {@code errno} (see {@link Errno}) of {@code operation}, for instance {@code connect}. */
    public UnixException(String operation, int errno) {
        super(operation + ": " + Errno.text(errno));
        this.errno = errno;
    }

    /** The error number, see {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** The text, never null. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
