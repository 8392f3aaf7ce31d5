package io.polywire.hemi.message;

/**
 * A message has no command, an unknown one, or a payload that is missing or not of the command's type. A server ends the
 * connection. Carries no stack trace.
 */
public final class InvalidCommandException extends HemiException {
    private static final long serialVersionUID = 1;

    /**
     * @param message what is wrong, for logs
     */
    public InvalidCommandException(String message) {
        super("invalid command: " + message, false);
    }
}
