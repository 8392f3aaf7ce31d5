package io.polywire.webwire.message;

/** Octets that are no message. Carries no stack trace. */
public final class MalformedMessage extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedMessage(String text) {
        super(text, null, false, false);
    }

    /** What is wrong. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
