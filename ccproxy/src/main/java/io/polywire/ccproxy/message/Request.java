package io.polywire.ccproxy.message;

import org.jspecify.annotations.Nullable;

/**
 * The envelope of a request: the name of a payload and its data, not yet understood.
 *
 * @param id empty when absent
 * @param data null when absent; the JSON {@code null} is a value
 */
public record Request(String id, @Nullable RawJson data) {
    /**
     * Reads the body of a message.
     *
     * @throws MalformedMessage if it is not exactly one JSON value, not an object or null, or its id is not a string
     */
    public static Request decode(RawJson body) {
        return Json.request(body);
    }

    /** The whole message, with its header. */
    public byte[] encode() {
        return Json.encode(this);
    }

    /**
     * What is asked for.
     *
     * @throws RefusedRequest with the text of the answer
     */
    public Payload payload() {
        return Json.payload(this);
    }
}
