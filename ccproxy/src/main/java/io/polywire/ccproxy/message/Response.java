package io.polywire.ccproxy.message;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a request.
 *
 * @param error empty, and absent on the wire, in case of success
 * @param data an object, or null and absent on the wire
 */
public record Response(
        boolean success, String error, @Nullable RawJson data) {
    private static final Response OK = new Response(true, "", null);

    public static Response ok() {
        return OK;
    }

    public static Response ok(RawJson data) {
        return new Response(true, "", data);
    }

    public static Response error(String text) {
        return new Response(false, text, null);
    }

    /**
     * Reads the body of a message.
     *
     * @throws MalformedMessage if it is no response
     */
    public static Response decode(RawJson body) {
        return Json.response(body);
    }

    /** The whole message, with its header. */
    public byte[] encode() {
        return Json.encode(this);
    }
}
