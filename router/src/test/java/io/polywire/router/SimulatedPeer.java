package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Interrupt;
import io.polywire.model.Message.Invocation;
import io.polywire.model.Message.Register;
import io.polywire.model.Message.Registered;
import io.polywire.model.Message.Result;
import io.polywire.model.Message.Subscribe;
import io.polywire.model.Message.Subscribed;
import io.polywire.model.Message.Unregistered;
import io.polywire.model.Message.Unsubscribe;
import io.polywire.model.Message.Unsubscribed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A peer of a {@link Simulation}, which checks all that it is sent: one final answer for each call and no other, progressive
 * results in order and only where asked, events of subscriptions that it has and in the order of their publisher, INVOCATION
 * ids that count up, INTERRUPT for what it was invoked for, nothing after the end.
 */
final class SimulatedPeer implements Link {
    /** A URI pattern, compared the naive way. */
    record Pattern(String uri, Match match) {
        boolean matches(String other) {
            return switch (match) {
                case EXACT -> uri.equals(other);
                case PREFIX -> other.startsWith(uri);
                case WILDCARD -> {
                    String[] mine = uri.split("\\.", -1);
                    String[] its = other.split("\\.", -1);
                    boolean same = mine.length == its.length;
                    for (int i = 0; same && i < mine.length; i++) {
                        same = mine[i].isEmpty() || mine[i].equals(its[i]);
                    }
                    yield same;
                }
            };
        }
    }

    /** A call without its final answer. */
    static final class Calling {
        final long request;
        final boolean progress;
        final @Nullable Registration best;
        final boolean known; // whether best says where it goes
        boolean pieces;
        long lastProgress;

        @Nullable
        String error;

        Calling(long request, boolean progress, boolean pieces, @Nullable Registration best, boolean known) {
            this.request = request;
            this.progress = progress;
            this.pieces = pieces;
            this.best = best;
            this.known = known;
        }
    }

    final Map<Long, Pattern> subscriptions = new LinkedHashMap<>();
    final Map<Long, Calling> calls = new LinkedHashMap<>();
    final Map<Long, Invocation> invocations = new LinkedHashMap<>();
    final List<Event> events = new ArrayList<>(); // since the last publication

    private final Dict features;
    private final boolean inOrder;
    private final Map<Long, Pattern> subscribing = new HashMap<>();
    private final Map<Long, Long> unsubscribing = new HashMap<>();
    private final Map<Long, Long> lastEvent = new HashMap<>(); // by publisher
    private final Map<Long, Long> lastCall = new HashMap<>(); // by caller
    private final Set<Long> registrations = new HashSet<>();
    private final Map<Long, Long> progress = new HashMap<>(); // by invocation
    private final List<Runnable> drained = new ArrayList<>();
    private @Nullable Session session;
    private long lastRequest;
    private long lastInvocation;
    private long published;
    private long answered;
    private boolean gone;

    boolean full;
    boolean congested;
    boolean takesLarge = true;
    boolean paused;

    /**
     * @param inOrder whether no call has cause to wait for a callee or to be passed on
     */
    SimulatedPeer(Dict features, boolean inOrder) {
        this.features = features;
        this.inOrder = inOrder;
    }

    void join(Realm realm, Identity identity) {
        session = realm.join(this, identity, features, Map.of());
    }

    Session session() {
        return Objects.requireNonNull(session);
    }

    long id() {
        return session().id();
    }

    long request() {
        return ++lastRequest;
    }

    long nextEvent() {
        return ++published;
    }

    long nextProgress(long invocation) {
        return progress.merge(invocation, 1L, Long::sum);
    }

    long takeAnswered() {
        long count = answered;
        answered = 0;
        return count;
    }

    void subscribe(Subscribe m) {
        subscribing.put(
                m.request(),
                new Pattern(
                        m.topic(), Objects.requireNonNull(Match.of(m.options().string("match")))));
        session().receive(m);
    }

    void unsubscribe(Unsubscribe m) {
        unsubscribing.put(m.request(), m.subscription());
        session().receive(m);
    }

    void register(Register m) {
        session().receive(m);
    }

    Calling calling(long request, boolean progress, boolean pieces, @Nullable Registration best, boolean known) {
        Calling calling = new Calling(request, progress, pieces, best, known);
        calls.put(request, calling);
        return calling;
    }

    void leave() {
        gone = true;
        session().leave();
    }

    void drain() {
        full = false;
        congested = false;
        takesLarge = true;
        List<Runnable> tasks = List.copyOf(drained);
        drained.clear();
        tasks.forEach(Runnable::run);
    }

    // --- the link --------------------------------------------------------------------------------------------------

