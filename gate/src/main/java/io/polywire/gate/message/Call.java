package io.polywire.gate.message;

import tools.jackson.databind.node.ObjectNode;

/**
 * The client's first message on a WebSocket for a call.
 *
 * @param authorization as in the header; empty: none
 * @param contentType {@code application/wasm} if the module follows; empty: the module is known
 * @param contentLength octets of the module
 */
public record Call(String authorization, String contentType, long contentLength) {
    /**
     * The answer.
     *
     * @param location absolute path of the module if a reference was made, else empty
     * @param instance UUID; empty if the caller is anonymous
     */
    public record Connection(String location, String instance) {
        /** @throws MalformedJsonException if it is something else */
        public static Connection parse(String json) {
            ObjectNode from = Json.parseObject(json);
            return new Connection(Json.text(from, "location"), Json.text(from, "instance"));
        }

        /** The JSON form. */
        public String toJson() {
            ObjectNode into = Json.object();
            if (!location.isEmpty()) {
                into.put("location", location);
            }
            if (!instance.isEmpty()) {
                into.put("instance", instance);
            }
            return Json.write(into);
        }
    }

    /** @throws MalformedJsonException if it is something else */
    public static Call parse(byte[] json) {
        ObjectNode from = Json.parseObject(json);
        return new Call(
                Json.text(from, "authorization"),
                Json.text(from, "content_type"),
                Json.integer(from, "content_length"));
    }

    /** The JSON form. */
    public String toJson() {
        ObjectNode into = Json.object();
        if (!authorization.isEmpty()) {
            into.put("authorization", authorization);
        }
        if (!contentType.isEmpty()) {
            into.put("content_type", contentType);
        }
        if (contentLength != 0) {
            into.put("content_length", contentLength);
        }
        return Json.write(into);
    }
}
