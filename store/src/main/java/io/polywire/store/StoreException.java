package io.polywire.store;

/** The store cannot do what was asked; the text says why. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoreException(String text) {
        super(text);
    }

    StoreException(String text, Throwable cause) {
        super(text, cause);
    }
}
