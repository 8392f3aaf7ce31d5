package io.polywire.webwire.door;

import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.Publish;
import io.polywire.model.Message.Subscribe;
import io.polywire.model.Message.Unsubscribe;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.Uris;
import io.polywire.net.CloseCode;
import io.polywire.net.WebSocket;
import io.polywire.router.Identity;
import io.polywire.router.JoinRefused;
import io.polywire.router.Link;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import io.polywire.webwire.message.Composer;
import io.polywire.webwire.message.Encoding;
import io.polywire.webwire.message.MalformedMessage;
import io.polywire.webwire.message.Message.CloseSession;
import io.polywire.webwire.message.Message.ErrorReply;
import io.polywire.webwire.message.Message.Reply;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.RestoreSession;
import io.polywire.webwire.message.Message.SessionClosed;
import io.polywire.webwire.message.Message.SessionCreated;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.session.StoredSession;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client of a {@link WebWireDoor} in its realm. Its messages are handled strictly in order: what comes after a request
 * waits for the answer.
 *
 * <p>Threads: owned by the realm's thread; {@link #outbox}, {@link #hold} and {@link #holds} may be used from any. The
 * store is asked on virtual threads, and the client's next message waits for it.
 */
final class BridgedSession implements Link {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Dict ROLES = Dict.of(
            "roles", Map.of("caller", Map.of("features", Map.of()), "publisher", Map.of(), "subscriber", Map.of()));

    /** An attached WebWire session. */
    private record Attached(String digest, io.polywire.webwire.message.Session session) {}

    private final WebWireDoor door;
    private final WebSocket socket;
    private final Outbox outbox;
    private final EnumSet<BridgedConnection.Hold> holds = EnumSet.noneOf(BridgedConnection.Hold.class); // guarded by it

    private @Nullable Session session;
    private @Nullable Identity first;
    private @Nullable Attached attached;
    private boolean over;

    private final ArrayDeque<Object> waiting = new ArrayDeque<>(4);
    private boolean busy; // an answer is waited for
    private boolean pumping;
    private long lastRequest;
    private @Nullable Request called;

    /** Topics that are being subscribed, by request. */
    private final Map<Long, BridgeSettings.Topic> subscribing = new HashMap<>(4);

    private final Map<Long, BridgeSettings.Topic> subscriptions = new HashMap<>(4);

    BridgedSession(WebWireDoor door, WebSocket socket) {
        this.door = door;
        this.socket = socket;
        this.outbox = new Outbox(socket, door.settings().limits().queueLimit());
    }

    // --- from any thread ------------------------------------------------------------------------------------------

    Outbox outbox() {
        return outbox;
    }

    void hold(BridgedConnection.Hold why, boolean on) {
        synchronized (holds) {
            boolean changed = on ? holds.add(why) : holds.remove(why);
            if (changed && on) {
                socket.pauseReading();
            } else if (changed && holds.isEmpty()) {
                socket.resumeReading();
            }
        }
    }

    boolean holds(BridgedConnection.Hold why) {
        synchronized (holds) {
            return holds.contains(why);
        }
    }

    // --- life -----------------------------------------------------------------------------------------------------

    void join() {
        byte[] id = new byte[8];
        RANDOM.nextBytes(id);
        Identity anonymous =
                new Identity(HexFormat.of().formatHex(id), door.settings().authrole(), "anonymous", door(), Map.of());
        Map<String, @Nullable Object> transport = Map.of(
                "type",
                "websocket",
                "protocol",
                "webwire",
                "peer",
                socket.peer().address(),
                "secure",
                socket.peer().tls() != null);
        try {
            Session joined = door.realm().realm().join(this, anonymous, ROLES, transport);
            session = joined;
            first = anonymous;
            door.joined(joined.id(), this);
            subscribe(false);
        } catch (JoinRefused refused) {
            finish(CloseCode.POLICY_VIOLATION, refused.text());
        }
    }

    private Session joined() {
        return Objects.requireNonNull(session, "not joined");
    }

    /** The connection is gone: calls are canceled; signals that came before are still published. */
    void lost() {
        if (over) {
            return;
        }
        for (Object item : waiting) {
            if (item instanceof Signal signal) {
                publish(signal);
            }
        }
        leave();
    }

