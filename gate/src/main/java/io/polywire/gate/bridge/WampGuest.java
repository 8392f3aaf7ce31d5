package io.polywire.gate.bridge;

import io.polywire.codec.Payloads;
import io.polywire.codec.Values;
import io.polywire.gate.service.GuestCall;
import io.polywire.gate.service.GuestLink;
import io.polywire.gate.service.GuestService.Saved;
import io.polywire.gate.service.GuestSession;
import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import io.polywire.model.TraceContext;
import io.polywire.model.Uris;
import io.polywire.router.Identity;
import io.polywire.router.JoinRefused;
import io.polywire.router.Link;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The session of one instance. What the program sends is decoded on its own thread; everything else belongs to the
 * realm's thread, except the list of what has to be made again after a restart, which has this object's lock.
 */
final class WampGuest implements Link, GuestSession {
    private static final System.Logger LOG = System.getLogger("io.polywire.gate");
    private static final String SESSION_CLOSED = "polywire.gate.error.session_closed";
    private static final int INVOCATION = 68;

    private static final Dict ROLES = Dict.of(
            "roles",
            Map.of(
                    "caller", Map.of(),
                    "publisher", Map.of(),
                    "subscriber", Map.of("features", Map.of("pattern_based_subscription", true)),
                    "callee", Map.of("features", Map.of("call_canceling", true))));

    /** A subscription or registration; the program knows it by its first id, the realm by its present one. */
    private record Standing(String uri, Dict options) {}

    private final WampService service;
    private final GuestLink link;
    private final Replies replies = new Replies();

    // the realm's thread
    private @Nullable Session session;
    private boolean over;
    private long last;
    private final Map<Long, Pending> pending = new HashMap<>();
    private final Map<Long, Long> guestIds = new HashMap<>();

    // guarded by this
    private final Map<Long, Standing> subscriptions = new TreeMap<>();
    private final Map<Long, Standing> registrations = new TreeMap<>();
    private final Map<Long, Long> realmIds = new HashMap<>();

    /** A request that the realm has not answered. */
    private record Pending(Replies.@Nullable Reply reply, String uri, Dict options, long guestId) {}

    WampGuest(WampService service, GuestLink link) {
        this.service = service;
        this.link = link;
    }

    private void later(Runnable task) {
        service.realm().thread().execute(task);
    }

    // ---- joining and leaving

    void join(Identity identity) {
        later(() -> {
            if (over) {
                return;
            }
            Map<String, @Nullable Object> transport = new HashMap<>();
            transport.put("type", "gate");
            transport.put("instance", link.instance());
            try {
                session = service.realm().realm().join(this, identity, ROLES, transport);
                standAgain();
            } catch (JoinRefused e) {
                LOG.log(System.Logger.Level.WARNING, "an instance cannot join: " + e.text());
                over = true;
            }
        });
    }

    @Override
    public void close() {
        later(this::leave);
    }

    private void leave() {
        over = true;
        Session s = session;
        session = null;
        if (s != null) {
            s.leave();
        }
        List<Pending> open = new ArrayList<>(pending.values());
        pending.clear();
        open.forEach(p -> fail(p.reply(), Reasons.CANCELED, "the session has ended"));
    }

    @Override
    public String door() {
        return "gate";
    }

    @Override
    public void end(Message.Goodbye why) {
        session = null;
        later(this::leave);
    }

    @Override
    public void abort(String text) {
        session = null;
        later(this::leave);
    }

    // ---- from the program

