package io.polywire.gate.program;

/** A request about a program that is refused, with the status code and the text that the web API answers. */
public final class ProgramException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    /**
     * @param code 400, 403, 404 or 500
     * @param text for the client; has no details of this server
     */
    public ProgramException(int code, String text) {
        super(text, null, false, false);
        this.code = code;
    }

    /** HTTP status code. */
    public int code() {
        return code;
    }

    /** Text for the client. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
