package io.polywire.gate.client;

/** The server has understood and refused. What does not arrive at all is a {@link java.io.UncheckedIOException}. */
public final class GateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String text;

    GateException(int status, String text) {
        this(status, text, "");
    }

    GateException(int status, String text, String hint) {
        super(text + hint);
        this.status = status;
        this.text = text;
    }

    /**
     * The HTTP status, such as 404; for what is refused on a WebSocket the close code: 1008 where HTTP has 4xx, 1011 where it
     * has 5xx, 1003 and 1009 for messages of the wrong kind or length.
     */
    public int status() {
        return status;
    }

    /** What the server says, without line feed; the message may say more. */
    public String text() {
        return text;
    }
}
