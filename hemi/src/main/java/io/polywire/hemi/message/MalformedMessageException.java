package io.polywire.hemi.message;

/**
 * A message is no JSON, or its envelope has wrong types. Whoever reads it closes the connection with {@link #CLOSE_CODE}
 * and {@link #CLOSE_REASON}. Carries no stack trace.
 */
public final class MalformedMessageException extends HemiException {
    /** Invalid payload data (RFC 6455, section 7.4.1). */
    public static final int CLOSE_CODE = 1007;

    public static final String CLOSE_REASON = "failed to unmarshal JSON";

    private static final long serialVersionUID = 1;

    public MalformedMessageException(String message) {
        super(message, false);
    }
}
