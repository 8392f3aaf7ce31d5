package io.polywire.gate.message;

/** A text that is not the JSON that was expected. */
public final class MalformedJsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedJsonException(String text) {
        super(text, null, false, false);
    }
}
