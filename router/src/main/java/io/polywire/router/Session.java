package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Ids;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.Cancel;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Publish;
import io.polywire.model.Message.Register;
import io.polywire.model.Message.Subscribe;
import io.polywire.model.Message.Unregister;
import io.polywire.model.Message.Unsubscribe;
import io.polywire.model.Message.Yield;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A peer that has joined a realm. Everything on the realm's thread. */
public final class Session {
    private static final int MOST_DETAILS = 64;

    final Realm realm;
    final Link link;
    final Features features;
    private final long id;
    private final Map<String, @Nullable Object> transport;
    private Map<String, @Nullable Object> more = Map.of(); // details that were added later
    private Identity identity;
    private RealmOptions.Limits limits;
    private boolean open = true;

    final LongMap<Subscription> subscriptions = new LongMap<>();
    final LongMap<Registration> registrations = new LongMap<>();

    /** Calls that this session made and that have no final answer yet, by request. */
    final LongMap<PendingCall> calls = new LongMap<>();

    /** Calls that this session is to answer, by the id of their INVOCATION. */
    final LongMap<PendingCall> invocations = new LongMap<>();

    /** The id of the last INVOCATION; they count up from 1, for each session. */
    long lastInvocation;

    private long lastRequest; // where they have to be sequential

    /** The highest request of a CALL so far. */
    long lastCall;

    /** Answers that came too late and have been interrupted once already. */
    final LongMap<Boolean> interruptedLate = new LongMap<>();

    final Testaments testaments = new Testaments();

    final long joined; // milliseconds since 1970
    long messagesIn;
    long messagesOut;

    /** Messages that its queue or size limit kept from it. */
    long dropped;

    /** For how many reasons the peer is not read at the moment. */
    private int holds;

    private long second; // in milliseconds since 1970, where the count began
    private int inSecond;
    private Environment.@Nullable Timer nextSecond;

    /** Messages that wait: for an authorizer's decision on one before them, or for the next second; null while none does. */
    private @Nullable ArrayDeque<Message> waiting;

    Session(
            Realm realm,
            Link link,
            long id,
            Identity identity,
            Features features,
            Map<String, @Nullable Object> transport) {
        this.realm = realm;
        this.link = link;
        this.id = id;
        this.identity = identity;
        this.features = features;
        this.transport = transport;
        this.limits = realm.limits(identity.authrole());
        this.joined = realm.environment().epochMillis();
    }

    /** The limits of its role. */
    public RealmOptions.Limits limits() {
        return limits;
    }

    /** The limits of the realm are others now. */
    void changedLimits() {
        limits = realm.limits(identity.authrole());
    }

    public long id() {
        return id;
    }

    public Identity identity() {
        return identity;
    }

    /** Replaces the identity, between two messages: calls begun before keep what they were allowed. */
    public void identity(Identity other) {
        if (open) {
            realm.changedRole(identity.authrole(), other.authrole());
        }
        identity = other;
        limits = realm.limits(other.authrole());
        realm.meta.onIdentity(this);
    }

    public Realm realm() {
        return realm;
    }

    /** Whether it has neither left nor been removed. */
    public boolean isOpen() {
        return open;
    }

    /** The door by which it came. */
    public String door() {
        return link.door();
    }

    /** {@code details.transport}. */
    public Map<String, @Nullable Object> transport() {
        return transport;
    }

    /**
     * A message of the peer.
     *
     * @throws ProtocolViolation if it breaks the protocol: the door aborts the session, and calls {@link #leave}
     */
    public void receive(Message message) {
        if (!open) {
            return;
        }
        ArrayDeque<Message> before = waiting;
        if (before != null) {
            before.add(message);
            return;
        }
        if (limits.messagesPerSecond() > 0 && tooFast()) {
            waitForNextSecond(message);
            return;
        }
        realm.enter();
        try {
            handle(message);
        } finally {
            realm.exit();
        }
    }

    private boolean tooFast() {
        long now = realm.environment().epochMillis();
        if (now - second >= 1_000 || now < second) {
            second = now;
            inSecond = 0;
        }
        return inSecond++ >= limits.messagesPerSecond();
    }

    /** Who sends more than it may is read again when it may send again. */
    private void waitForNextSecond(Message message) {
        ArrayDeque<Message> held = new ArrayDeque<>();
        held.add(message);
        waiting = held;
        hold();
        long rest = second + 1_000 - realm.environment().epochMillis();
        nextSecond = realm.environment().schedule(Math.max(1, rest), () -> resume(() -> {}));
    }

    private void handle(Message message) {
        messagesIn++;
        if (realm.options().strictRequestIds()) {
            checkRequest(message);
        }
        switch (message) {
            case Call m -> realm.dealer.call(this, m);
            case Yield m -> realm.dealer.result(this, m);
            case Publish m -> realm.broker.publish(this, m);
            case Subscribe m -> realm.broker.subscribe(this, m);
            case Unsubscribe m -> realm.broker.unsubscribe(this, m);
            case Register m -> realm.dealer.register(this, m);
            case Unregister m -> realm.dealer.unregister(this, m);
            case Cancel m -> realm.dealer.cancel(this, m);
            case ErrorMessage m when m.requestType() == Message.Invocation.CODE -> realm.dealer.error(this, m);
            case ErrorMessage m ->
                throw new ProtocolViolation("ERROR of a client must answer INVOCATION, not " + m.requestType());
            default ->
                throw new ProtocolViolation(
                        "a client does not send messages of type " + message.code() + " in a session");
        }
    }

