package io.polywire.webwire.door;

/** Answers a request with an error. Carries no stack trace. */
public final class RequestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;

    /** An error without text. */
    public RequestException(String code) {
        this(code, "");
    }

    /**
     * @param code for programs
     * @param text for people, empty for none
     */
    public RequestException(String code, String text) {
        super(text, null, false, false);
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** Never null. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
