package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Unregister;
import io.polywire.model.Message.Unregistered;
import io.polywire.model.Message.Unsubscribe;
import io.polywire.model.Message.Unsubscribed;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The meta API: sessions, registrations, subscriptions, testaments. */
class MetaApiTest extends RealmFixture {
    private final Peer a = peer();
    private final Peer b = peer("admin", "root", Peer.ALL_FEATURES);

    /** The topics of the meta events a peer got, the last part of each. */
    private static List<String> seen(Peer who) {
        List<String> all = new ArrayList<>();
        while (!who.received.isEmpty()) {
            Message m = who.received.poll();
            if (m instanceof Event e && String.valueOf(e.details().get("topic")).startsWith("wamp.")) {
                all.add(String.valueOf(e.details().get("topic")).substring(5));
            }
        }
        return all;
    }

    private Peer watcher() {
        Peer watcher = peer();
        watcher.subscribe("wamp.", "match", "prefix");
        return watcher;
    }

    // --- sessions --------------------------------------------------------------------------------------------------

    @Test
    void sessionsAreCountedAndListedAndFilteredByRole() {
        assertEquals(2L, a.ask("wamp.session.count"));
        assertEquals(1L, a.ask("wamp.session.count", List.of("root")));
        assertEquals(List.of(a.id(), b.id()), a.ask("wamp.session.list"));
        assertEquals(List.of(b.id()), a.ask("wamp.session.list", List.of("root", "x")));
        assertEquals(0L, a.ask("wamp.session.count", List.of()));
        a.refused(Reasons.INVALID_ARGUMENT, "wamp.session.count", Dict.EMPTY, "root");
        a.refused(Reasons.INVALID_ARGUMENT, "wamp.session.list", Dict.EMPTY, List.of(1L));
    }

    @Test
    void aSessionIsDescribed() {
        assertEquals(
                Map.of(
                        "session", b.id(),
                        "authid", "admin",
                        "authrole", "root",
                        "authmethod", "anonymous",
                        "authprovider", "static",
                        "_door", "wamp",
                        "transport", Map.of("type", "test")),
                a.ask("wamp.session.get", b.id()));
        for (Object wrong : new Object[] {4711L, "x", -1L}) {
            a.refused(Reasons.NO_SUCH_SESSION, "wamp.session.get", Dict.EMPTY, wrong);
        }
        a.refused(Reasons.NO_SUCH_SESSION, "wamp.session.get", Dict.EMPTY);
    }

    @Test
    void joinAndLeaveAreTold() {
        a.subscribe("wamp.session.on_join");
        Peer c = peer("carl", "user", Peer.ALL_FEATURES);
        Object joined = Peer.arg(a.next(Event.class).payload());
        assertEquals(b.ask("wamp.session.get", c.id()), joined);
        b.subscribe("wamp.session.on_leave");
        c.session.leave();
        c.session.leave();
        assertEquals(
                List.of(c.id(), "carl", "user"),
                Payloads.args(b.next(Event.class).payload()));
        b.nothing();
    }

    @Test
    void aKilledSessionGetsGoodbyeWithTheReason() {
        Peer c = peer();
        b.answer("wamp.session.kill", dict("reason", "com.reason", "message", "why"), c.id());
        assertEquals(new Message.Goodbye(dict("message", "why"), "com.reason"), c.ended);
        assertFalse(c.session.isOpen());
        Peer d = peer();
        b.answer("wamp.session.kill", Dict.EMPTY, d.id());
        assertEquals(new Message.Goodbye(Dict.EMPTY, "wamp.close.killed"), d.ended);
    }

    @Test
    void unknownSessionsAndOneselfCannotBeKilled() {
        b.refused(Reasons.NO_SUCH_SESSION, "wamp.session.kill", Dict.EMPTY, 4711L);
        b.refused(Reasons.NO_SUCH_SESSION, "wamp.session.kill", Dict.EMPTY, b.id());
        b.refused(Reasons.NO_SUCH_SESSION, "wamp.session.kill", Dict.EMPTY);
        b.refused(Reasons.INVALID_URI, "wamp.session.kill", dict("reason", "not a uri"), a.id());
        assertTrue(a.session.isOpen());
    }

