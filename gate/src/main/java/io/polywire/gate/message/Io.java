package io.polywire.gate.message;

/**
 * The client's first message on a WebSocket to an instance.
 *
 * @param authorization as in the header; empty: none
 */
public record Io(String authorization) {
    /**
     * The answer.
     *
     * @param connected whether the instance takes the connection
     */
    public record Connection(boolean connected) {
        /** @throws MalformedJsonException if it is something else */
        public static Connection parse(String json) {
            return new Connection(Json.bool(Json.parseObject(json), "connected"));
        }

        /** The JSON form. */
        public String toJson() {
            return connected ? "{\"connected\":true}" : "{}";
        }
    }

    /** @throws MalformedJsonException if it is something else */
    public static Io parse(byte[] json) {
        return new Io(Json.text(Json.parseObject(json), "authorization"));
    }

    /** The JSON form. */
    public String toJson() {
        return Json.write(Json.object().put("authorization", authorization));
    }
}
