package io.polywire.wasm;

/** An instance cannot be made: an import is missing or of the wrong type, or there is no memory left for it. */
public final class LinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LinkException(String message) {
        super(message);
    }
}
