package io.polywire.webwire.door;

import io.polywire.net.Headers;
import io.polywire.net.HttpResponse;
import java.nio.charset.StandardCharsets;

/** The HTTP side of a server: what a client asks before it upgrades. */
final class Endpoint {
    private static final byte[] NOTHING = {};

    /** The answer to {@code WEBWIRE /}: clients go on only if they know the version. */
    static final HttpResponse METADATA = new HttpResponse(
            200,
            Headers.of("Content-Type", "application/json", "Access-Control-Allow-Origin", "*"),
            "{\"protocol-version\":\"1.1\"}\n".getBytes(StandardCharsets.UTF_8));

    /** The answer to OPTIONS: browsers ask before they use a method such as {@code WEBWIRE}. */
    static final HttpResponse PREFLIGHT = new HttpResponse(
            200, Headers.of("Access-Control-Allow-Origin", "*", "Access-Control-Allow-Methods", "WEBWIRE"), NOTHING);

    static final HttpResponse BAD_REQUEST = refusal(400, "Bad Request");
    static final HttpResponse METHOD_NOT_ALLOWED = refusal(405, "Method Not Allowed");
    static final HttpResponse UNAVAILABLE = HttpResponse.text(503, "Service Unavailable");

    private Endpoint() {}

    private static HttpResponse refusal(int status, String text) {
        return HttpResponse.text(status, text).with("Sec-Websocket-Version", "13");
    }
}