    private void leave() {
        over = true;
        waiting.clear();
        Attached left = attached;
        attached = null;
        Session joined = session;
        if (joined != null) {
            door.left(joined.id());
            joined.leave();
        }
        if (left != null) {
            door.active().release(left.digest(), this);
            Thread.ofVirtual().name("webwire-store").start(() -> door.store().touch(left.digest(), Instant.now()));
        }
    }

    private void finish(int code, String reason) {
        leave();
        outbox.finish(code, reason);
    }

    // --- what the client sends ------------------------------------------------------------------------------------

    void receive(List<Object> batch) {
        if (over) {
            return;
        }
        waiting.addAll(batch);
        pump();
        if (waiting.size() >= door.settings().limits().inboxLimit()) {
            hold(BridgedConnection.Hold.INBOX, true);
        }
    }

    private void pump() {
        pumping = true;
        try {
            while (!over && !busy && !waiting.isEmpty()) {
                handle(waiting.remove());
            }
        } finally {
            pumping = false;
        }
        if (waiting.size() <= door.settings().limits().inboxLimit() / 2) {
            hold(BridgedConnection.Hold.INBOX, false);
        }
    }

    private void handle(Object item) {
        try {
            switch (item) {
                case Request m -> call(m);
                case Signal m -> publish(m);
                case RestoreSession m -> restore(m);
                case CloseSession m -> {
                    busy = true;
                    close(_ -> {
                        reply(m.id(), Payload.EMPTY);
                        ready();
                    });
                }
                case MalformedMessage malformed -> finish(CloseCode.PROTOCOL_ERROR, "malformed message");
                default -> {
                    // A server's message from a client: without meaning, and without harm.
                }
            }
        } catch (ProtocolViolation violation) {
            throw new IllegalStateException(violation);
        } catch (RuntimeException fault) {
            Server.LOG.log(Level.ERROR, "client " + socket.peer().address() + " failed", fault);
            finish(CloseCode.INTERNAL_ERROR, "internal error");
        }
    }

    /** What was waited for is done. */
    private void ready() {
        busy = false;
        if (!pumping && !over) {
            door.realm().thread().execute(this::pump);
        }
    }

    private void reply(long id, Payload payload) {
        outbox.post(Composer.compose(new Reply(id, payload)));
    }

    private void error(long id, RequestException refused) {
        outbox.post(Composer.compose(new ErrorReply(id, refused.code(), refused.text())));
    }

    private void call(Request m) {
        BridgeSettings settings = door.settings();
        String procedure = m.name().isEmpty() ? settings.unnamedRequests() : settings.prefix() + m.name();
        if (procedure == null) {
            error(m.id(), new RequestException(Reasons.NO_SUCH_PROCEDURE, "requests without name have no procedure"));
            return;
        }
        Object value = Bridge.value(m.payload());
        if (value == null) {
            error(m.id(), new RequestException(Reasons.INVALID_ARGUMENT, "the payload is malformed text"));
            return;
        }
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        options.put("_encoding", Bridge.name(m.payload().encoding()));
        boolean disclosure = door.realm().realm().options().disclosure();
        if (settings.loginProcedures().contains(procedure) || (settings.discloseAll() && disclosure)) {
            options.put("disclose_me", true);
        }
        if (settings.callTimeout().isPositive()) {
            options.put("timeout", settings.callTimeout().toMillis());
        }
        busy = true;
        called = m;
        joined().receive(new Call(++lastRequest, Dict.of(options), procedure, io.polywire.model.Payload.of(value)));
    }

    private void publish(Signal m) {
        BridgeSettings settings = door.settings();
        String topic = m.name().isEmpty() ? settings.unnamedSignals() : settings.prefix() + m.name();
        Object value = topic == null ? null : Bridge.value(m.payload());
        if (topic == null || value == null || !Uris.valid(topic, false) || Uris.reserved(topic)) {
            door.drop();
            return;
        }
        Dict options = Dict.of("_encoding", Bridge.name(m.payload().encoding()));
        joined().receive(new Publish(++lastRequest, options, topic, io.polywire.model.Payload.of(value)));
    }

    // --- WebWire sessions -----------------------------------------------------------------------------------------

