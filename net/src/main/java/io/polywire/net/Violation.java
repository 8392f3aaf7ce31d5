package io.polywire.net;

/** The peer broke the WebSocket protocol; carries code and reason of the close frame. */
final class Violation extends RuntimeException {
    private final int code;

    Violation(int code, String reason) {
        super(reason, null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
