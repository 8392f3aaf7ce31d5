package io.polywire.webwire.door;

import io.polywire.net.CloseCode;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpDoor;
import io.polywire.net.HttpRequest;
import io.polywire.net.HttpResponse;
import io.polywire.webwire.session.ActiveSessions;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebWire server without a listener: an {@link HttpDoor} that answers on every path. {@link HeadedServer} is one with a
 * listener of its own. Thread-safe.
 */
public final class Server implements HttpDoor {
    static final System.Logger LOG = System.getLogger("io.polywire.webwire");

    private final Hooks hooks;
    private final @Nullable SessionHooks sessionHooks;
    private final ServerSettings settings;
    private final boolean announces;
    private final ActiveSessions<Client> activeSessions = new ActiveSessions<>();
    private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();
    private final CountDownLatch empty = new CountDownLatch(1);
    private volatile boolean shutDown;

    /**
     * @param sessionHooks null for a server without sessions
     */
    public Server(Hooks hooks, @Nullable SessionHooks sessionHooks, ServerSettings settings) {
        this.hooks = hooks;
        this.sessionHooks = sessionHooks;
        this.settings = settings;
        this.announces = overrides(hooks, "onClientConnected");
    }

    /** Spares a thread for each connection where the application does not care. */
    private static boolean overrides(Hooks hooks, String hook) {
        try {
            return hooks.getClass().getMethod(hook, Client.class).getDeclaringClass() != Hooks.class;
        } catch (NoSuchMethodException | SecurityException e) {
            return true;
        }
    }

    /** The sessions that are active at this moment. */
    public ActiveSessions<Client> activeSessions() {
        return activeSessions;
    }

    /** Clients that are connected. */
    public int clients() {
        return conversations.size();
    }

    @Override
    public HttpAnswer answer(HttpRequest request) {
        return switch (request.method()) {
            case "WEBWIRE" -> Endpoint.METADATA;
            case "OPTIONS" ->
                HttpAnswer.gather(
                        0,
                        (exchange, _) -> Thread.ofVirtual()
                                .name("webwire-options")
                                .start(() -> exchange.respond(options(request))));
            case "GET" -> upgrade(request);
            default -> Endpoint.METHOD_NOT_ALLOWED;
        };
    }

    private HttpResponse options(HttpRequest request) {
        try {
            return hooks.onOptions(request);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "OnOptions failed", e);
            return HttpResponse.text(500, "Internal Server Error");
        }
    }

    private HttpAnswer upgrade(HttpRequest request) {
        if (request.upgrade() != HttpRequest.Upgrade.VALID) {
            return Endpoint.BAD_REQUEST;
        }
        return shutDown ? Endpoint.UNAVAILABLE : new HttpAnswer.Upgrade(new Conversation(this), settings.webSocket());
    }

    /**
     * Ends in order: new connections are refused with 503, new requests answered with the code {@code SERVER_SHUTDOWN},
     * signals dropped; requests that are being handled get their reply, and the connections are closed with 1001. Blocks
     * until all are closed, at most for that time; what is left then is cut off. Sessions stay stored.
     */
    public void shutDown(Duration patience) {
        shutDown = true;
        for (Conversation one : conversations) {
            if (one.isIdle()) {
                part(one);
            }
        }
        if (conversations.isEmpty()) {
            return;
        }
        try {
            if (!empty.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                conversations.forEach(this::part);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void part(Conversation one) {
        one.finish(CloseCode.GOING_AWAY, "shutting down");
    }

    void opened(Conversation one) {
        conversations.add(one);
    }

    /** Everything that came from this client was handled. */
    void idle(Conversation one) {
        if (shutDown) {
            part(one);
        }
    }

    void closed(Conversation one) {
        conversations.remove(one);
        if (shutDown && conversations.isEmpty()) {
            empty.countDown();
        }
    }

    boolean isShutDown() {
        return shutDown;
    }

    boolean announces() {
        return announces;
    }

    Hooks hooks() {
        return hooks;
    }

    @Nullable
    SessionHooks sessionHooks() {
        return sessionHooks;
    }

    ServerSettings settings() {
        return settings;
    }
}