    @Test
    void killByAuthidListsAndKillByAuthroleCounts() {
        Peer c = peer("carl", "user", Peer.ALL_FEATURES);
        Peer d = peer("carl", "user", Peer.ALL_FEATURES);
        assertEquals(List.of(c.id(), d.id()), b.ask("wamp.session.kill_by_authid", "carl"));
        assertEquals(1L, b.ask("wamp.session.kill_by_authrole", "user"));
        assertFalse(a.session.isOpen());
        assertEquals(0L, b.ask("wamp.session.kill_by_authrole", "root"));
        b.refused(Reasons.INVALID_URI, "wamp.session.kill_by_authid", dict("reason", "#"), "carl");
        b.refused(Reasons.INVALID_URI, "wamp.session.kill_by_authrole", dict("reason", ""), "user");
    }

    @Test
    void killAllSparesTheCallerAndTellsNobodyOfLeaving() {
        Peer watcher = peer();
        b.subscribe("wamp.session.on_leave");
        b.subscribe("com.t");
        a.answer("wamp.session.add_testament", Dict.EMPTY, "com.t", List.of(), Map.of());
        assertEquals(2L, b.ask("wamp.session.kill_all"));
        assertFalse(watcher.session.isOpen());
        b.nothing();
        assertTrue(b.session.isOpen());
    }

    @Test
    void closingTheRealmSaysGoodbyeToAllWithoutTestaments() {
        b.subscribe("com.t");
        a.answer("wamp.session.add_testament", Dict.EMPTY, "com.t", List.of(), Map.of());
        realm.close(Reasons.SYSTEM_SHUTDOWN, "bye");
        for (Peer peer : List.of(a, b)) {
            assertEquals(new Message.Goodbye(dict("message", "bye"), "wamp.close.system_shutdown"), peer.ended);
        }
        b.nothing();
        assertEquals(
                Reasons.SYSTEM_SHUTDOWN,
                assertThrows(JoinRefused.class, this::peer).reason());
    }

    @Test
    void aNewIdentityIsPublishedAndTheSessionKeepsItsId() {
        b.subscribe("polywire.session.on_identity");
        a.session.identity(new Identity("new", "member", "ticket", "webwire", Map.of()));
        assertEquals(
                List.of(a.id(), Map.of("authid", "new", "authrole", "member")),
                Payloads.args(b.next(Event.class).payload()));
    }

    // --- testaments ------------------------------------------------------------------------------------------------

    @Test
    void testamentsArePublishedWhenTheSessionIsGoneDetachedFirstAndBeforeOnLeave() {
        b.subscribe("com.t");
        b.subscribe("wamp.session.on_leave");
        Peer c = peer();
        c.answer("wamp.session.add_testament", Dict.EMPTY, "com.t", List.of("destroyed"), Map.of("k", 1L));
        c.answer("wamp.session.add_testament", dict("scope", "detached"), "com.t", List.of("detached"), Map.of());
        b.nothing();
        c.session.leave();
        assertEquals(List.of("detached", "destroyed", c.id()), b.events());
    }

    @Test
    void testamentsArePublishedOnKillToo() {
        b.subscribe("com.t");
        a.answer("wamp.session.add_testament", Dict.EMPTY, "com.t", List.of("bye"), Map.of());
        peer().answer("wamp.session.kill", Dict.EMPTY, a.id());
        assertEquals(List.of("bye"), b.events());
    }

    @Test
    void publishOptionsOfTestamentsAreHonoured() {
        b.subscribe("com.t");
        Peer c = peer("carl", "user", Peer.ALL_FEATURES);
        c.answer(
                "wamp.session.add_testament",
                dict("publish_options", Map.of("exclude_authid", List.of("admin"))),
                "com.t",
                List.of("hidden"),
                Map.of());
        c.answer(
                "wamp.session.add_testament",
                dict("publish_options", Map.of("disclose_me", true)),
                "com.t",
                List.of("shown"),
                Map.of());
        c.session.leave();
        Event event = b.next(Event.class);
        assertEquals("shown", Peer.arg(event.payload()));
        assertEquals("carl", event.details().get("publisher_authid"));
        b.nothing();
    }

    @Test
    void flushedTestamentsAreNotPublished() {
        b.subscribe("com.t");
        for (String scope : List.of("destroyed", "detached")) {
            a.answer("wamp.session.add_testament", dict("scope", scope), "com.t", List.of(scope), Map.of());
        }
        a.answer("wamp.session.flush_testaments", Dict.EMPTY);
        a.session.leave();
        assertEquals(List.of("detached"), b.events());
    }

