package io.polywire.hemi.message;

/**
 * Thrown by a handler to answer with a request error: the caller is told this message, nothing is logged. Every other
 * exception becomes an internal error. Carries no stack trace.
 */
public final class RequestException extends HemiException {
    private static final long serialVersionUID = 1;

    /**
     * @param message told to the caller
     */
    public RequestException(String message) {
        super(message, false);
    }
}
