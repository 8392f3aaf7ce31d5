package io.polywire.ccproxy.message;

/** Octets that are no message: the connection is closed without an answer. Carries no stack trace, peers cause it. */
public final class MalformedMessage extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedMessage(String message) {
        super(message, null, false, false);
    }
}
