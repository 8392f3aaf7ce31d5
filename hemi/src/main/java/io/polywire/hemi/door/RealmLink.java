package io.polywire.hemi.door;

import io.polywire.codec.Payloads;
import io.polywire.hemi.bridge.RealmPayloads;
import io.polywire.hemi.message.Envelopes;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.net.CloseCode;
import io.polywire.net.WebSocket;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.JoinRefused;
import io.polywire.router.Link;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The session of a connection: the realm's side of {@link RealmConversation}.
 *
 * <p>Threads: owned by the realm's thread. Messages for the client are made here, as payloads belong to the realm; if the
 * connection has another loop they go there together, once for each task of the realm.
 */
final class RealmLink implements Link {
    private static final System.Logger LOG = System.getLogger("io.polywire.hemi");
    private static final Dict ROLES = Dict.of(
            "roles",
            Map.of(
                    "caller", Map.of("features", Map.of("call_canceling", true, "call_timeout", true)),
                    "subscriber", Map.of("features", Map.of("pattern_based_subscription", true))));

    /** A call, and the request it is made for. */
    record Request(Message.Call call, String command, String id) {}

    /** What goes to the connection. */
    sealed interface Out {}

    /** The session is there: the client may be told. */
    record Welcome() implements Out {}

    @SuppressWarnings("ArrayRecordComponent") // octets on their way, never compared
    record Answer(byte[] message) implements Out {}

    @SuppressWarnings("ArrayRecordComponent") // octets on their way, never compared
    record Notification(byte[] message) implements Out {}

    record Ending(int code, String reason) implements Out {}

    private final RealmConversation conversation;
    private final RealmBridgeSettings settings;
    private final HostedRealm realm;
    private final boolean sameThread;
    private final Map<Long, Request> requests = new HashMap<>();

    /** The configured topics by the request that subscribes to them, then by subscription. */
    private final Map<Long, String> subscribing = new HashMap<>();

    private final Map<Long, String> topics = new HashMap<>();
    private @Nullable Session session;
    private boolean over;
    private List<Out> outbox = new ArrayList<>();
    private long outboxOctets;

    RealmLink(RealmConversation conversation, RealmBridge bridge, boolean sameThread) {
        this.conversation = conversation;
        this.settings = bridge.settings();
        this.realm = bridge.realm();
        this.sameThread = sameThread;
    }

    @Override
    public String door() {
        return "hemi";
    }

    void join(Identity identity, Map<String, @Nullable Object> transport) {
        if (over) {
            return; // the connection was lost meanwhile
        }
        Session joined;
        try {
            joined = realm.realm().join(this, identity, ROLES, transport);
        } catch (JoinRefused refused) {
            LOG.log(Level.WARNING, "a client cannot join " + realm.realm().name() + ": " + refused.text());
            over = true;
            pass(RealmConversation.refused());
            return;
        }
        session = joined;
        pass(new Welcome()); // before any event: what comes first is dropped by clients
        long request = 0;
        for (RealmBridgeSettings.Topic topic : settings.topics()) {
            subscribing.put(++request, topic.match() == Match.EXACT ? topic.uri() : "");
            Dict options = topic.match() == Match.EXACT
                    ? Dict.EMPTY
                    : Dict.of("match", topic.match() == Match.PREFIX ? "prefix" : "wildcard");
            joined.receive(new Message.Subscribe(request, options, topic.uri()));
        }
    }

    void call(Request request) {
        Session by = session;
        if (by == null || over) {
            return;
        }
        requests.put(request.call().request(), request);
        try {
            by.receive(request.call());
        } catch (ProtocolViolation impossible) {
            LOG.log(Level.ERROR, "session " + by.id() + " failed on " + request.command(), impossible);
            leave();
            pass(new Ending(CloseCode.INTERNAL_ERROR, ""));
        }
    }

    /** The connection is over; idempotent. */
    void leave() {
        over = true;
        requests.clear();
        Session left = session;
        if (left != null) {
            session = null;
            left.leave();
        }
    }

    // --- the realm's messages --------------------------------------------------------------------------------------

    @Override
    public Sent send(Message message) {
        if (over) {
            return Sent.CLOSED;
        }
        switch (message) {
            case Message.Result result -> {
                return result(result);
            }
            case Message.Event event -> {
                return event(event);
            }
            case Message.ErrorMessage error when error.requestType() == Message.Call.CODE -> failed(error);
            case Message.ErrorMessage error ->
                LOG.log(Level.WARNING, "a topic cannot be subscribed for notifications: " + error.error());
            case Message.Subscribed m -> {
                String topic = subscribing.remove(m.request());
                if (topic != null) {
                    topics.put(m.subscription(), topic);
                }
            }
            default -> {}
        }
        return Sent.OK;
    }