    @Override
    public void call(GuestCall call, byte[] content) {
        Replies.Reply reply = replies.expect(call);
        List<?> request;
        try {
            Object value = Values.read(Serialization.CBOR, content, 0, content.length);
            if (!(value instanceof List<?> list) || list.isEmpty()) {
                throw new InvalidArgument("a request is an array");
            }
            request = list;
        } catch (ProtocolViolation | InvalidArgument e) {
            fail(reply, Reasons.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
            return;
        }
        later(() -> handle(reply, request));
    }

    private void handle(Replies.Reply reply, List<?> request) {
        Session s = session;
        if (s == null) {
            fail(reply, SESSION_CLOSED, "the session has ended");
            return;
        }
        try {
            Request r = new Request(request);
            switch (r.string(0)) {
                case "call" -> call(s, reply, r);
                case "publish" -> publish(s, reply, r);
                case "subscribe" -> stand(s, reply, r, true);
                case "register" -> stand(s, reply, r, false);
                case "unsubscribe" -> unstand(s, reply, r, true);
                case "unregister" -> unstand(s, reply, r, false);
                case "yield" -> {
                    s.receive(new Message.Yield(r.id(1), r.dict(4), r.payload(2)));
                    answer(reply, List.of("done"));
                }
                case "fail" -> {
                    s.receive(new Message.ErrorMessage(INVOCATION, r.id(1), Dict.EMPTY, r.uri(2), r.payload(3)));
                    answer(reply, List.of("done"));
                }
                default -> fail(reply, Reasons.INVALID_ARGUMENT, "unknown request: " + r.string(0));
            }
        } catch (InvalidArgument e) {
            fail(reply, Reasons.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        } catch (ProtocolViolation e) {
            fail(reply, Reasons.PROTOCOL_VIOLATION, String.valueOf(e.getMessage()));
        }
    }

    /** Whether a URI can be used; answers the request if not. */
    private boolean usable(Replies.Reply reply, String uri, Dict options) {
        Match match = switch (String.valueOf(options.string("match"))) {
            case "prefix" -> Match.PREFIX;
            case "wildcard" -> Match.WILDCARD;
            default -> Match.EXACT;
        };
        if (Uris.valid(uri, match, service.realm().realm().options().strictUris())) {
            return true;
        }
        fail(reply, Reasons.INVALID_URI, uri);
        return false;
    }

    private long expect(Replies.@Nullable Reply reply, String uri, Dict options, long guestId) {
        pending.put(++last, new Pending(reply, uri, options, guestId));
        return last;
    }

    private void call(Session s, Replies.Reply reply, Request r) {
        Map<String, @Nullable Object> options = new HashMap<>(r.dict(4).asMap());
        options.remove("receive_progress");
        options.remove("progress");
        if (usable(reply, r.string(1), Dict.EMPTY)) {
            long id = expect(reply, r.string(1), Dict.EMPTY, 0);
            s.receive(new Message.Call(id, traced(Dict.of(options)), r.string(1), r.payload(2)));
        }
    }

    /** With the trace that the instance belongs to, unless the program names another. */
    private Dict traced(Dict options) {
        TraceContext trace = link.trace();
        return trace == null || options.has(TraceContext.PARENT) ? options : trace.in(options);
    }

    private void publish(Session s, Replies.Reply reply, Request r) {
        Dict options = r.dict(4);
        if (!usable(reply, r.string(1), Dict.EMPTY)) {
            return;
        }
        boolean acknowledge = options.flag("acknowledge");
        long id = acknowledge ? expect(reply, r.string(1), options, 0) : ++last;
        s.receive(new Message.Publish(id, traced(options), r.string(1), r.payload(2)));
        if (!acknowledge) {
            answer(reply, Arrays.asList("published", null));
        }
    }

    private void stand(Session s, Replies.Reply reply, Request r, boolean subscribe) {
        if (usable(reply, r.string(1), r.dict(2))) {
            stand(s, expect(reply, r.string(1), r.dict(2), 0), r.string(1), r.dict(2), subscribe);
        }
    }

    private static void stand(Session s, long request, String uri, Dict options, boolean subscribe) {
        s.receive(
                subscribe ? new Message.Subscribe(request, options, uri) : new Message.Register(request, options, uri));
    }

    private void unstand(Session s, Replies.Reply reply, Request r, boolean subscription) {
        long guestId = r.id(1);
        Long realmId;
        synchronized (this) {
            (subscription ? subscriptions : registrations).remove(guestId);
            realmId = realmIds.remove(guestId);
        }
        if (realmId == null) {
            fail(
                    reply,
                    subscription ? Reasons.NO_SUCH_SUBSCRIPTION : Reasons.NO_SUCH_REGISTRATION,
                    Long.toString(guestId));
            return;
        }
        guestIds.remove(realmId);
        long request = expect(reply, "", Dict.EMPTY, guestId);
        s.receive(subscription ? new Message.Unsubscribe(request, realmId) : new Message.Unregister(request, realmId));
    }

    // ---- to the program, on the realm's thread

    private void answer(Replies.@Nullable Reply reply, List<?> values) {
        if (reply == null) {
            return;
        }
        byte[] content = Values.write(Serialization.CBOR, values);
        if (content.length > GuestLink.MAX_CONTENT) {
            fail(reply, Reasons.PAYLOAD_SIZE_EXCEEDED, content.length + " bytes");
        } else {
            reply.give(content);
        }
    }

    private void fail(Replies.@Nullable Reply reply, String uri, String text) {
        if (reply != null) {
            reply.give(Values.write(Serialization.CBOR, List.of("error", uri, List.of(shortened(text)), Map.of())));
        }
    }

    private static String shortened(String text) {
        return text.length() > 1000 ? text.substring(0, 1000) : text;
    }

    @Override
    public Sent send(Message message) {
        switch (message) {
            case Message.Result m -> {
                Pending p = pending.remove(m.request());
                answer(reply(p), List.of("result", Payloads.args(m.payload()), Payloads.kwargs(m.payload())));
            }
            case Message.ErrorMessage m -> {
                Pending p = pending.remove(m.request());
                answer(reply(p), List.of("error", m.error(), Payloads.args(m.payload()), Payloads.kwargs(m.payload())));
            }
            case Message.Published m ->
                answer(reply(pending.remove(m.request())), List.of("published", m.publication()));
            case Message.Subscribed m -> stands(m.request(), m.subscription(), true);
            case Message.Registered m -> stands(m.request(), m.registration(), false);
            case Message.Unsubscribed m -> answer(reply(pending.remove(m.request())), List.of("unsubscribed"));
            case Message.Unregistered m -> answer(reply(pending.remove(m.request())), List.of("unregistered"));
            case Message.Event m -> {
                return info(List.of(
                        "event",
                        guestId(m.subscription()),
                        m.publication(),
                        m.details().asMap(),
                        Payloads.args(m.payload()),
                        Payloads.kwargs(m.payload())));
            }
            case Message.Invocation m -> {
                return info(List.of(
                        "invocation",
                        m.request(),
                        guestId(m.registration()),
                        m.details().asMap(),
                        Payloads.args(m.payload()),
                        Payloads.kwargs(m.payload())));
            }
            case Message.Interrupt m -> {
                return info(List.of("interrupt", m.request(), m.options().asMap()));
            }
            default -> {}
        }
        return Sent.OK;
    }

    private static Replies.@Nullable Reply reply(@Nullable Pending p) {
        return p == null ? null : p.reply();
    }

    private long guestId(long realmId) {
        return guestIds.getOrDefault(realmId, realmId);
    }

    private Sent info(List<?> values) {
        if (link.queued() >= WampService.MAX_QUEUED) {
            return Sent.FULL;
        }
        byte[] content = Values.write(Serialization.CBOR, values);
        if (content.length > GuestLink.MAX_CONTENT) {
            return Sent.TOO_LARGE;
        }
        link.info(content);
        return Sent.OK;
    }

    /** The realm has made a subscription or registration. */
    private void stands(long request, long realmId, boolean subscription) {
        Pending p = pending.remove(request);
        if (p == null) {
            return;
        }
        long guestId = p.guestId() != 0 ? p.guestId() : guestId(realmId);
        guestIds.put(realmId, guestId);
        synchronized (this) {
            (subscription ? subscriptions : registrations).put(guestId, new Standing(p.uri(), p.options()));
            realmIds.put(guestId, realmId);
        }
        answer(p.reply(), List.of(subscription ? "subscribed" : "registered", guestId));
    }

    // ---- snapshots

    @Override
    public synchronized byte[] state() {
        return Values.write(Serialization.CBOR, List.of(list(subscriptions), list(registrations)));
    }

    private static List<?> list(Map<Long, Standing> standing) {
        List<Object> all = new ArrayList<>();
        standing.forEach((id, s) -> all.add(List.of(id, s.uri(), s.options().asMap())));
        return all;
    }

    /** @throws IllegalArgumentException if the state is damaged */
    void restore(Saved saved) {
        try {
            Request all = new Request(asList(Values.read(Serialization.CBOR, saved.state(), 0, saved.state().length)));
            restore(asList(all.value(0)), subscriptions);
            restore(asList(all.value(1)), registrations);
        } catch (ProtocolViolation | InvalidArgument e) {
            throw new IllegalArgumentException("state of service wamp: " + e.getMessage(), e);
        }
        for (GuestCall call : saved.pending()) {
            fail(replies.expect(call), Reasons.CANCELED, "the program was moved");
        }
    }

    private static List<?> asList(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new InvalidArgument("not a list");
    }

    private static void restore(List<?> from, Map<Long, Standing> to) {
        for (Object o : from) {
            Request r = new Request(asList(o));
            to.put(r.id(0), new Standing(r.uri(1), r.dict(2)));
        }
    }

    /** Subscribes and registers again what a restored program had. */
    private void standAgain() {
        Session s = session;
        Map<Long, Standing> first;
        Map<Long, Standing> second;
        synchronized (this) {
            first = new TreeMap<>(subscriptions);
            second = new TreeMap<>(registrations);
        }
        if (s != null) {
            first.forEach((id, x) -> stand(s, expect(null, x.uri(), x.options(), id), x.uri(), x.options(), true));
            second.forEach((id, x) -> stand(s, expect(null, x.uri(), x.options(), id), x.uri(), x.options(), false));
        }
    }

    /** A decoded array, whose elements are asked for with their types. */
    private record Request(List<?> values) {
        @Nullable
        Object value(int i) {
            return i < values.size() ? values.get(i) : null;
        }

        String string(int i) {
            if (value(i) instanceof String s) {
                return s;
            }
            throw new InvalidArgument("element " + i + " must be a string");
        }

        String uri(int i) {
            String uri = string(i);
            if (uri.isEmpty() || uri.length() > Uris.MAX_LENGTH) {
                throw new InvalidArgument("element " + i + " must be a URI");
            }
            return uri;
        }

        long id(int i) {
            if (value(i) instanceof Number n) {
                return n.longValue();
            }
            throw new InvalidArgument("element " + i + " must be an id");
        }

        Dict dict(int i) {
            Map<String, @Nullable Object> map = map(i);
            return map.isEmpty() ? Dict.EMPTY : Dict.of(map);
        }

        @SuppressWarnings("unchecked") // keys of CBOR maps are strings here
        private Map<String, @Nullable Object> map(int i) {
            return switch (value(i)) {
                case null -> Map.of();
                case Map<?, ?> m -> (Map<String, @Nullable Object>) m;
                default -> throw new InvalidArgument("element " + i + " must be a map");
            };
        }

        /** Arguments at an index and keyword arguments behind them. */
        Payload payload(int i) {
            List<?> args = value(i) == null ? List.of() : asList(value(i));
            return Payload.of(args, map(i + 1));
        }
    }
}
