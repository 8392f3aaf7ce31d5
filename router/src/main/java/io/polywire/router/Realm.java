package io.polywire.router;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.Goodbye;
import io.polywire.model.Message.Result;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.Uris;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A realm: the sessions that see each other, and what they have registered, subscribed and called.
 *
 * <p>Single-writer: one thread owns a realm and everything in it, so there are no locks, and the order in which peers see
 * things is the order in which they were done here.
 */
public final class Realm {
    /** What the role of a session may be named to be exempt from some rules. */
    private static final String TRUSTED = "trusted";

    /** As clients name the fault of a procedure. */
    private static final String RUNTIME_ERROR = "wamp.error.runtime_error";

    private static final System.Logger LOG = System.getLogger("io.polywire.router");

    private static final String[] BROKER_FEATURES = {
        "publisher_identification",
        "publisher_exclusion",
        "subscriber_blackwhite_listing",
        "pattern_based_subscription",
        "subscription_meta_api",
        "session_meta_api",
        "subscription_revocation",
        "event_retention",
        "event_history",
        "payload_passthru_mode"
    };
    private static final String[] DEALER_FEATURES = {
        "caller_identification",
        "call_timeout",
        "call_canceling",
        "progressive_call_results",
        "progressive_call_invocations",
        "pattern_based_registration",
        "shared_registration",
        "registration_meta_api",
        "session_meta_api",
        "testament_meta_api",
        "registration_revocation",
        "payload_passthru_mode"
    };

    private final String name;
    private RealmOptions options;
    private final Environment environment;
    private final LinkedHashMap<Long, Session> sessions = new LinkedHashMap<>();
    private final Map<String, RealmProcedure> procedures = new HashMap<>();
    private final Map<String, Integer> sessionsOfRole = new HashMap<>();
    private final ArrayDeque<Runnable> afterwards = new ArrayDeque<>();
    private long slowNanos = Long.MAX_VALUE;
    private SlowCalls slowCalls = (procedure, caller, callee, nanos) -> {};
    private Kills kills = (by, killed, reason) -> {};
    private int depth; // of calls from outside that are being handled
    private @Nullable String closed; // why nobody may join any more
    private @Nullable Runnable whenIdle;
    private long idleMillis;
    private Environment.@Nullable Timer idle;

    final Counters counters = new Counters();
    final Broker broker;
    final Registrar registrar;
    final Dealer dealer;
    final MetaApi meta;
    private final RealmCaller caller;

    public Realm(String name, RealmOptions options, Environment environment) {
        this.name = name;
        this.options = options;
        this.environment = environment;
        this.broker = new Broker(this);
        this.registrar = new Registrar(this);
        this.dealer = new Dealer(this, registrar);
        this.meta = new MetaApi(this);
        this.caller = new RealmCaller(this);
        new SessionMeta(this).addTo(procedures::put);
        new RegistrationMeta(this).addTo(procedures::put);
        new SubscriptionMeta(this).addTo(procedures::put);
    }

    public String name() {
        return name;
    }

    public RealmOptions options() {
        return options;
    }

    public Environment environment() {
        return environment;
    }

    public Counters counters() {
        return counters;
    }

    /** Hears of calls whose callee took long. On the realm's thread; must not block. */
    @FunctionalInterface
    public interface SlowCalls {
        /** @param nanos from INVOCATION to the final answer */
        void slow(String procedure, Session caller, Session callee, long nanos);
    }

    /** From now on the listener hears of calls that take at least so long. */
    public void onSlowCalls(long nanos, SlowCalls listener) {
        slowNanos = nanos;
        slowCalls = listener;
    }

    /** Hears of sessions that others end with {@code wamp.session.kill} and the like. On the realm's thread; must not block. */
    @FunctionalInterface
    public interface Kills {
        void killed(Session by, Session killed, String reason);
    }

    /** From now on the listener hears of them. */
    public void onKills(Kills listener) {
        kills = listener;
    }

    /** Removes a session as another one wants it, and tells its peer why. */
    void kill(Session by, Session session, String reason, @Nullable String message, boolean told) {
        kill(session, reason, message, told);
        kills.killed(by, session, reason);
    }

    long slowNanos() {
        return slowNanos;
    }

    void slowCall(PendingCall call, Registration.Callee callee, long nanos) {
        slowCalls.slow(call.call.procedure(), call.caller, callee.session, nanos);
    }

    /** Replaces authorizer, limits and rules for URIs; sessions keep what they hold. The history stays as it is. */
    public void options(RealmOptions other) {
        options = other.withHistory(options.history());
        sessions.values().forEach(Session::changedLimits);
    }

    /** Removes a session and tells its peer why; false if there is none of that id. */
    public boolean kill(long id, String reason, @Nullable String message) {
        Session session = sessions.get(id);
        if (session == null) {
            return false;
        }
        kill(session, reason, message, true);
        return true;
    }