    @Test
    void wrongTestamentsAreRefused() {
        String add = "wamp.session.add_testament";
        a.refused(Reasons.INVALID_URI, add, Dict.EMPTY, "not a uri", List.of(), Map.of());
        a.refused(Reasons.INVALID_URI, add, Dict.EMPTY, "wamp.t", List.of(), Map.of());
        a.refused(Reasons.INVALID_ARGUMENT, add, Dict.EMPTY, 1L, List.of(), Map.of());
        a.refused(Reasons.INVALID_ARGUMENT, add, Dict.EMPTY, "com.t", "x", Map.of());
        a.refused(Reasons.INVALID_ARGUMENT, add, dict("scope", "x"), "com.t", List.of(), Map.of());
        a.refused(Reasons.INVALID_ARGUMENT, add, dict("publish_options", Map.of("eligible", "x")), "com.t");
        a.refused(Reasons.INVALID_ARGUMENT, "wamp.session.flush_testaments", dict("scope", "x"));
    }

    @Test
    void aSessionHasSixteenTestamentsOfAScope() {
        for (int i = 0; i < 16; i++) {
            a.answer("wamp.session.add_testament", Dict.EMPTY, "com.t", List.of(), Map.of());
        }
        a.refused(Reasons.INVALID_ARGUMENT, "wamp.session.add_testament", Dict.EMPTY, "com.t", List.of(), Map.of());
        a.answer("wamp.session.add_testament", dict("scope", "detached"), "com.t", List.of(), Map.of());
    }

    // --- registrations ---------------------------------------------------------------------------------------------

    @Test
    void registrationsAreFoundByTheirUriAndByWhatTheyMatch() {
        long exact = a.register("com.p");
        long prefix = a.register("com", "match", "prefix", "invoke", "last");
        assertEquals(exact, b.ask("wamp.registration.lookup", "com.p"));
        assertEquals(prefix, b.ask("wamp.registration.lookup", "com", Map.of("match", "prefix")));
        assertNull(b.ask("wamp.registration.lookup", "com"));
        assertEquals(exact, b.ask("wamp.registration.match", "com.p"));
        assertEquals(prefix, b.ask("wamp.registration.match", "com.q"));
        assertNull(b.ask("wamp.registration.match", "org"));
        b.refused(Reasons.INVALID_ARGUMENT, "wamp.registration.lookup", Dict.EMPTY);
        b.refused(Reasons.INVALID_ARGUMENT, "wamp.registration.lookup", Dict.EMPTY, "com.p", Map.of("match", "fuzzy"));
    }

    @Test
    void registrationsAreListedByMatchWithoutTheRoutersOwn() {
        long exact = a.register("com.p");
        long wildcard = b.register("com..p", "match", "wildcard");
        assertEquals(
                Map.of("exact", List.of(exact), "prefix", List.of(), "wildcard", List.of(wildcard)),
                b.ask("wamp.registration.list"));
        assertEquals(
                Map.of("exact", List.of(exact), "prefix", List.of(), "wildcard", List.of()),
                b.ask("wamp.registration.list", a.id()));
    }

    @Test
    void aRegistrationIsDescribedWithMatchAndInvokeAlways() {
        long id = a.register("com.p");
        assertEquals(
                Map.of(
                        "id",
                        id,
                        "created",
                        "2023-11-14T22:13:20.000Z",
                        "uri",
                        "com.p",
                        "match",
                        "exact",
                        "invoke",
                        "single"),
                b.ask("wamp.registration.get", id));
        for (String procedure : List.of("get", "list_callees", "count_callees")) {
            b.refused(Reasons.NO_SUCH_REGISTRATION, "wamp.registration." + procedure, Dict.EMPTY, 4711L);
            b.refused(Reasons.NO_SUCH_REGISTRATION, "wamp.registration." + procedure, Dict.EMPTY);
        }
    }

    @Test
    void calleesAreListedCountedAndRemoved() {
        long id = a.register("com.p", "invoke", "random");
        b.register("com.p", "invoke", "random");
        assertEquals(List.of(a.id(), b.id()), b.ask("wamp.registration.list_callees", id));
        assertEquals(2L, b.ask("wamp.registration.count_callees", id));
        b.answer("wamp.registration.remove_callee", dict("reason", "com.reason"), id, a.id());
        assertEquals(new Unregistered(0, dict("registration", id, "reason", "com.reason")), a.next(Unregistered.class));
        assertEquals(List.of(b.id()), b.ask("wamp.registration.list_callees", id));
        b.refused(Reasons.NO_SUCH_SESSION, "wamp.registration.remove_callee", Dict.EMPTY, id, a.id());
        b.refused(Reasons.NO_SUCH_REGISTRATION, "wamp.registration.remove_callee", Dict.EMPTY, 4711L, a.id());
    }

