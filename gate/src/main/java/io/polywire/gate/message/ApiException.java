package io.polywire.gate.message;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the web API refuses: an HTTP status and a text for the client. Over a WebSocket the text is a close reason. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final transient Map<String, String> headers;

    /**
     * @param code HTTP status, 400 to 599
     * @param text for the client; empty: the answer has no body
     */
    public ApiException(int code, String text) {
        this(code, text, Map.of());
    }

    private ApiException(int code, String text, Map<String, String> headers) {
        super(text, null, false, false);
        this.code = code;
        this.headers = headers;
    }

    /** The same with one header of the answer more. */
    public ApiException with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ApiException(code, text(), more);
    }

    /** The HTTP status. */
    public int code() {
        return code;
    }

    /** The text for the client, without line feed. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** What the answer says in its head. */
    public Map<String, String> headers() {
        return headers;
    }
}