    private Sent result(Message.Result result) {
        Request request = requests.get(result.request());
        if (request == null) {
            return Sent.OK;
        }
        byte[] payload = RealmPayloads.fromRealm(result.payload());
        byte[] message = Envelopes.write(
                RealmConversation.response(request.command()), request.id(), payload, 0, payload.length);
        if (message.length > settings.sendLimit()) {
            return Sent.TOO_LARGE;
        }
        requests.remove(result.request());
        pass(new Answer(message));
        return Sent.OK;
    }

    private Sent event(Message.Event event) {
        if (!conversation.hasRoom(outboxOctets)) {
            return Sent.FULL;
        }
        String topic = topics.get(event.subscription());
        if (topic == null || topic.isEmpty()) {
            topic = event.details().get("topic") instanceof String told ? told : null;
        }
        if (topic == null) {
            return Sent.OK;
        }
        String name = topic.startsWith(settings.prefix())
                ? topic.substring(settings.prefix().length())
                : topic;
        byte[] payload = RealmPayloads.fromRealm(event.payload());
        byte[] message = Envelopes.write(name + "-notification", "", payload, 0, payload.length);
        if (message.length > settings.sendLimit()) {
            return Sent.TOO_LARGE;
        }
        pass(new Notification(message));
        return Sent.OK;
    }

    private void failed(Message.ErrorMessage message) {
        Request request = requests.remove(message.request());
        if (request == null) {
            return;
        }
        if (message.error().equals(Reasons.NO_SUCH_PROCEDURE) && settings.closeOnUnknown()) {
            over = true; // left when the connection ends: not from inside of the realm
            pass(new Ending(CloseCode.NORMAL, ""));
            return;
        }
        pass(new Answer(RealmConversation.error(request.command(), request.id(), error(request, message))));
    }

    private static ProtocolError error(Request request, Message.ErrorMessage message) {
        String uri = message.error();
        if (uri.equals(Reasons.NO_SUCH_PROCEDURE)) {
            return ProtocolError.request("unknown command: " + request.command());
        }
        if (uri.equals(Reasons.NOT_AUTHORIZED)) {
            return ProtocolError.request("not authorized");
        }
        String text = text(message.payload());
        if (!uri.startsWith("wamp.error.")) {
            return ProtocolError.request(text == null ? uri : text);
        }
        ProtocolError internal = ProtocolError.internal();
        String cause = request.command() + ": " + uri + (text == null ? "" : ": " + text);
        LOG.log(Level.ERROR, internal.logText("internal error: " + cause));
        return internal;
    }

    private static @Nullable String text(Payload payload) {
        List<@Nullable Object> args = Payloads.args(payload);
        return args.stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst()
                .orElse(null);
    }

    @Override
    public Traffic traffic() {
        WebSocket socket = conversation.connection().socket();
        return new Traffic(socket.octetsIn(), socket.octetsOut(), socket.queuedBytes());
    }

    @Override
    public void end(Message.Goodbye why) {
        over = true;
        session = null;
        boolean closing =
                why.reason().equals(Reasons.SYSTEM_SHUTDOWN) || why.reason().equals(Reasons.CLOSE_REALM);
        pass(closing ? new Ending(CloseCode.GOING_AWAY, "") : new Ending(CloseCode.PROTOCOL_ERROR, "killed"));
    }

    @Override
    public void abort(String text) {
        over = true;
        session = null;
        LOG.log(Level.ERROR, "a session was aborted: " + text);
        pass(new Ending(CloseCode.INTERNAL_ERROR, ""));
    }

    @Override
    public boolean congested() {
        return conversation.congested(outboxOctets);
    }

    @Override
    public void whenDrained(Runnable task) {
        conversation.whenDrained(task);
    }

    @Override
    public void pauseReading() {
        conversation.pause(true);
    }

    @Override
    public void resumeReading() {
        conversation.pause(false);
    }

    // --- on the way ------------------------------------------------------------------------------------------------

    private void pass(Out out) {
        if (sameThread) {
            conversation.deliver(out);
            return;
        }
        if (outbox.isEmpty()) {
            realm.thread().execute(this::hop);
        }
        outbox.add(out);
        outboxOctets += switch (out) {
            case Answer answer -> answer.message().length;
            case Notification notification -> notification.message().length;
            default -> 0;
        };
    }

    private void hop() {
        List<Out> all = outbox;
        outbox = new ArrayList<>();
        outboxOctets = 0;
        conversation.connection().socket().execute(() -> all.forEach(conversation::deliver));
    }
}
