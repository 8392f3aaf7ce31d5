package io.polywire.wamp.client.link;

import io.polywire.model.Serialization;
import io.polywire.net.Client;
import io.polywire.net.Endpoint;
import io.polywire.net.Headers;
import io.polywire.net.Loops;
import io.polywire.net.Tls;
import io.polywire.net.WebSocketSettings;
import io.polywire.net.WebSocketTarget;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Connects by a socket:
 *
 * <table>
 * <caption>URIs</caption>
 * <tr><td>{@code ws://HOST[:PORT]/PATH}</td><td>WebSocket</td></tr>
 * <tr><td>{@code wss://HOST[:PORT]/PATH}</td><td>WebSocket over TLS</td></tr>
 * <tr><td>{@code tcp://HOST:PORT}</td><td>RawSocket</td></tr>
 * <tr><td>{@code tls://HOST:PORT}</td><td>RawSocket over TLS</td></tr>
 * <tr><td>{@code unix:///PATH}</td><td>RawSocket over a UNIX socket</td></tr>
 * </table>
 *
 * <p>Also {@code rs://} and {@code rss://} for {@code tcp} and {@code tls}.
 *
 * @param uri where to
 * @param serializations offered, the favourite first; RawSocket offers only the first one
 * @param tls trust and certificate for {@code wss} and {@code tls}
 * @param headers further headers of a WebSocket's request
 * @param messageLimit longest message in octets, sent or received, 512 to 16 MiB; RawSocket announces the power of two below
 * @param deflate whether a WebSocket offers compression (permessage-deflate)
 * @param keepalive a connection that is silent for so long is pinged, and dropped after two silent pings; zero for never
 * @param loops event loops to use; null for the one that all clients of the process share
 */
public record Transport(
        URI uri,
        List<Serialization> serializations,
        Tls.Client tls,
        Headers headers,
        int messageLimit,
        boolean deflate,
        Duration keepalive,
        @Nullable Loops loops)
        implements Connector {
    private static final class Shared {
        static final Loops LOOPS = Loops.open(1);
    }

    public Transport {
        serializations = List.copyOf(serializations);
        if (serializations.isEmpty()) {
            throw new IllegalArgumentException("no serialization");
        }
        if (messageLimit < 512 || messageLimit > RawSocket.LONGEST) {
            throw new IllegalArgumentException("message limit " + messageLimit + " is not in 512..16777216");
        }
        scheme(uri);
    }

    /**
     * MessagePack first, the authorities of the JDK, 16 MiB, no compression, a ping after 30 s.
     *
     * @throws IllegalArgumentException if the URI has none of the forms above
     */
    public static Transport to(String uri) {
        try {
            return new Transport(
                    new URI(uri),
                    List.of(Serialization.MSGPACK, Serialization.CBOR, Serialization.JSON),
                    Tls.Client.DEFAULT,
                    Headers.EMPTY,
                    16 << 20,
                    false,
                    Duration.ofSeconds(30),
                    null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(uri + " is no URI: " + e.getMessage(), e);
        }
    }

    public Transport withSerialization(Serialization... favouriteFirst) {
        return new Transport(uri, List.of(favouriteFirst), tls, headers, messageLimit, deflate, keepalive, loops);
    }

    /** Trusts the authorities in a PEM file. */
    public Transport withTrust(Path pem) {
        return withTls(Tls.Client.trusting(pem));
    }

    public Transport withTls(Tls.Client other) {
        return new Transport(uri, serializations, other, headers, messageLimit, deflate, keepalive, loops);
    }

    public Transport withHeaders(Headers other) {
        return new Transport(uri, serializations, tls, other, messageLimit, deflate, keepalive, loops);
    }

    public Transport withMessageLimit(int octets) {
        return new Transport(uri, serializations, tls, headers, octets, deflate, keepalive, loops);
    }

    public Transport withDeflate(boolean on) {
        return new Transport(uri, serializations, tls, headers, messageLimit, on, keepalive, loops);
    }

    public Transport withKeepalive(Duration silence) {
        return new Transport(uri, serializations, tls, headers, messageLimit, deflate, silence, loops);
    }

    public Transport withLoops(Loops own) {
        return new Transport(uri, serializations, tls, headers, messageLimit, deflate, keepalive, own);
    }

    @Override
    public CompletableFuture<Link> open(LinkHandler handler, Duration timeout) {
        Loops use = loops == null ? Shared.LOOPS : loops;
        return switch (scheme(uri)) {
            case "ws", "wss" -> webSocket(use, handler, timeout);
            case "unix" -> rawSocket(use, new Endpoint.Unix(Path.of(uri.getPath())), null, handler, timeout);
            case "tls", "rss" -> rawSocket(use, tcp(), tls, handler, timeout);
            default -> rawSocket(use, tcp(), null, handler, timeout);
        };
    }

    private Endpoint tcp() {
        String host = uri.getHost();
        return new Endpoint.Tcp(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, uri.getPort());
    }

    private CompletableFuture<Link> webSocket(Loops use, LinkHandler handler, Duration timeout) {
        String[] tokens = serializations.stream().map(WebSocketLink::token).toArray(String[]::new);
        WebSocketTarget target =
                WebSocketTarget.of(uri, tokens).withHeaders(headers).withTimeout(timeout);
        if (target.tls() != null) {
            target = target.withTls(tls);
        }
        WebSocketSettings settings = WebSocketSettings.ofLimit(messageLimit)
                .withDeflate(deflate)
                .withUtf8Check(false) // The codec checks.
                .withPing(keepalive, 2);
        WebSocketLink link = new WebSocketLink(handler, messageLimit);
        CompletableFuture<Link> opened = new CompletableFuture<>();
        return follow(Client.webSocket(use, target, settings, link).thenApply(socket -> link), opened);
    }

    private CompletableFuture<Link> rawSocket(
            Loops use, Endpoint at, Tls.@Nullable Client trust, LinkHandler handler, Duration timeout) {
        RawSocketLink link = new RawSocketLink(handler, serializations.getFirst(), messageLimit, keepalive);
        CompletableFuture<Link> opened = new CompletableFuture<>();
        long until = System.nanoTime() + timeout.toNanos();
        var connecting = Client.stream(use, at, trust, timeout, link);
        var _ = connecting.thenAccept(
                stream -> link.handshake(Duration.ofNanos(Math.max(1, until - System.nanoTime()))));
        var _ = connecting.whenComplete((stream, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(failure);
            }
        });
        var _ = opened.whenComplete((ok, failure) -> {
            if (failure != null) {
                connecting.cancel(true);
                link.giveUp();
            }
        });
        return follow(link.ready(), opened);
    }

    /** The outcome of the one is that of the other; canceling the other cancels the one. */
    private static CompletableFuture<Link> follow(
            CompletableFuture<? extends Link> one, CompletableFuture<Link> other) {
        var _ = one.whenComplete((link, failure) -> {
            if (failure == null) {
                other.complete(link);
            } else {
                other.completeExceptionally(failure);
            }
        });
        var _ = other.whenComplete((link, failure) -> {
            if (other.isCancelled()) {
                one.cancel(true);
            }
        });
        return other;
    }

    private static String scheme(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean fits = switch (scheme) {
            case "ws", "wss" -> uri.getHost() != null;
            case "tcp", "tls", "rs", "rss" -> uri.getHost() != null && uri.getPort() > 0;
            case "unix" -> uri.getPath() != null && uri.getPath().length() > 1;
            default -> false;
        };
        if (!fits) {
            throw new IllegalArgumentException("'" + uri
                    + "' is not ws://HOST[:PORT]/PATH, wss://..., tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH");
        }
        return scheme;
    }
}
