package io.polywire.webwire.door;

/** A session could not be created or closed; nothing has changed. */
public final class SessionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SessionException(String text) {
        super(text);
    }

    /** What is wrong, never null. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