    private void restore(RestoreSession m) {
        String digest = StoredSession.digest(m.key());
        if (!door.active().claim(digest, this)) {
            error(m.id(), Answers.sessionActive(m.key()));
            return;
        }
        busy = true;
        Thread.ofVirtual().name("webwire-store").start(() -> {
            StoredSession found = null;
            io.polywire.webwire.message.Session restored = null;
            RuntimeException failure = null;
            try {
                door.expire();
                found = door.store().find(digest);
                if (found != null) {
                    door.store().touch(digest, Instant.now());
                    restored = io.polywire.webwire.message.Session.ofJson(m.key(), found.created(), found.info());
                }
            } catch (RuntimeException e) {
                failure = e;
            }
            StoredSession stored = found;
            io.polywire.webwire.message.Session made = restored;
            RuntimeException why = failure;
            door.realm().thread().execute(() -> restored(m, digest, stored, made, why));
        });
    }

    private void restored(
            RestoreSession m,
            String digest,
            @Nullable StoredSession stored,
            io.polywire.webwire.message.@Nullable Session made,
            @Nullable RuntimeException failure) {
        if (over || stored == null || made == null) {
            door.active().release(digest, this);
        }
        if (over) {
            return;
        }
        if (failure != null) {
            Server.LOG.log(Level.ERROR, "the session store failed", failure);
            error(m.id(), Answers.restorationFailed());
            finish(CloseCode.INTERNAL_ERROR, "internal error");
            return;
        }
        if (stored == null || made == null) {
            error(m.id(), Answers.sessionNotFound(m.key()));
        } else {
            Attached before = attached;
            if (before != null) {
                door.active().release(before.digest(), this);
            }
            attach(new Attached(digest, made), stored);
            reply(m.id(), new Payload(Encoding.UTF16, made.toJson())); // so the original labels it
        }
        ready();
    }

    private void attach(Attached now, StoredSession stored) {
        boolean had = attached != null;
        attached = now;
        joined().identity(new Identity(stored.authid(), stored.authrole(), "webwire-session", door(), Map.of()));
        if (!had) {
            subscribe(true);
        }
    }

    /**
     * Gives the connection a session.
     *
     * @param then told the key, or why there is none
     */
    void create(
            String authid,
            String authrole,
            @Nullable Object info,
            Consumer<String> then,
            Consumer<RequestException> not) {
        if (attached != null) {
            not.accept(new RequestException(
                    "webwire.error.SESSION_EXISTS", "Another session on this client is already active"));
            return;
        }
        io.polywire.webwire.message.Session made = io.polywire.webwire.message.Session.of(info);
        String digest = StoredSession.digest(made.key());
        StoredSession stored =
                new StoredSession(digest, authid, authrole, made.created(), Instant.now(), made.infoJson());
        door.active().claim(digest, this);
        Thread.ofVirtual().name("webwire-store").start(() -> {
            RuntimeException failure = null;
            try {
                door.expire();
                door.store().put(stored);
            } catch (RuntimeException e) {
                failure = e;
            }
            RuntimeException why = failure;
            door.realm().thread().execute(() -> {
                if (why == null && !over && attached == null) {
                    attach(new Attached(digest, made), stored);
                    outbox.post(Composer.compose(new SessionCreated(made.toJson())));
                    then.accept(made.key());
                    return;
                }
                door.active().release(digest, this);
                if (why != null) {
                    Server.LOG.log(Level.ERROR, "the session store failed", why);
                    not.accept(new RequestException("webwire.error.INTERNAL_ERROR", "the session cannot be stored"));
                } else {
                    forget(digest, _ -> {});
                    not.accept(new RequestException(Reasons.NO_SUCH_SESSION, "the client is gone or has a session"));
                }
            });
        });
    }

    /**
     * Closes the session of the connection; nothing happens without one.
     *
     * @param then on the realm's thread; told why the session could not be removed from the store, or null
     */
    void close(Consumer<@Nullable RuntimeException> then) {
        Attached closing = attached;
        if (closing == null) {
            then.accept(null);
            return;
        }
        attached = null;
        forget(closing.digest(), failure -> {
            door.active().release(closing.digest(), this);
            if (!over && attached == null) { // none was restored meanwhile
                joined().identity(Objects.requireNonNull(first));
                unsubscribe();
                outbox.post(Composer.compose(new SessionClosed()));
            }
            then.accept(failure);
        });
    }