    /** Adds a procedure of the realm's own; it cannot be registered by sessions any more. */
    public void procedure(String uri, RealmProcedure procedure) {
        procedures.put(uri, procedure);
    }

    @Nullable
    RealmProcedure procedure(String uri) {
        return procedures.get(uri);
    }

    /**
     * Calls a procedure of a session or of the realm, as the realm itself: no authorizer is asked.
     *
     * @param timeout milliseconds; 0: none
     * @param then gets the {@link Result} or {@link Message.ErrorMessage}, once, on the realm's thread, perhaps before this
     *     returns
     */
    public void call(String procedure, Payload payload, long timeout, Consumer<Message> then) {
        enter();
        try {
            caller.call(procedure, payload, timeout, then);
        } finally {
            exit();
        }
    }

    /** Something comes from outside: what it puts off with {@link #afterwards} runs before {@link #exit} returns. */
    void enter() {
        depth++;
    }

    void exit() {
        if (depth == 1) {
            for (Runnable task = afterwards.poll(); task != null; task = afterwards.poll()) {
                task.run();
            }
        }
        depth--;
    }

    /** Runs a task when what is at work now has finished. */
    void afterwards(Runnable task) {
        afterwards.add(task);
        if (depth == 0) { // a timer is at work
            environment.schedule(0, () -> {
                enter();
                exit();
            });
        }
    }

    /** The limits of a session of this role. */
    RealmOptions.Limits limits(String authrole) {
        return options.roleLimits().getOrDefault(authrole, options.limits());
    }

    /** WELCOME.Details.roles. */
    public Dict welcomeRoles() {
        return Dict.of("broker", features(BROKER_FEATURES)).with("dealer", features(DEALER_FEATURES));
    }

    private static Map<String, Object> features(String[] names) {
        Map<String, Object> features = new LinkedHashMap<>();
        for (String feature : names) {
            features.put(feature, true);
        }
        return Map.of("features", features);
    }

    // --- sessions --------------------------------------------------------------------------------------------------

    /**
     * Takes a peer in. {@code wamp.session.on_join} is published before this returns; the door sends WELCOME after it.
     *
     * @param helloDetails for the roles and features that the peer announced
     * @param transport what the meta API shows as {@code transport}
     * @throws JoinRefused if the realm is full or closing, or the peer has no role
     * @throws InvalidArgument if a detail has the wrong type
     */
    public Session join(Link link, Identity identity, Dict helloDetails, Map<String, @Nullable Object> transport) {
        if (closed != null) {
            throw new JoinRefused(closed, "the realm is closing");
        }
        if (sessions.size() >= options.limits().sessions()) {
            throw new JoinRefused(Reasons.NOT_AUTHORIZED, "the realm is full");
        }
        String role = identity.authrole();
        RealmOptions.Limits ofRole = options.roleLimits().get(role);
        if (ofRole != null && sessionsOfRole.getOrDefault(role, 0) >= ofRole.sessions()) {
            throw new JoinRefused(Reasons.NOT_AUTHORIZED, "too many sessions of the role " + role);
        }
        Features features = Features.of(helloDetails);
        long id = environment.randomId();
        while (sessions.containsKey(id)) {
            id = environment.randomId();
        }
        Session session = new Session(this, link, id, identity, features, transport);
        sessions.put(id, session);
        sessionsOfRole.merge(role, 1, Integer::sum);
        if (idle != null) {
            idle.cancel();
            idle = null;
        }
        counters.joined++;
        meta.onJoin(session);
        return session;
    }

    public int sessionCount() {
        return sessions.size();
    }

    public @Nullable Session session(long id) {
        return sessions.get(id);
    }

    public void forEachSession(Consumer<? super Session> action) {
        List.copyOf(sessions.values()).forEach(action);
    }

    /** Without a copy: the action must not change which sessions there are. */
    void eachSession(Consumer<? super Session> action) {
        sessions.values().forEach(action);
    }

    /** A session goes from one role to another. */
    void changedRole(String from, String to) {
        sessionsOfRole.computeIfPresent(from, (role, count) -> count == 1 ? null : count - 1);
        sessionsOfRole.merge(to, 1, Integer::sum);
    }

    void leave(Session session, boolean told) {
        if (!session.shut()) {
            return;
        }
        enter();
        try {
            remove(session, told);
        } finally {
            exit();
        }
    }

    private void remove(Session session, boolean told) {
        sessions.remove(session.id());
        sessionsOfRole.computeIfPresent(session.identity().authrole(), (role, count) -> count == 1 ? null : count - 1);
        dealer.leave(session);
        registrar.leave(session);
        broker.leave(session);
        if (told) {
            for (Testaments.Testament t : session.testaments.all()) {
                boolean disclose = t.options().flag("disclose_me");
                broker.publish(session, t.topic(), t.options(), t.payload(), disclose, environment.randomId());
            }
            meta.onLeave(session);
        }
        watchIdle();
    }