    @Test
    void registrationEventsComeInOrder() {
        Peer watcher = watcher();
        long id = a.register("com.p", "invoke", "first");
        b.register("com.p", "invoke", "first");
        assertEquals(
                List.of("registration.on_create", "registration.on_register", "registration.on_register"),
                seen(watcher));
        a.session.receive(new Unregister(9, id));
        b.session.leave();
        assertEquals(
                List.of(
                        "registration.on_unregister",
                        "registration.on_unregister",
                        "registration.on_delete",
                        "session.on_leave"),
                seen(watcher));
    }

    // --- subscriptions ---------------------------------------------------------------------------------------------

    @Test
    void subscriptionsAreFoundListedAndDescribed() {
        long exact = a.subscribe("com.t");
        long prefix = b.subscribe("com", "match", "prefix");
        assertEquals(exact, b.ask("wamp.subscription.lookup", "com.t"));
        assertNull(b.ask("wamp.subscription.lookup", "com"));
        assertEquals(List.of(exact, prefix), b.ask("wamp.subscription.match", "com.t"));
        assertNull(b.ask("wamp.subscription.match", "org"));
        assertEquals(
                Map.of("exact", List.of(exact), "prefix", List.of(prefix), "wildcard", List.of()),
                b.ask("wamp.subscription.list"));
        assertEquals(
                Map.of("id", exact, "created", "2023-11-14T22:13:20.000Z", "uri", "com.t", "match", "exact"),
                b.ask("wamp.subscription.get", exact));
        b.refused(Reasons.NO_SUCH_SUBSCRIPTION, "wamp.subscription.get", Dict.EMPTY, 4711L);
    }

    @Test
    void subscribersAreListedCountedAndRemoved() {
        long id = a.subscribe("com.t");
        b.subscribe("com.t");
        assertEquals(List.of(a.id(), b.id()), b.ask("wamp.subscription.list_subscribers", id));
        assertEquals(2L, b.ask("wamp.subscription.count_subscribers", id));
        assertEquals(2L, b.ask("wamp.subscription.count_suscribers", id));
        b.answer("wamp.subscription.remove_subscriber", dict("reason", "com.reason"), id, a.id());
        assertEquals(new Unsubscribed(0, dict("subscription", id, "reason", "com.reason")), a.next(Unsubscribed.class));
        assertEquals(1L, b.ask("wamp.subscription.count_subscribers", id));
        b.publish("com.t");
        a.nothing();
        for (String procedure : List.of("list_subscribers", "count_subscribers", "remove_subscriber")) {
            b.refused(Reasons.NO_SUCH_SUBSCRIPTION, "wamp.subscription." + procedure, Dict.EMPTY, 4711L);
        }
    }

    @Test
    void revocationIsToldToThoseOnlyWhoAnnouncedIt() {
        Peer without = plain();
        long id = without.subscribe("com.t");
        b.answer("wamp.subscription.remove_subscriber", Dict.EMPTY, id, without.id());
        without.nothing();
    }

    @Test
    void subscriptionEventsComeInOrderAlsoWhenASessionDies() {
        Peer watcher = watcher();
        seen(watcher);
        long id = a.subscribe("com.t");
        b.subscribe("com.t");
        assertEquals(
                List.of("subscription.on_create", "subscription.on_subscribe", "subscription.on_subscribe"),
                seen(watcher));
        a.session.receive(new Unsubscribe(9, id));
        b.session.leave();
        assertEquals(
                List.of(
                        "subscription.on_unsubscribe",
                        "subscription.on_unsubscribe",
                        "subscription.on_delete",
                        "session.on_leave"),
                seen(watcher));
    }

    @Test
    void aSessionIsNotToldOfItsOwnSubscriptionToThatVeryTopic() {
        b.subscribe("wamp.subscription.on_subscribe");
        b.nothing();
        b.subscribe("com.t");
        b.next(Event.class);
    }

    @Test
    void metaEventsHaveNoPublisherAndReachPatterns() {
        a.subscribe("wamp..on_join", "match", "wildcard");
        peer();
        assertEquals(Set.of("topic"), a.next(Event.class).details().asMap().keySet());
    }

