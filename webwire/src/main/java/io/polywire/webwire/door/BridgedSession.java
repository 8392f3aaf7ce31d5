package io.polywire.webwire.door;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.Publish;
import io.polywire.model.Message.Subscribe;
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
import io.polywire.webwire.message.MalformedMessage;
import io.polywire.webwire.message.Message.CloseSession;
import io.polywire.webwire.message.Message.ErrorReply;
import io.polywire.webwire.message.Message.Reply;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.RestoreSession;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    private final WebWireDoor door;
    private final WebSocket socket;
    private final Outbox outbox;
    private final EnumSet<BridgedConnection.Hold> holds = EnumSet.noneOf(BridgedConnection.Hold.class); // guarded by it

    private @Nullable Session session;
    private final Topics topics;
    private final Attachment attachment;
    private @Nullable Identity first;
    private boolean over;

    private final ArrayDeque<Object> waiting = new ArrayDeque<>(4);
    private boolean busy; // an answer is waited for
    private boolean pumping;
    private long lastRequest;
    private @Nullable Request called;

    BridgedSession(WebWireDoor door, WebSocket socket) {
        this.door = door;
        this.socket = socket;
        this.outbox = new Outbox(socket, door.settings().limits().queueLimit());
        this.topics = new Topics(this, door.settings());
        this.attachment = new Attachment(this, door);
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
            topics.subscribe(false);
        } catch (JoinRefused refused) {
            finish(CloseCode.POLICY_VIOLATION, refused.text());
        }
    }

    /** Hands a message of this client to the realm. */
    void toRealm(Message message) {
        joined().receive(message);
    }

    /** The number of the next request to the realm. */
    long nextRequest() {
        return ++lastRequest;
    }

    private Session joined() {
        return Objects.requireNonNull(session, "not joined");
    }

    /** Replaces who the client is; null: who it was at first. */
    void identity(@Nullable Identity now) {
        joined().identity(now == null ? Objects.requireNonNull(first) : now);
    }

    /** The client has a WebWire session from now on, or has none any more. */
    void attached(boolean has) {
        if (has) {
            topics.subscribe(true);
        } else {
            topics.unsubscribe();
        }
    }

    Attachment attachment() {
        return attachment;
    }

    boolean isOver() {
        return over;
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
        Session joined = session;
        if (joined != null) {
            door.left(joined.id());
            joined.leave();
        }
        attachment.leave();
    }

    void finish(int code, String reason) {
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
                case RestoreSession m -> {
                    busy = true;
                    attachment.restore(m);
                }
                case CloseSession m -> {
                    busy = true;
                    attachment.close(_ -> {
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
    void ready() {
        busy = false;
        if (!pumping && !over) {
            door.realm().thread().execute(this::pump);
        }
    }

    void reply(long id, Payload payload) {
        outbox.post(Composer.compose(new Reply(id, payload)));
    }

    void error(long id, RequestException refused) {
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
        toRealm(new Call(nextRequest(), Dict.of(options), procedure, io.polywire.model.Payload.of(value)));
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
        toRealm(new Publish(nextRequest(), options, topic, io.polywire.model.Payload.of(value)));
    }

    // --- what the realm sends -------------------------------------------------------------------------------------

    @Override
    public Traffic traffic() {
        return new Traffic(socket.octetsIn(), socket.octetsOut(), socket.queuedBytes());
    }

    /** {@code HOST:PORT} of the client. */
    String address() {
        return socket.peer().address();
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
            case Message.ErrorMessage m when m.requestType() == Subscribe.CODE -> topics.refused(m);
            case Message.Subscribed m -> topics.subscribed(m);
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
        String topic = topics.topic(m);
        if (topic == null) {
            return Sent.OK; // the subscription has just been given up
        }
        if (outbox.full()) {
            return Sent.FULL;
        }
        byte[] frame = door.frame(m, topic);
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
