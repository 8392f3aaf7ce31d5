package io.polywire.gate.storage;

/** The storage failed; the cause says why. Clients are told of an internal error. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    StorageException(String message) {
        super(message);
    }
}