    private void checkRequest(Message message) {
        long request = switch (message) {
            case Call m -> m.request();
            case Publish m -> m.request();
            case Subscribe m -> m.request();
            case Unsubscribe m -> m.request();
            case Register m -> m.request();
            case Unregister m -> m.request();
            default -> 0;
        };
        boolean more = message instanceof Call && request <= lastRequest && features.callerProgressiveInvocations();
        if (request == 0 || more) {
            return;
        }
        long next = Ids.next(lastRequest);
        if (request != next) {
            throw new ProtocolViolation("requests count up by one: " + request + " came where " + next + " was due");
        }
        lastRequest = next;
    }

    /** The peer has left or is lost: everything that the session owns goes. Idempotent. */
    public void leave() {
        realm.leave(this, true);
    }

    /** For the realm alone: from now on the session takes and gets nothing. */
    boolean shut() {
        boolean was = open;
        open = false;
        waiting = null;
        Environment.Timer timer = nextSecond;
        if (timer != null) {
            timer.cancel();
        }
        if (holds > 0) {
            link.resumeReading(); // it may still have a GOODBYE to say
        }
        return was;
    }

    /** The peer is not read until {@link #unhold} was called as often as this. */
    void hold() {
        if (holds++ == 0 && open) {
            link.pauseReading();
        }
    }

    void unhold() {
        if (--holds == 0 && open) {
            link.resumeReading();
        }
    }

    /**
     * Asks the authorizer, and goes on with its decision: at once, or when it has decided. Messages that come meanwhile
     * wait, so that the order of the session is kept.
     */
    void authorize(Authorizer.Action action, String uri, Dict options, Consumer<Authorizer.Decision> then) {
        Authorizer authorizer = realm.options().authorizer();
        if (authorizer == null) {
            then.accept(Authorizer.Allow.PLAIN);
            return;
        }
        Authorizer.Decision decision = authorizer.authorize(this, action, uri, options);
        if (!(decision instanceof Authorizer.Later later)) {
            then.accept(decision);
            return;
        }
        waiting = new ArrayDeque<>();
        hold();
        later.start().accept(decided -> resume(() -> then.accept(decided)));
    }

    /** Goes on with what was put off, and then with the messages that came meanwhile. */
    private void resume(Runnable first) {
        ArrayDeque<Message> held = waiting;
        if (!open || held == null) {
            return;
        }
        waiting = null;
        unhold();
        realm.enter();
        try {
            first.run();
            while (open && !held.isEmpty()) {
                ArrayDeque<Message> again = waiting;
                if (again != null) {
                    again.addAll(held);
                    return;
                }
                receive(held.poll());
            }
        } catch (ProtocolViolation violation) {
            realm.abort(this, violation);
        } finally {
            realm.exit();
        }
    }

    void send(Message message) {
        if (open) {
            deliver(message);
        }
    }

    /** To the peer, as {@link Link#send} says; counted. */
    Sent deliver(Message message) {
        Sent sent = link.send(message);
        if (sent == Sent.OK) {
            messagesOut++;
        } else {
            dropped++;
        }
        return sent;
    }

    /** ERROR with an optional text. */
    void error(int requestType, long request, String uri, @Nullable String text) {
        Payload payload = text == null ? Payload.EMPTY : Payload.of(text);
        send(new ErrorMessage(requestType, request, Dict.EMPTY, uri, payload));
        realm.counters.errors++;
    }

    /**
     * Sets details that the meta API tells of the session, beside those it tells anyway.
     *
     * @param changes null values delete
     * @throws InvalidArgument if one of them is the router's
     */
    void modify(Map<String, @Nullable Object> changes) {
        Map<String, @Nullable Object> own = describe();
        own.keySet().removeAll(more.keySet());
        for (String key : changes.keySet()) {
            if (own.containsKey(key)) {
                throw new InvalidArgument(key + " is set by the router");
            }
        }
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(more);
        changes.forEach((key, value) -> {
            if (value == null) {
                changed.remove(key);
            } else {
                changed.put(key, value);
            }
        });
        if (changed.size() > MOST_DETAILS) {
            throw new InvalidArgument("a session has at most " + MOST_DETAILS + " details of its own");
        }
        more = changed;
    }

    /** What the meta API tells of a session. */
    Map<String, @Nullable Object> describe() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("session", id);
        all.put("authid", identity.authid());
        all.put("authrole", identity.authrole());
        all.put("authmethod", identity.authmethod());
        all.put("authprovider", identity.authprovider());
        if (!identity.authextra().isEmpty()) {
            all.put("authextra", identity.authextra());
        }
        all.put("_door", link.door());
        all.put("transport", transport);
        all.putAll(more);
        return all;
    }

    /** The attribute that a publisher can name in {@code eligible_NAME} and {@code exclude_NAME}; null if there is none. */
    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "authid" -> identity.authid();
            case "authrole" -> identity.authrole();
            case "authmethod" -> identity.authmethod();
            case "authprovider" -> identity.authprovider();
            default ->
                more.containsKey(name) ? more.get(name) : identity.authextra().get(name);
        };
    }

    @Override
    public String toString() {
        return "session " + id;
    }
}
