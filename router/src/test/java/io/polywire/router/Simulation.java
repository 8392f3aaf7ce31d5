package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.Cancel;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Invocation;
import io.polywire.model.Message.Publish;
import io.polywire.model.Message.Register;
import io.polywire.model.Message.Subscribe;
import io.polywire.model.Message.Unregister;
import io.polywire.model.Message.Unsubscribe;
import io.polywire.model.Message.Yield;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A realm under peers that do whatever a seed has them do: join, call, answer or not, cancel, subscribe, publish, kill each
 * other, read slowly and vanish, while an authorizer takes its time on half of the seeds. {@link SimulatedPeer} checks what
 * each peer is sent; here is checked what no peer sees:
 *
 * <ul>
 *   <li>an event goes to exactly those whom a naive comparison with all subscriptions names, a call to the registration that
 *       a naive search over all registrations finds best;
 *   <li>no registration or subscription survives its session;
 *   <li>when all calls are answered or over, no caller waits; when all have left, nothing is left, timers neither.
 * </ul>
 */
final class Simulation {
    private static final String[] TOPICS = {"a", "a.b", "a.b.c", "a.bc", "a.c", "b.b.c", "b", "x.y.z"};
    private static final String[] PREFIXES = {"", "a", "a.", "a.b", "x.y"};
    private static final String[] WILDCARDS = {"a.", "a..c", ".b.c", "..", ".b.", "x..z"};
    private static final String[] PROCEDURES = {"p", "p.q", "p.q.r", "p.qr", "q.q.r", "q"};
    private static final String[] PROCEDURE_PREFIXES = {"p", "p.", "p.q", "q.q"};
    private static final String[] PROCEDURE_WILDCARDS = {"p.", "p..r", ".q.r", "p.q."};
    private static final int MOST_PEERS = 12;

    /** A step that a peer takes. */
    private interface Step {
        void take(SimulatedPeer peer);
    }

    /** The pieces that a call or event carries around: who sent it, and the how manieth of its it is. */
    static Payload token(long sender, long number) {
        return Payload.of(sender, number);
    }

    private final Random random;
    private final FakeWorld world;
    private final Realm realm;
    private final List<SimulatedPeer> peers = new ArrayList<>();
    private final List<Runnable> decisions = new ArrayList<>();
    private final boolean deferring;
    private final boolean inOrder; // no limits of concurrency and no rerouting, which change the order of calls
    private final StringBuilder trace = new StringBuilder();
    private final Step[] steps = {
        this::subscribe,
        this::subscribe,
        this::unsubscribe,
        this::publish,
        this::publish,
        this::publish,
        this::register,
        this::register,
        this::unregister,
        this::call,
        this::call,
        this::call,
        this::call,
        this::proceed,
        this::cancel,
        this::answer,
        this::answer,
        this::answer,
        this::answer,
        this::answer,
        this::slowDown,
        this::catchUp,
        this::testament,
        this::lookBack,
        this::kill,
        this::depart
    };
    private int step;
    private String doing = "nothing";
    private long answered;
    private boolean over;

    Simulation(long seed) {
        random = new Random(seed);
        world = new FakeWorld(seed);
        deferring = seed % 2 == 0;
        inOrder = seed % 3 == 0;
        RealmOptions options = seed % 5 == 0
                ? RealmOptions.DEFAULT.withHistory(
                        new HistoryRules(List.of(HistoryRules.Rule.each("a", 3)), new EventStore.InMemory()))
                : RealmOptions.DEFAULT;
        realm = new Realm("simulated", deferring ? options.withAuthorizer(this::authorize) : options, world);
    }

    int step() {
        return step;
    }

    String doing() {
        return doing;
    }

    long answered() {
        return answered;
    }

    String trace() {
        return trace.toString();
    }

    private Authorizer.Decision authorize(Session session, Authorizer.Action action, String uri, Dict options) {
        if (over || random.nextInt(4) > 0) {
            return Authorizer.Allow.PLAIN;
        }
        if (random.nextInt(4) == 0) {
            return new Authorizer.Deny("no");
        }
        return new Authorizer.Later(then -> decisions.add(() -> then.accept(Authorizer.Allow.PLAIN)));
    }