    @Test
    void leavingCancelsCallsThenRegistrationsThenSubscriptionsThenTestamentsThenOnLeave() {
        Peer watcher = watcher();
        watcher.subscribe("com.last");
        Peer c = peer();
        c.register("com.p");
        c.subscribe("com.t");
        c.answer("wamp.session.add_testament", Dict.EMPTY, "com.last", List.of("testament"), Map.of());
        watcher.call("com.p");
        c.next(Message.Invocation.class);
        watcher.received.clear();
        c.session.leave();
        watcher.error(Reasons.CANCELED);
        List<@Nullable Object> topics = new ArrayList<>();
        for (Message m : watcher.received) {
            Event e = (Event) m;
            topics.add(e.details().has("topic") ? e.details().get("topic") : Peer.arg(e.payload()));
        }
        assertEquals(
                List.of(
                        "wamp.registration.on_unregister",
                        "wamp.registration.on_delete",
                        "wamp.subscription.on_unsubscribe",
                        "wamp.subscription.on_delete",
                        "testament",
                        "wamp.session.on_leave"),
                topics);
    }

    @Test
    void aRealmFullOfSessionsRefusesMore() {
        realm(RealmOptions.DEFAULT.withLimits(new RealmOptions.Limits(1, 1, 1, 1, 1, 1)));
        peer();
        assertThrows(JoinRefused.class, this::peer);
    }

    @Test
    void aPeerWithoutAnyRoleIsRefused() {
        assertEquals(
                Reasons.NO_SUCH_ROLE,
                assertThrows(JoinRefused.class, () -> peer("x", "user", dict("roles", Map.of("router", Map.of()))))
                        .reason());
        assertThrows(JoinRefused.class, () -> peer("x", "user", Dict.EMPTY));
    }

    @Test
    void sessionIdsAreInTheGlobalScopeAndDiffer() {
        for (int i = 0; i < 100; i++) {
            long id = peer().id();
            assertTrue(id >= 1 && id <= 1L << 53);
        }
        assertEquals(102, realm.sessionCount());
    }

    @Test
    void theFeaturesAreAnnounced() {
        Object broker = realm.welcomeRoles().dict("broker").get("features");
        Object dealer = realm.welcomeRoles().dict("dealer").get("features");
        assertEquals(10, ((Map<?, ?>) java.util.Objects.requireNonNull(broker)).size());
        assertEquals(12, ((Map<?, ?>) java.util.Objects.requireNonNull(dealer)).size());
        assertEquals(Payload.EMPTY, Payload.of());
    }

    @Test
    void detailsOfASessionAreModifiedOnlyWhereTheRealmAllowsIt() {
        Peer plain = peer();
        plain.refused(
                Reasons.NO_SUCH_PROCEDURE, "wamp.session.modify_details", Dict.EMPTY, plain.id(), Map.of("a", 1L));
        realm(RealmOptions.DEFAULT.withModifyDetails(true));
        Peer a = peer();
        Peer b = peer();
        a.answer("wamp.session.modify_details", Dict.EMPTY, b.id(), Map.of("team", "red", "other", 1L));
        java.util.Map<String, @org.jspecify.annotations.Nullable Object> gone = new java.util.HashMap<>();
        gone.put("other", null);
        a.answer("wamp.session.modify_details", Dict.EMPTY, b.id(), gone);
        Map<?, ?> details = (Map<?, ?>) java.util.Objects.requireNonNull(a.ask("wamp.session.get", b.id()));
        assertEquals("red", details.get("team"));
        assertFalse(details.containsKey("other"));
        a.subscribe("com.x");
        b.subscribe("com.x");
        peer().publish("com.x", dict("eligible_team", List.of("red")), "for the red ones");
        assertEquals(List.of("for the red ones"), b.events());
        a.nothing();
        String wrong = "wamp.session.modify_details";
        a.refused(Reasons.NO_SUCH_SESSION, wrong, Dict.EMPTY, 4711L, Map.of());
        a.refused(Reasons.INVALID_ARGUMENT, wrong, Dict.EMPTY, b.id(), "text");
        a.refused(Reasons.INVALID_ARGUMENT, wrong, Dict.EMPTY, b.id(), Map.of("authrole", "trusted"));
    }

    @Test
    void aRealmThatIsStoppingRefusesWithSystemShutdown() {
        realm.close(Reasons.SYSTEM_SHUTDOWN, "bye");
        JoinRefused refused = org.junit.jupiter.api.Assertions.assertThrows(JoinRefused.class, this::peer);
        assertEquals(Reasons.SYSTEM_SHUTDOWN, refused.reason());
    }
}