    @Override
    public Sent send(Message message) {
        assertTrue(!gone, () -> "sent after the end: " + message);
        boolean refusable = message instanceof Event || message instanceof Invocation;
        if (full && refusable) {
            return Sent.FULL;
        }
        if (!takesLarge && (message instanceof Result || message instanceof Invocation)) {
            return Sent.TOO_LARGE;
        }
        switch (message) {
            case Subscribed m ->
                subscriptions.put(m.subscription(), Objects.requireNonNull(subscribing.remove(m.request())));
            case Unsubscribed m -> subscriptions.remove(Objects.requireNonNull(unsubscribing.remove(m.request())));
            case Event m -> event(m);
            case Registered m -> registrations.add(m.registration());
            case Unregistered m -> {}
            case Invocation m -> invocation(m);
            case Interrupt m -> {
                assertTrue(session().features.calleeCanceling(), "INTERRUPT to a callee that cannot cancel");
                assertTrue(m.request() <= lastInvocation, "INTERRUPT before its INVOCATION");
            }
            case Result m -> result(m);
            case ErrorMessage m -> error(m);
            case Message.Published m -> {}
            default -> throw new AssertionError("unexpected " + message);
        }
        return Sent.OK;
    }

    private void event(Event m) {
        Pattern pattern = subscriptions.get(m.subscription());
        assertNotNull(pattern, "an event without a subscription");
        if (pattern.match() != Match.EXACT) {
            assertTrue(pattern.matches(String.valueOf(m.details().get("topic"))), "the topic of a pattern's event");
        }
        List<@Nullable Object> token = Payloads.args(m.payload());
        if (token.size() == 2
                && token.get(0) instanceof Long publisher
                && token.get(1) instanceof Long number
                && String.valueOf(m.details().get("topic")).indexOf("wamp.") != 0) {
            if (m.details().has("retained")) {
                return;
            }
            Long before = lastEvent.put(publisher, number);
            assertTrue(before == null || before <= number, "events of a publisher out of order");
            events.add(m);
        }
    }

    private void invocation(Invocation m) {
        assertTrue(registrations.contains(m.registration()), "an invocation before REGISTERED");
        List<@Nullable Object> token = Payloads.args(m.payload());
        long caller = (Long) Objects.requireNonNull(token.get(0));
        long number = (Long) Objects.requireNonNull(token.get(1));
        boolean more = invocations.containsKey(m.request()) || m.request() <= lastInvocation;
        if (more) {
            assertEquals(Payloads.args(m.payload()), progressOf(m.request(), m), "a piece of another call");
            return;
        }
        assertEquals(lastInvocation + 1, m.request(), "INVOCATION ids count up");
        lastInvocation = m.request();
        invocations.put(m.request(), m);
        Session from = session().realm().session(caller);
        assertNotNull(from, "a call of nobody");
        if (from.link instanceof SimulatedPeer peer) {
            Calling calling = peer.calls.get(number);
            assertNotNull(calling, "a call that is over");
            if (calling.known) {
                assertTrue(calling.best != null && calling.best.id == m.registration(), "not the best match");
            }
        }
        Long before = lastCall.put(caller, number);
        assertTrue(!inOrder || before == null || before < number, "invocations of a caller out of order");
    }

    private List<@Nullable Object> progressOf(long request, Invocation m) {
        Invocation first = invocations.get(request);
        return Payloads.args(first == null ? m.payload() : first.payload());
    }

    private void result(Result m) {
        Calling calling = calls.get(m.request());
        assertNotNull(calling, "a second answer to a call, or one that nobody made");
        if (m.details().flag("progress")) {
            assertTrue(calling.progress, "progress that nobody asked for");
            long number = (Long) Objects.requireNonNull(Peer.arg(m.payload()));
            assertTrue(number > calling.lastProgress, "progressive results out of order");
            calling.lastProgress = number;
        } else {
            calls.remove(m.request());
            answered++;
        }
    }

    private void error(ErrorMessage m) {
        if (m.requestType() == Call.CODE) {
            Calling calling = calls.remove(m.request());
            assertNotNull(calling, "a second answer to a call, or one that nobody made");
            calling.error = m.error();
            answered++;
        } else {
            assertTrue(m.requestType() != Invocation.CODE, "the type of ERROR is the request's");
            subscribing.remove(m.request());
            unsubscribing.remove(m.request());
        }
    }

    @Override
    public void end(Message.Goodbye why) {
        gone = true;
    }

    @Override
    public void abort(String text) {
        throw new AssertionError("aborted: " + text);
    }

    @Override
    public boolean congested() {
        return congested;
    }

    @Override
    public void whenDrained(Runnable task) {
        drained.add(task);
    }

    @Override
    public void pauseReading() {
        paused = true;
    }

    @Override
    public void resumeReading() {
        paused = false;
    }

    @Override
    public String toString() {
        return session == null ? "?" : String.valueOf(session.id() % 10_000);
    }
}
