package io.polywire.ccproxy.message;

/**
 * A request that is answered with {@code "success":false} and this text; the connection stays. Carries no stack trace,
 * peers cause it.
 */
public final class RefusedRequest extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RefusedRequest(String text) {
        super(text, null, false, false);
    }

    /** The text of the answer, never null. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
