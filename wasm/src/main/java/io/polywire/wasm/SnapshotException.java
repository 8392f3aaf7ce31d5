package io.polywire.wasm;

/** A snapshot that cannot be made, or that is damaged, forged or of another kind and is not restored. */
public final class SnapshotException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SnapshotException(String message) {
        super(message);
    }
}