    /**
     * Lets nobody in any more as soon as the realm has had no session for so long, and tells of it then.
     *
     * @param then on the realm's thread; also when the realm is closed for another reason
     */
    void closeWhenIdle(long millis, Runnable then) {
        idleMillis = millis;
        whenIdle = then;
        watchIdle();
    }

    private void watchIdle() {
        Runnable then = whenIdle;
        if (then != null && closed == null && sessions.isEmpty() && idle == null) {
            idle = environment.schedule(idleMillis, () -> {
                closed = Reasons.NO_SUCH_REALM;
                whenIdle = null;
                then.run();
            });
        }
    }

    /** Removes a session and tells its peer why. */
    void kill(Session session, String reason, @Nullable String message, boolean told) {
        leave(session, told);
        session.link.end(new Goodbye(message == null ? Dict.EMPTY : Dict.of("message", message), reason));
    }

    /** A violation that was found after the message had waited. */
    void abort(Session session, ProtocolViolation violation) {
        leave(session, true);
        session.link.abort(violation.text());
    }

    /** Ends all sessions, without testaments, and takes no more. */
    public void close(String reason, String message) {
        closed = reason.equals(Reasons.SYSTEM_SHUTDOWN) ? reason : Reasons.NO_SUCH_REALM;
        if (idle != null) {
            idle.cancel();
        }
        Runnable gone = whenIdle;
        if (gone != null) {
            whenIdle = null;
            gone.run();
        }
        for (Session session : new ArrayList<>(sessions.values())) {
            kill(session, reason, message, false);
        }
    }

    // --- what broker and dealer share ------------------------------------------------------------------------------

    boolean trusted(Session session) {
        return session.identity().authrole().equals(TRUSTED);
    }

    /** Whether the URI is the router's: no client registers or publishes there. */
    boolean reserved(Session session, String uri) {
        return (Uris.reserved(uri) && !trusted(session)) || procedures.containsKey(uri);
    }

    /** Answers what the authorizer did not allow; false if it did. */
    boolean refused(Session session, int requestType, long request, Authorizer.Decision decision) {
        switch (decision) {
            case Authorizer.Allow allow -> {
                return false;
            }
            case Authorizer.Deny deny -> session.error(requestType, request, Reasons.NOT_AUTHORIZED, deny.text());
            case Authorizer.Failed failed ->
                session.error(requestType, request, Reasons.AUTHORIZATION_FAILED, failed.text());
            case Authorizer.Later later -> throw new IllegalStateException("an authorizer put its answer off twice");
        }
        return true;
    }

    /** Calls a procedure of the realm's own. */
    void answer(Session caller, Call m, RealmProcedure procedure) {
        try {
            RealmProcedure.Request request =
                    new RealmProcedure.Request(caller, Payloads.args(m.payload()), Payloads.kwargs(m.payload()));
            RealmProcedure.Need need = procedure.need(request);
            if (need != null) {
                caller.authorize(need.action(), need.uri(), need.options(), decision -> {
                    if (!refused(caller, Call.CODE, m.request(), decision)) {
                        answer(caller, m, procedure, request);
                    }
                });
                return;
            }
            answer(caller, m, procedure, request);
        } catch (RealmProcedure.Failure failure) {
            caller.error(Call.CODE, m.request(), failure.uri(), failure.text());
        } catch (InvalidArgument bad) {
            caller.error(Call.CODE, m.request(), Reasons.INVALID_ARGUMENT, bad.text());
        }
    }

    private void answer(Session caller, Call m, RealmProcedure procedure, RealmProcedure.Request request) {
        if (procedure instanceof RealmProcedure.Deferred deferred) {
            deferred.call(request, (result, failure) -> {
                if (failure != null) {
                    caller.error(Call.CODE, m.request(), failure.uri(), failure.text());
                } else {
                    reply(caller, m, new Result(m.request(), Dict.EMPTY, result));
                }
            });
            return;
        }
        Message answer;
        try {
            answer = new Result(m.request(), Dict.EMPTY, procedure.call(request));
        } catch (RealmProcedure.Failure failure) {
            caller.error(Call.CODE, m.request(), failure.uri(), failure.text());
            return;
        } catch (InvalidArgument bad) {
            caller.error(Call.CODE, m.request(), Reasons.INVALID_ARGUMENT, bad.text());
            return;
        } catch (ProtocolViolation violation) {
            throw violation;
        } catch (RuntimeException fault) {
            LOG.log(System.Logger.Level.ERROR, m.procedure() + " failed", fault);
            caller.error(Call.CODE, m.request(), RUNTIME_ERROR, "internal error");
            return;
        }
        reply(caller, m, answer);
    }

    private static void reply(Session caller, Call m, Message answer) {
        if (caller.isOpen() && caller.deliver(answer) == Sent.TOO_LARGE) {
            caller.error(Call.CODE, m.request(), Reasons.PAYLOAD_SIZE_EXCEEDED, "the result is larger than you take");
        }
    }

    @Override
    public String toString() {
        return "realm " + name;
    }
}
