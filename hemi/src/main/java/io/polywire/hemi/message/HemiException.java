package io.polywire.hemi.message;

import org.jspecify.annotations.Nullable;

/** Something in the Hemi protocol went wrong; the subclasses say what. */
public class HemiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public HemiException(String message) {
        super(message);
    }

    public HemiException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** For what a peer can cause: without a stack trace. */
    HemiException(String message, boolean stackTrace) {
        super(message, null, false, stackTrace);
    }

    /** The message, never null. */
    public final String text() {
        return String.valueOf(getMessage());
    }
}
