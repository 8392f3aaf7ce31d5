package io.polywire.hemi.door;

import io.polywire.model.AccessEvent;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpDoor;
import io.polywire.net.HttpRequest;
import io.polywire.net.HttpResponse;
import io.polywire.net.WebSocketSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lets Hemi clients in at one path. Thread-safe. */
public final class HemiDoor implements HttpDoor {
    private static final Pattern SLASHES = Pattern.compile("//+");

    private final HemiDoorSettings settings;
    private final HemiService service;
    private final WebSocketSettings webSocket;
    private final List<Pattern> origins;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Consumer<AccessEvent> access = event -> {};

    public HemiDoor(HemiDoorSettings settings, HemiService service) {
        this.settings = settings;
        this.service = service;
        // Neither side of this protocol sends pings or ends connections that are idle.
        this.webSocket = WebSocketSettings.ofLimit(settings.readLimit())
                .withPing(Duration.ZERO, 0)
                .withTooBigReason("read limited at " + (settings.readLimit() + 1L) + " bytes");
        this.origins = settings.origins().stream().map(HemiDoor::pattern).toList();
        if (service instanceof Handlers handlers) {
            handlers.limit(settings.concurrency());
        }
    }

    private static Pattern pattern(String glob) {
        StringBuilder regex = new StringBuilder();
        for (String part : glob.toLowerCase(Locale.ROOT).split("(?<=[*?])|(?=[*?])")) {
            regex.append(
                    switch (part) {
                        case "*" -> ".*";
                        case "?" -> ".";
                        default -> Pattern.quote(part);
                    });
        }
        return Pattern.compile(regex.toString());
    }

    /** From now on the listener hears of logins and refusals, on threads of event loops; it must not block. */
    public void onAccess(Consumer<AccessEvent> listener) {
        access = listener;
    }

    Consumer<AccessEvent> access() {
        return access;
    }

    /** The realm behind the door; null if there is none. */
    @Nullable
    String realm() {
        return service instanceof RealmBridge bridge ? bridge.realm().realm().name() : null;
    }

    /** Connections at this moment, let in or not. */
    public int connections() {
        return connections.get();
    }

    /**
     * Takes requests for the door's path: upgrades from its own pages, from those that the settings name, and from clients
     * that are no browsers.
     *
     * @return null for all others
     */
    @Override
    public @Nullable HttpAnswer answer(HttpRequest request) {
        if (!path(request).equals(settings.path())) {
            return null;
        }
        if (!allowed(request)) {
            return HttpResponse.text(403, "pages of this origin may not connect");
        }
        return new HttpAnswer.Upgrade(new HemiConnection(this), webSocket);
    }

    private static String path(HttpRequest request) {
        String path = request.path();
        return path.contains("//") ? SLASHES.matcher(path).replaceAll("/") : path;
    }

    private boolean allowed(HttpRequest request) {
        String origin = request.headers().first("Origin");
        if (origin == null) {
            return true;
        }
        String host = authority(origin);
        return host != null
                && (host.equalsIgnoreCase(request.headers().first("Host"))
                        || origins.stream().anyMatch(p -> p.matcher(host).matches()));
    }

    private static @Nullable String authority(String origin) {
        try {
            String authority = URI.create(origin.trim()).getRawAuthority();
            return authority == null ? null : authority.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    HemiDoorSettings settings() {
        return settings;
    }

    HemiService service() {
        return service;
    }

    void opened() {
        connections.incrementAndGet();
    }

    void closed() {
        connections.decrementAndGet();
    }
}
