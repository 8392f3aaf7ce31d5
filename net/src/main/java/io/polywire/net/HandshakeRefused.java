package io.polywire.net;

/** The server answered a WebSocket upgrade with something other than an acceptable 101. */
public final class HandshakeRefused extends NetException {
    private final int status;
    private final transient Headers headers;
    private final String body;

    HandshakeRefused(String message, int status, Headers headers, String body) {
        super(message);
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /** HTTP status of the answer, 101 when the upgrade itself was faulty. */
    public int status() {
        return status;
    }

    /** Headers of the answer, for example {@code Location}. */
    public Headers headers() {
        return headers;
    }

    /** The first 1024 octets of the answer's body, read as UTF-8. */
    public String body() {
        return body;
    }
}
