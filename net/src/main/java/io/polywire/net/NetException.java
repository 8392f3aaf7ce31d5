package io.polywire.net;

/** A listener could not be opened, a peer not be reached, or TLS material not be read; the message says what and where. */
public class NetException extends RuntimeException {
    /** An exception without a cause. */
    public NetException(String message) {
        super(message);
    }

    /** An exception with the failure below it. */
    public NetException(String message, Throwable cause) {
        super(message, cause);
    }
}
