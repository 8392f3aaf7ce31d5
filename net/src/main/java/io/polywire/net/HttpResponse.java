package io.polywire.net;

import java.nio.charset.StandardCharsets;

/**
 * A complete answer. {@code Content-Length} and {@code Date} are added.
 *
 * @param status 200 to 599
 * @param headers further headers
 * @param body octets, owned by the response
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; a body is octets.
public record HttpResponse(int status, Headers headers, byte[] body) implements HttpAnswer {
    public HttpResponse {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status " + status + " is not in 200..599");
        }
    }

    /** A text answer, UTF-8; a line feed is added. */
    public static HttpResponse text(int status, String text) {
        return new HttpResponse(
                status,
                Headers.of("Content-Type", "text/plain; charset=utf-8"),
                (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The same answer with one header more. */
    public HttpResponse with(String name, String value) {
        return new HttpResponse(status, headers.with(name, value), body);
    }
}
