package io.polywire.router;

/** A realm does not take the session; answered with ABORT. Carries no stack trace. */
public final class JoinRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;

    JoinRefused(String reason, String text) {
        super(text, null, false, false);
        this.reason = reason;
    }

    /** The reason of the ABORT, a URI. */
    public String reason() {
        return reason;
    }

    /** The text for the peer. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
