package io.polywire.webwire.door;

import io.polywire.model.AccessEvent;
import io.polywire.model.Message;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpDoor;
import io.polywire.net.HttpRequest;
import io.polywire.router.HostedRealm;
import io.polywire.webwire.message.Composer;
import io.polywire.webwire.message.Encoding;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.session.ActiveSessions;
import io.polywire.webwire.session.SessionStore;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets WebWire clients into a realm: requests become calls, signals publications, events signals.
 *
 * <p>Thread-safe, but for what is said to belong to the realm's thread.
 */
public final class WebWireDoor implements HttpDoor {
    private final HostedRealm realm;
    private final SessionStore store;
    private final BridgeSettings settings;
    private final ActiveSessions<BridgedSession> active = new ActiveSessions<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();

    private volatile Consumer<AccessEvent> access = event -> {};

    // Owned by the realm's thread.
    private final Map<Long, BridgedSession> sessions = new HashMap<>();
    private Message.@Nullable Event event;
    private byte @Nullable [] frame;

    /**
     * Joins the realm for the procedures {@code polywire.webwire.session.*}, which this door registers.
     *
     * @param store keeps the sessions of clients
     */
    public WebWireDoor(HostedRealm realm, SessionStore store, BridgeSettings settings) {
        this.realm = realm;
        this.store = store;
        this.settings = settings;
        SessionProcedures procedures = new SessionProcedures(this);
        realm.run(procedures::join);
    }

    /** From now on the listener hears of sessions that begin, and of those refused, on the realm's thread; must not block. */
    public void onAccess(Consumer<AccessEvent> listener) {
        access = listener;
    }

    Consumer<AccessEvent> access() {
        return access;
    }

    /** Connections at this moment. */
    public int connections() {
        return connections.get();
    }

    /** Signals, either way, that had no place to go or could not be told in the other protocol. */
    public long dropped() {
        return dropped.get();
    }

    /** Takes {@code WEBWIRE}, {@code OPTIONS} and upgrades at the door's path; null for all else. */
    @Override
    public @Nullable HttpAnswer answer(HttpRequest request) {
        if (!request.path().equals(settings.path())) {
            return null;
        }
        return switch (request.method()) {
            case "WEBWIRE" -> Endpoint.METADATA;
            case "OPTIONS" -> Endpoint.PREFLIGHT;
            case "GET" ->
                request.upgrade() == HttpRequest.Upgrade.NONE
                        ? null
                        : new HttpAnswer.Upgrade(
                                new BridgedConnection(this), settings.limits().webSocket());
            default -> null;
        };
    }

    HostedRealm realm() {
        return realm;
    }

    SessionStore store() {
        return store;
    }

    BridgeSettings settings() {
        return settings;
    }

    /** By the digests of their keys. */
    ActiveSessions<BridgedSession> active() {
        return active;
    }

    void opened() {
        connections.incrementAndGet();
    }

    void closed() {
        connections.decrementAndGet();
    }

    void drop() {
        dropped.incrementAndGet();
    }

    /** Forgets sessions that were not used for too long. May block. */
    void expire() {
        if (settings.sessionExpiry().isPositive()) {
            store.expire(Instant.now().minus(settings.sessionExpiry()));
        }
    }

    /**
     * Asks the store on a virtual thread, and goes on on the realm's thread.
     *
     * @param then told what the store gave
     * @param not told why it failed, which is logged
     */
    <T extends @Nullable Object> void ask(Supplier<T> store, Consumer<T> then, Consumer<RuntimeException> not) {
        Thread.ofVirtual().name("webwire-store").start(() -> {
            Runnable next;
            try {
                T given = store.get();
                next = () -> then.accept(given);
            } catch (RuntimeException e) {
                Server.LOG.log(Level.ERROR, "the session store failed", e);
                next = () -> not.accept(e);
            }
            try {
                realm.thread().execute(next);
            } catch (RejectedExecutionException ended) {
                Server.LOG.log(Level.DEBUG, "the realm has ended before the session store answered", ended);
            }
        });
    }

    /** Notes in the store that a session was active until now. */
    void touch(String digest) {
        Instant now = Instant.now();
        Thread.ofVirtual().name("webwire-store").start(() -> {
            try {
                store.touch(digest, now);
            } catch (RuntimeException e) {
                // The store is closed at the same time as the connections when a server ends.
                Server.LOG.log(Level.DEBUG, "the end of a session''s use was not noted", e);
            }
        });
    }

    // --- on the realm's thread ------------------------------------------------------------------------------------

    void joined(long id, BridgedSession session) {
        sessions.put(id, session);
    }

    void left(long id) {
        sessions.remove(id);
    }

    @Nullable
    BridgedSession session(long id) {
        return sessions.get(id);
    }

    /**
     * An event as a signal, composed once for all its receivers.
     *
     * @return null if it cannot be told as a signal
     */
    @SuppressWarnings("ReferenceEquality") // the realm gives one instance to all receivers
    byte @Nullable [] frame(Message.Event message, String topic) {
        if (message != event) {
            event = message;
            frame = compose(message, topic);
        }
        return frame;
    }

    private byte @Nullable [] compose(Message.Event message, String topic) {
        String name = topic.startsWith(settings.prefix())
                ? topic.substring(settings.prefix().length())
                : topic;
        Payload payload = Bridge.payload(message.payload(), Encoding.UTF8);
        boolean possible = !payload.isEmpty() && name.length() <= Composer.LONGEST_NAME && Composer.printable(name);
        return possible ? Composer.compose(new Signal(name, payload)) : null;
    }
}