    private void forget(String digest, Consumer<@Nullable RuntimeException> then) {
        Thread.ofVirtual().name("webwire-store").start(() -> {
            RuntimeException failure = null;
            try {
                door.store().remove(digest);
            } catch (RuntimeException e) {
                Server.LOG.log(Level.ERROR, "the session store failed", e);
                failure = e;
            }
            RuntimeException why = failure;
            door.realm().thread().execute(() -> then.accept(why));
        });
    }

    // --- topics ---------------------------------------------------------------------------------------------------

    private void subscribe(boolean sessionOnly) {
        for (BridgeSettings.Topic topic : door.settings().topics()) {
            if (topic.sessionOnly() == sessionOnly) {
                subscribing.put(++lastRequest, topic);
                joined().receive(new Subscribe(
                        lastRequest, Dict.of("match", topic.match().text()), topic.uri()));
            }
        }
    }

    private void unsubscribe() {
        List<Long> gone = subscriptions.entrySet().stream()
                .filter(e -> e.getValue().sessionOnly())
                .map(Map.Entry::getKey)
                .toList();
        for (Long subscription : gone) {
            subscriptions.remove(subscription);
            joined().receive(new Unsubscribe(++lastRequest, subscription));
        }
    }

    // --- what the realm sends -------------------------------------------------------------------------------------

    @Override
    public Traffic traffic() {
        return new Traffic(socket.octetsIn(), socket.octetsOut(), socket.queuedBytes());
    }

    @Override
    public String door() {
        return "webwire";
    }

    @Override
    public Sent send(Message message) {
        if (over) {
            return Sent.CLOSED;
        }
        switch (message) {
            case Message.Event m -> {
                return event(m);
            }
            case Message.Result m -> answered(m.payload(), null);
            case Message.ErrorMessage m when m.requestType() == Call.CODE -> answered(m.payload(), m.error());
            case Message.ErrorMessage m
            when m.requestType() == Subscribe.CODE -> {
                BridgeSettings.Topic topic = subscribing.remove(m.request());
                Server.LOG.log(
                        Level.WARNING,
                        "{0} is not sent to {1}: {2}",
                        topic,
                        socket.peer().address(),
                        m.error());
            }
            case Message.Subscribed m -> {
                BridgeSettings.Topic topic = subscribing.remove(m.request());
                if (topic != null) {
                    subscriptions.put(m.subscription(), topic);
                }
            }
            default -> {
                // Nothing that a client could be told.
            }
        }
        return Sent.OK;
    }

    private void answered(io.polywire.model.Payload payload, @Nullable String error) {
        Request m = called;
        if (m == null) {
            return;
        }
        called = null;
        if (error == null) {
            reply(m.id(), Bridge.payload(payload, m.payload().encoding()));
        } else {
            error(m.id(), Bridge.error(error, payload));
        }
        ready();
    }

    private Sent event(Message.Event m) {
        BridgeSettings.Topic topic = subscriptions.get(m.subscription());
        if (topic == null) {
            return Sent.OK; // the subscription has just been given up
        }
        if (outbox.full()) {
            return Sent.FULL;
        }
        String uri = topic.match() == Match.EXACT ? topic.uri() : m.details().string("topic");
        byte[] frame = door.frame(m, uri == null ? topic.uri() : uri);
        if (frame == null) {
            door.drop();
        } else {
            outbox.post(frame);
        }
        return Sent.OK;
    }

    @Override
    public void end(Message.Goodbye why) {
        Session ended = session;
        session = null; // has left already
        if (ended != null) {
            door.left(ended.id());
        }
        boolean shutdown =
                why.reason().equals(Reasons.SYSTEM_SHUTDOWN) || why.reason().equals(Reasons.CLOSE_REALM);
        finish(shutdown ? CloseCode.GOING_AWAY : CloseCode.POLICY_VIOLATION, why.reason());
    }

    @Override
    public void abort(String text) {
        session = null;
        finish(CloseCode.PROTOCOL_ERROR, text);
    }

    @Override
    public void pauseReading() {
        hold(BridgedConnection.Hold.REALM, true);
    }

    @Override
    public void resumeReading() {
        hold(BridgedConnection.Hold.REALM, false);
    }

    @Override
    public String toString() {
        return "client " + socket.peer().address();
    }
}
