package io.polywire.net;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request.
 *
 * @param method any token, as sent
 * @param path the path as sent, still percent-encoded, starting with {@code /} ({@code *} for {@code OPTIONS *})
 * @param query what follows the question mark, still encoded; null without one
 * @param headers the header fields
 * @param peer who asks
 */
public record HttpRequest(
        String method, String path, @Nullable String query, Headers headers, Peer peer) {
    /** Whether a request is a WebSocket upgrade (RFC 6455, section 4.2.1). */
    public enum Upgrade {
        /** Not a GET with the upgrade headers. */
        NONE,
        /** {@code Sec-WebSocket-Version} is not 13. */
        BAD_VERSION,
        /** {@code Sec-WebSocket-Key} is not 16 octets in base64. */
        BAD_KEY,
        /** A valid upgrade. */
        VALID
    }

    static HttpRequest of(io.netty.handler.codec.http.HttpRequest head, Peer peer) {
        String target = head.uri();
        int authority = target.startsWith("/") ? -1 : target.indexOf("://");
        if (authority >= 0) {
            int slash = target.indexOf('/', authority + 3);
            target = slash < 0 ? "/" : target.substring(slash);
        }
        int mark = target.indexOf('?');
        return new HttpRequest(
                head.method().name(),
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? null : target.substring(mark + 1),
                Headers.copyOf(head.headers()),
                peer);
    }

    /** Looks at method and upgrade headers. */
    public Upgrade upgrade() {
        if (!method.equals("GET")
                || !headers.hasElement("Connection", "upgrade")
                || !headers.hasElement("Upgrade", "websocket")) {
            return Upgrade.NONE;
        }
        if (!"13".equals(headers.first("Sec-WebSocket-Version"))) {
            return Upgrade.BAD_VERSION;
        }
        String key = headers.first("Sec-WebSocket-Key");
        try {
            boolean good = key != null && Base64.getDecoder().decode(key.trim()).length == 16;
            return good ? Upgrade.VALID : Upgrade.BAD_KEY;
        } catch (IllegalArgumentException e) {
            return Upgrade.BAD_KEY;
        }
    }

    /** The offered WebSocket subprotocols, the client's favourite first. */
    public List<String> subprotocols() {
        return headers.elements("Sec-WebSocket-Protocol");
    }

    /** Decoded query parameters in their order; empty without a query. */
    public Map<String, List<String>> parameters() {
        return query == null ? Map.of() : new QueryStringDecoder(query, false).parameters();
    }
}
