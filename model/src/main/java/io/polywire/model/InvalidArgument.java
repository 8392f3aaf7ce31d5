package io.polywire.model;

/**
 * An option, detail or argument has the wrong type or an impossible value; answered with ERROR {@link
 * Reasons#INVALID_ARGUMENT}. Carries no stack trace.
 */
public final class InvalidArgument extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The message is sent to the peer. */
    public InvalidArgument(String message) {
        super(message, null, false, false);
    }

    /** The text for the peer, never null. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
