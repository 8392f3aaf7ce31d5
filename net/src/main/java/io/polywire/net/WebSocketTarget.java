package io.polywire.net;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The server side of a WebSocket to open.
 *
 * @param at address to connect to
 * @param tls trust, null for a plain connection
 * @param host value of the {@code Host} header, also the name verified by TLS unless the TLS settings have one
 * @param path path and query, starting with {@code /}
 * @param subprotocols offered, the favourite first; if there are any, the server has to choose one
 * @param headers further headers of the request
 * @param timeout for connecting, TLS and upgrade together
 */
public record WebSocketTarget(
        Endpoint at,
        Tls.@Nullable Client tls,
        String host,
        String path,
        List<String> subprotocols,
        Headers headers,
        Duration timeout) {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    public WebSocketTarget {
        subprotocols = List.copyOf(subprotocols);
        if (!path.startsWith("/") || !path.chars().allMatch(c -> c > 32 && c < 127)) {
            throw new IllegalArgumentException("'" + path + "' is no request path");
        }
        Headers.of("Host", host);
        for (String s : subprotocols) {
            Headers.of(s, "");
        }
    }

    /**
     * From a {@code ws}, {@code wss}, {@code http} or {@code https} URL, with a timeout of 10 s.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static WebSocketTarget of(URI uri, String... subprotocols) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("wss") || scheme.equals("https");
        String host = uri.getHost();
        if (host == null || !(secure || scheme.equals("ws") || scheme.equals("http"))) {
            throw new IllegalArgumentException("'" + uri + "' is no ws:// or wss:// URL");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new WebSocketTarget(
                new Endpoint.Tcp(bare, port),
                secure ? Tls.Client.DEFAULT : null,
                uri.getPort() >= 0 ? host + ":" + uri.getPort() : host,
                uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery(),
                List.of(subprotocols),
                Headers.EMPTY,
                DEFAULT_TIMEOUT);
    }

    /** The same with another trust; null for a plain connection. */
    public WebSocketTarget withTls(Tls.@Nullable Client trust) {
        return new WebSocketTarget(at, trust, host, path, subprotocols, headers, timeout);
    }

    /** The same over another address, for example a UNIX socket. */
    public WebSocketTarget withEndpoint(Endpoint other) {
        return new WebSocketTarget(other, tls, host, path, subprotocols, headers, timeout);
    }

    /** The same with other headers. */
    public WebSocketTarget withHeaders(Headers other) {
        return new WebSocketTarget(at, tls, host, path, subprotocols, other, timeout);
    }

    /** The same with another timeout. */
    public WebSocketTarget withTimeout(Duration other) {
        return new WebSocketTarget(at, tls, host, path, subprotocols, headers, other);
    }
}