    void run(int count) {
        for (step = 0; step < count; step++) {
            if (peers.isEmpty() || (peers.size() < MOST_PEERS && random.nextInt(20) == 0)) {
                join();
            } else if (random.nextInt(15) == 0) {
                doing = "time passes";
                world.advance(random.nextInt(100));
            } else if (!decisions.isEmpty() && chance(8)) {
                doing = "the authorizer decides";
                decisions.remove(random.nextInt(decisions.size())).run();
            } else {
                SimulatedPeer peer = pick(peers);
                steps[random.nextInt(steps.length)].take(peer);
            }
            settle();
        }
        finish();
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private String pick(String[] array) {
        return array[random.nextInt(array.length)];
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    /** After each step. */
    private void settle() {
        for (SimulatedPeer peer : peers) {
            answered += peer.takeAnswered();
        }
        peers.removeIf(peer -> !peer.session().isOpen());
        trace.append(step).append(' ').append(doing).append('\n');
        if (step % 16 == 0) {
            nothingSurvivesItsSession();
        }
    }

    private void nothingSurvivesItsSession() {
        realm.registrar.registrations.forEach(registration -> {
            assertFalse(registration.callees().isEmpty(), "a registration without callees");
            registration.callees().forEach(callee -> assertTrue(callee.session.isOpen(), "a dead callee"));
        });
        realm.broker.subscriptions.forEach(subscription -> {
            assertTrue(
                    subscription.count() > 0 || realm.broker.histories.has(subscription.topic),
                    "a subscription without subscribers");
            for (int i = 0; i < subscription.count(); i++) {
                assertTrue(subscription.subscriber(i).isOpen(), "a dead subscriber");
            }
        });
        assertEquals(peers.size(), realm.sessionCount());
    }

    // --- steps -----------------------------------------------------------------------------------------------------

    private void join() {
        doing = "join";
        SimulatedPeer peer = new SimulatedPeer(chance(3) ? Peer.NO_FEATURES : Peer.ALL_FEATURES, inOrder);
        String role = chance(2) ? "red" : "blue";
        peer.join(realm, new Identity("user" + random.nextInt(5), role, "anonymous", "simulation", Map.of()));
        peers.add(peer);
    }

    private void subscribe(SimulatedPeer peer) {
        Match match = Match.values()[random.nextInt(3)];
        String topic = pick(
                switch (match) {
                    case EXACT -> TOPICS;
                    case PREFIX -> PREFIXES;
                    case WILDCARD -> WILDCARDS;
                });
        doing = peer + " subscribes to " + match + " " + topic;
        peer.subscribe(
                new Subscribe(peer.request(), Peer.dict("match", match.text(), "get_retained", chance(3)), topic));
    }

    private void unsubscribe(SimulatedPeer peer) {
        if (!peer.subscriptions.isEmpty()) {
            long id = pick(new ArrayList<>(peer.subscriptions.keySet()));
            doing = peer + " unsubscribes " + id;
            peer.unsubscribe(new Unsubscribe(peer.request(), id));
        }
    }

    private void publish(SimulatedPeer peer) {
        String topic = pick(TOPICS);
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        if (chance(4)) {
            options.put("exclude_me", false);
        }
        if (chance(6)) {
            options.put("exclude", List.of(pick(peers).id()));
        }
        if (chance(6)) {
            options.put("eligible", List.of(pick(peers).id(), pick(peers).id()));
        }
        if (chance(6)) {
            options.put("eligible_authrole", List.of("red"));
        }
        if (chance(5)) {
            options.put("retain", true);
        }
        if (chance(4)) {
            options.put("acknowledge", true);
        }
        doing = peer + " publishes to " + topic + " " + options;
        TreeSet<String> expected = new TreeSet<>();
        for (SimulatedPeer receiver : peers) {
            receiver.events.clear();
            if (admitted(peer, receiver, options)) {
                receiver.subscriptions.forEach((id, subscription) -> {
                    if (subscription.matches(topic) && !receiver.full) {
                        expected.add(receiver.id() + " " + id);
                    }
                });
            }
        }
        long number = peer.nextEvent();
        peer.session().receive(new Publish(peer.request(), Dict.of(options), topic, token(peer.id(), number)));
        if (!deferring) {
            TreeSet<String> actual = new TreeSet<>();
            int count = 0;
            for (SimulatedPeer receiver : peers) {
                for (Message.Event event : receiver.events) {
                    actual.add(receiver.id() + " " + event.subscription());
                    count++;
                }
            }
            assertEquals(expected, actual, "receivers");
            assertEquals(expected.size(), count, "an event came twice");
        }
    }

    private static boolean admitted(SimulatedPeer from, SimulatedPeer to, Map<String, @Nullable Object> options) {
        return (to != from || Boolean.FALSE.equals(options.get("exclude_me")))
                && !(options.get("exclude") instanceof List<?> no && no.contains(to.id()))
                && !(options.get("eligible") instanceof List<?> only && !only.contains(to.id()))
                && (!options.containsKey("eligible_authrole")
                        || to.session().identity().authrole().equals("red"));
    }

    private void register(SimulatedPeer peer) {
        Match match = Match.values()[random.nextInt(3)];
        String procedure = pick(
                switch (match) {
                    case EXACT -> PROCEDURES;
                    case PREFIX -> PROCEDURE_PREFIXES;
                    case WILDCARD -> PROCEDURE_WILDCARDS;
                });
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        options.put("match", match.text());
        String[] policies = {"single", "roundrobin", "random", "first", "last"};
        options.put("invoke", policies[procedure.length() % policies.length]);
        if (chance(5)) {
            options.put("invoke", pick(policies));
        }
        if (chance(3) && !inOrder) {
            options.put("concurrency", 1L + random.nextInt(2));
        }
        if (chance(8)) {
            options.put("force_reregister", true);
        }
        if (chance(3)) {
            options.put("forward_timeout", true);
        }
        doing = peer + " registers " + procedure + " " + options;
        peer.register(new Register(peer.request(), Dict.of(options), procedure));
    }

    private void unregister(SimulatedPeer peer) {
        if (!peer.session().registrations.isEmpty()) {
            List<Registration> all = new ArrayList<>();
            peer.session().registrations.forEach(all::add);
            long id = pick(all).id;
            doing = peer + " unregisters " + id;
            peer.session().receive(new Unregister(peer.request(), id));
        }
    }

    private void call(SimulatedPeer peer) {
        String procedure = pick(PROCEDURES);
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        if (chance(3)) {
            options.put("timeout", 1L + random.nextInt(200));
        }
        if (chance(3)) {
            options.put("receive_progress", true);
        }
        boolean pieces = chance(4) && peer.session().features.callerProgressiveInvocations();
        if (pieces) {
            options.put("progress", true);
        }
        doing = peer + " calls " + procedure + " " + options;
        Registration best = deferring ? null : naiveBest(procedure);
        long request = peer.request();
        SimulatedPeer.Calling calling =
                peer.calling(request, options.containsKey("receive_progress"), pieces, best, !deferring);
        peer.session().receive(new Call(request, Dict.of(options), procedure, token(peer.id(), request)));
        if (!deferring && best == null) {
            assertEquals(Reasons.NO_SUCH_PROCEDURE, calling.error);
        }
    }

    /** Looks at all registrations: exact, whole-component prefix, wildcard by leading runs, prefix inside a component. */
    private @Nullable Registration naiveBest(String procedure) {
        Registration[] best = {null};
        long[] rank = {-1};
        realm.registrar.registrations.forEach(one -> {
            long its = rank(one, procedure);
            if (its > rank[0]) {
                rank[0] = its;
                best[0] = one;
            }
        });
        return best[0];
    }

    private static long rank(Registration one, String procedure) {
        SimulatedPeer.Pattern pattern = new SimulatedPeer.Pattern(one.procedure, one.match);
        if (!pattern.matches(procedure)) {
            return -1;
        }
        return switch (one.match) {
            case EXACT -> 1L << 40;
            case PREFIX -> {
                String rest = procedure.substring(one.procedure.length());
                boolean whole = rest.isEmpty() || rest.startsWith(".") || one.procedure.endsWith(".");
                yield (whole ? 1L << 30 : 0) + one.procedure.length();
            }
            case WILDCARD -> {
                // One bit for each component, set where it is named: the longer leading run is the larger number.
                long bits = 1L << 20;
                String[] components = one.procedure.split("\\.", -1);
                for (int i = 0; i < components.length; i++) {
                    bits |= components[i].isEmpty() ? 0 : 1L << 19 - i;
                }
                yield bits;
            }
        };
    }

    private void proceed(SimulatedPeer peer) {
        List<SimulatedPeer.Calling> open = new ArrayList<>(peer.calls.values());
        open.removeIf(c -> !c.pieces);
        if (!open.isEmpty()) {
            SimulatedPeer.Calling one = pick(open);
            boolean last = chance(3);
            one.pieces = !last;
            doing = peer + " goes on with " + one.request + (last ? " for the last time" : "");
            Dict options = last ? Dict.EMPTY : Peer.dict("progress", true);
            peer.session().receive(new Call(one.request, options, "p", token(peer.id(), one.request)));
        }
    }

    private void cancel(SimulatedPeer peer) {
        if (!peer.calls.isEmpty()) {
            long request = pick(new ArrayList<>(peer.calls.keySet()));
            String mode = pick(new String[] {"skip", "kill", "killnowait"});
            doing = peer + " cancels " + request + " " + mode;
            peer.session().receive(new Cancel(request, Peer.dict("mode", mode)));
        }
    }

    private void answer(SimulatedPeer peer) {
        if (peer.invocations.isEmpty()) {
            return;
        }
        Invocation invocation = pick(new ArrayList<>(peer.invocations.values()));
        long id = invocation.request();
        int how = random.nextInt(6);
        String error = inOrder ? "com.error" : Reasons.UNAVAILABLE;
        doing = peer + " answers " + id + " " + how;
        switch (how) {
            case 0 -> {
                peer.invocations.remove(id);
                peer.session().receive(new ErrorMessage(68, id, Dict.EMPTY, "com.error", Payload.EMPTY));
            }
            case 1 -> {
                peer.invocations.remove(id);
                peer.session().receive(new ErrorMessage(68, id, Dict.EMPTY, error, Payload.EMPTY));
            }
            case 2, 3 ->
                peer.session().receive(new Yield(id, Peer.dict("progress", true), Payload.of(peer.nextProgress(id))));
            default -> {
                if (!chance(10)) { // some answer more than once
                    peer.invocations.remove(id);
                }
                peer.session().receive(new Yield(id, Dict.EMPTY, Payload.EMPTY));
            }
        }
    }

    private void slowDown(SimulatedPeer peer) {
        doing = peer + " does not read";
        peer.congested = true;
        peer.full = chance(2);
        if (chance(4)) {
            peer.takesLarge = false;
        }
    }

    private void catchUp(SimulatedPeer peer) {
        doing = peer + " reads";
        peer.drain();
    }

    private void testament(SimulatedPeer peer) {
        doing = peer + " leaves a testament";
        ask(peer, "wamp.session.add_testament", pick(TOPICS), List.of("gone"), Map.of());
    }

    private void lookBack(SimulatedPeer peer) {
        String topic = pick(TOPICS);
        doing = peer + " looks " + topic + " up";
        ask(peer, "wamp.subscription.lookup", topic);
        if (!peer.subscriptions.isEmpty()) {
            long id = pick(new ArrayList<>(peer.subscriptions.keySet()));
            doing = peer + " asks for the history of " + id;
            ask(peer, "wamp.subscription.get_events", id);
        }
    }

    private void kill(SimulatedPeer peer) {
        if (!chance(4)) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> {
                doing = peer + " kills by authid";
                ask(peer, "wamp.session.kill_by_authid", "user" + random.nextInt(5));
            }
            case 1 -> {
                doing = peer + " kills all";
                if (chance(4)) {
                    ask(peer, "wamp.session.kill_all");
                }
            }
            default -> {
                long whom = pick(peers).id();
                doing = peer + " kills " + whom;
                ask(peer, "wamp.session.kill", whom);
            }
        }
    }

    private static void ask(SimulatedPeer peer, String procedure, @Nullable Object... args) {
        long request = peer.request();
        peer.calling(request, false, false, null, false);
        peer.session().receive(new Call(request, Dict.EMPTY, procedure, Payload.of(args)));
    }

    private void depart(SimulatedPeer peer) {
        if (chance(4)) {
            doing = peer + " leaves";
            peer.leave();
        }
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    private void finish() {
        doing = "the end";
        over = true;
        peers.forEach(SimulatedPeer::drain);
        // Only what waits for an authorizer may come yet, and each decision may bring the next question.
        untilDone(decisions, all -> all.remove(0).run());
        peers.removeIf(peer -> !peer.session().isOpen());
        for (int round = 0; round < 100 && peers.stream().anyMatch(p -> !p.invocations.isEmpty()); round++) {
            for (SimulatedPeer peer : peers) {
                untilDone(new ArrayList<>(peer.invocations.values()), all -> {
                    Invocation one = all.remove(0);
                    peer.invocations.remove(one.request());
                    peer.session().receive(new Yield(one.request(), Dict.EMPTY, Payload.EMPTY));
                });
            }
        }
        for (SimulatedPeer peer : peers) {
            assertEquals(Map.of(), peer.calls, "calls without an answer");
            assertEquals(0, peer.session().calls.size());
            assertEquals(0, peer.session().invocations.size());
            assertFalse(peer.paused, "a peer that is never read again");
        }
        nothingSurvivesItsSession();
        for (SimulatedPeer peer : peers) {
            peer.leave();
        }
        assertEquals(0, realm.sessionCount());
        realm.registrar.registrations.forEach(r -> assertNotNull(null, "a registration is left"));
        realm.broker.subscriptions.forEach(
                s -> assertTrue(realm.broker.histories.has(s.topic), "a subscription is left"));
        assertFalse(realm.registrar.registrations.hasPatterns());
        assertFalse(realm.broker.subscriptions.hasPatterns());
        assertEquals(0, world.timers(), "timers are left");
    }

    private static <T> void untilDone(List<T> list, Consumer<List<T>> action) {
        while (!list.isEmpty()) {
            action.accept(list);
        }
    }
}
