package io.polywire.wasm;

/** Thrown by a host function to end the program in order, as WASI's proc_exit does. */
public final class Exit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    public Exit(int code) {
        super("exit " + code, null, false, false);
        this.code = code;
    }

    public int code() {
        return code;
    }
}
