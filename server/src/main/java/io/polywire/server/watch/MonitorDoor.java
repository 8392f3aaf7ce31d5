package io.polywire.server.watch;

import io.polywire.net.Headers;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpDoor;
import io.polywire.net.HttpExchange;
import io.polywire.net.HttpRequest;
import io.polywire.net.HttpResponse;
import io.polywire.net.Peer;
import io.polywire.server.config.MetricsSettings;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * For those who watch servers: {@code /health} says whether all realms answer, {@code /ready} whether clients are let in,
 * {@code /metrics} tells numbers in Prometheus' format.
 */
public final class MonitorDoor implements HttpDoor {
    private static final String NO_STORE = "no-store";

    private final Watch watch;
    private final MetricsSettings settings;
    private final BooleanSupplier ready;
    private final String version;

    /** @param ready whether clients are let in */
    public MonitorDoor(Watch watch, MetricsSettings settings, BooleanSupplier ready, String version) {
        this.watch = watch;
        this.settings = settings;
        this.ready = ready;
        this.version = version;
    }

    @Override
    public @Nullable HttpAnswer answer(HttpRequest request) {
        boolean read = request.method().equals("GET") || request.method().equals("HEAD");
        if (!read || request.upgrade() != HttpRequest.Upgrade.NONE) {
            return null;
        }
        return switch (request.path()) {
            case "/ready" -> ready.getAsBoolean() ? plain(200, "ready") : plain(503, "not ready");
            case "/health" -> later(this::health);
            case "/metrics" -> metrics(request);
            default -> null;
        };
    }

    private HttpAnswer metrics(HttpRequest request) {
        String token = settings.token();
        if (token != null && !same("Bearer " + token, request.headers().first("Authorization"))) {
            return plain(401, "a token is needed").with("WWW-Authenticate", "Bearer");
        }
        if (!settings.anyone() && !local(request.peer())) {
            return plain(403, "metrics are for this machine only");
        }
        return later(() -> new HttpResponse(
                200,
                Headers.of("Content-Type", Metrics.CONTENT_TYPE, "Cache-Control", NO_STORE),
                Metrics.text(watch, version)));
    }

    private HttpResponse health() {
        watch.look();
        return plain(200, "healthy");
    }

    private static HttpResponse plain(int status, String text) {
        return HttpResponse.text(status, text)
                .with("Cache-Control", NO_STORE)
                .with("X-Content-Type-Options", "nosniff");
    }

    /** Answers when the realms have answered. */
    private static HttpAnswer later(Supplier<HttpResponse> work) {
        return HttpAnswer.gather(0, (exchange, body) -> Thread.startVirtualThread(() -> respond(exchange, work)));
    }

    private static void respond(HttpExchange exchange, Supplier<HttpResponse> work) {
        HttpResponse response;
        try {
            response = work.get();
        } catch (RuntimeException e) {
            System.getLogger("io.polywire.server").log(Level.WARNING, "no answer about the server's state", e);
            response = plain(503, "the server does not answer");
        }
        exchange.respond(response);
    }

    private static boolean same(String expected, @Nullable String given) {
        return given != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean local(Peer peer) {
        if (peer.address().equals("unix")) {
            return true;
        }
        String host = peer.address().substring(0, peer.address().lastIndexOf(':'));
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        try {
            return InetAddress.ofLiteral(bare).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
