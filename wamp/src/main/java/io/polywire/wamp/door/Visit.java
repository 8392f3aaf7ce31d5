package io.polywire.wamp.door;

import io.polywire.net.Headers;
import io.polywire.net.HttpRequest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The upgrade by which a WebSocket came.
 *
 * @param headers of the request, without those that only make it a WebSocket: they are kept as long as the connection
 * @param cookie the tracking cookie that the client sent or is given, null without tracking
 * @param answer headers of the answer: sets the cookie where it is new
 */
record Visit(Headers headers, @Nullable String cookie, Headers answer) {
    /** Of a transport that has no upgrade. */
    static final Visit NONE = new Visit(Headers.EMPTY, null, Headers.EMPTY);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int OCTETS = 32;
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final String NAME = "polywire";

    /** The prefix makes browsers refuse the cookie from other hosts of the domain (RFC 6265bis, section 4.1.3). */
    private static final String SECURE_NAME = "__Host-" + NAME;

    private static final Set<String> UPGRADE = Set.of(
            "connection",
            "upgrade",
            "sec-websocket-extensions",
            "sec-websocket-key",
            "sec-websocket-protocol",
            "sec-websocket-version");

    /** @param tracked whether there is to be a cookie */
    static Visit of(HttpRequest request, boolean tracked) {
        Headers headers = request.headers().without(UPGRADE);
        if (!tracked) {
            return new Visit(headers, null, Headers.EMPTY);
        }
        boolean secure = request.peer().tls() != null;
        String name = secure ? SECURE_NAME : NAME;
        String sent = sent(request.headers(), name);
        if (sent != null) {
            return new Visit(headers, sent, Headers.EMPTY);
        }
        byte[] octets = new byte[OCTETS];
        RANDOM.nextBytes(octets);
        String made = Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
        String line = name + "=" + made + "; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict"
                + (secure ? "; Secure" : "");
        return new Visit(headers, made, Headers.of("Set-Cookie", line));
    }

    private static @Nullable String sent(Headers headers, String name) {
        for (String line : headers.all("Cookie")) {
            for (String pair : line.split(";")) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).trim().equals(name)) {
                    String value = pair.substring(equals + 1).trim();
                    return VALUE.matcher(value).matches() ? value : null;
                }
            }
        }
        return null;
    }
}
