package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Interrupt;
import io.polywire.model.Message.Invocation;
import io.polywire.model.Message.Published;
import io.polywire.model.Message.Registered;
import io.polywire.model.Message.Result;
import io.polywire.model.Message.Subscribed;
import io.polywire.model.Message.Yield;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.router.Authorizer.Action;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Authorizers and limits. */
class AuthorizationTest extends RealmFixture {
    private static final Set<Action> ALL = EnumSet.allOf(Action.class);

    private static StaticRules.Rule rule(String uri, Match match, Set<Action> allow) {
        return new StaticRules.Rule(uri, match, allow, false);
    }

    private Peer ruled(StaticRules.Rule... rules) {
        realm(RealmOptions.DEFAULT.withAuthorizer(new StaticRules(Map.of("user", List.of(rules)))));
        return peer();
    }

    // --- static rules ----------------------------------------------------------------------------------------------

    @Test
    void whatNoRuleAllowsIsRefusedWithNotAuthorized() {
        Peer a = ruled();
        a.subscribeLater("com.x");
        assertEquals(32, a.error(Reasons.NOT_AUTHORIZED).requestType());
        a.registerLater("com.x");
        assertEquals(64, a.error(Reasons.NOT_AUTHORIZED).requestType());
        a.call("com.x");
        assertEquals(48, a.error(Reasons.NOT_AUTHORIZED).requestType());
        a.publish("com.x", dict("acknowledge", true));
        assertEquals(16, a.error(Reasons.NOT_AUTHORIZED).requestType());
        a.publish("com.x");
        a.nothing();
        Peer other = peer("x", "guest", Peer.ALL_FEATURES);
        other.call("com.x");
        other.error(Reasons.NOT_AUTHORIZED);
    }

    @Test
    void eachActionIsAllowedByItself() {
        Peer a = ruled(rule("com.x", Match.EXACT, EnumSet.of(Action.SUBSCRIBE)));
        a.subscribe("com.x");
        a.publish("com.x", dict("acknowledge", true));
        a.error(Reasons.NOT_AUTHORIZED);
    }

    @Test
    void publishIsCheckedForUriThenPermissionThenDisclosure() {
        StaticRules rules = new StaticRules(Map.of("user", List.of(rule("com.x", Match.EXACT, ALL))));
        realm(RealmOptions.DEFAULT.withAuthorizer(rules).withDisclosure(false));
        Peer a = peer();
        Dict options = dict("acknowledge", true, "disclose_me", true);
        a.publish("com..y", options);
        a.error(Reasons.INVALID_URI);
        a.publish("com.y", options);
        a.error(Reasons.NOT_AUTHORIZED);
        a.publish("com.x", options);
        a.error(Reasons.DISCLOSE_ME_DISALLOWED);
    }

    @Test
    void whatMayNotBePublishedIsNotRetained() {
        Peer a = ruled(rule("com.x", Match.EXACT, EnumSet.of(Action.SUBSCRIBE)));
        a.publish("com.x", dict("retain", true), "forbidden");
        a.subscribe("com.x", "get_retained", true);
        a.nothing();
    }

    @Test
    void theBestMatchOfTheRulesDecides() {
        Peer a = ruled(
                rule("com.", Match.PREFIX, ALL),
                rule("com.secret", Match.PREFIX, Set.of()),
                rule("com.secret.open", Match.EXACT, ALL),
                rule("org..x", Match.WILDCARD, ALL));
        a.register("com.x");
        a.register("org.a.x");
        a.register("com.secret.open");
        for (String refused : List.of("com.secret", "com.secret.y", "org.a.y", "net")) {
            a.registerLater(refused);
            a.error(Reasons.NOT_AUTHORIZED);
        }
    }

    @Test
    void aWiderPatternDoesNotReachAnException() {
        Peer a = ruled(
                rule("com.", Match.PREFIX, ALL),
                rule("com.secret", Match.EXACT, Set.of()),
                rule("org.x", Match.EXACT, ALL));
        for (String pattern : List.of("com.", "com.s", "")) {
            a.subscribeLater(pattern, "match", "prefix");
            a.error(Reasons.NOT_AUTHORIZED);
        }
        a.subscribeLater("com.", "match", "wildcard");
        a.error(Reasons.NOT_AUTHORIZED);
        a.subscribeLater("org.x", "match", "prefix");
        a.error(Reasons.NOT_AUTHORIZED);
        a.registerLater("com.secret", "match", "prefix");
        a.error(Reasons.NOT_AUTHORIZED);
        a.subscribe("com.open", "match", "prefix");
        a.subscribe("com.open..x", "match", "wildcard");
        a.register("com.open.", "match", "prefix");
    }

    @Test
    void aRuleMayDisclose() {
        realm(RealmOptions.DEFAULT
                .withDisclosure(false)
                .withAuthorizer(new StaticRules(
                        Map.of("user", List.of(new StaticRules.Rule("com.", Match.PREFIX, ALL, true))))));
        Peer a = peer();
        Peer b = peer();
        a.subscribe("com.x");
        a.register("com.p");
        b.publish("com.x");
        assertEquals(b.id(), a.next(Event.class).details().get("publisher"));
        b.call("com.p");
        assertEquals(b.id(), a.next(Invocation.class).details().get("caller"));
    }

    @Test
    void unsubscribeUnregisterYieldAndCancelAreNeverAsked() {
        List<Action> asked = new ArrayList<>();
        realm(RealmOptions.DEFAULT.withAuthorizer((session, action, uri, options) -> {
            asked.add(action);
            return Authorizer.Allow.PLAIN;
        }));
        Peer a = peer();
        long subscription = a.subscribe("com.x");
        long registration = a.register("com.p");
        a.cancel(a.call("com.p"), "mode", "kill");
        a.result(a.next(Invocation.class));
        a.session.receive(new Message.Unsubscribe(8, subscription));
        a.session.receive(new Message.Unregister(9, registration));
        assertEquals(List.of(Action.SUBSCRIBE, Action.REGISTER, Action.CALL), asked);
    }

    // --- answers that come later -----------------------------------------------------------------------------------

    private final List<Consumer<Authorizer.Decision>> pending = new ArrayList<>();

    private Peer waiting() {
        realm(RealmOptions.DEFAULT.withAuthorizer((session, action, uri, options) ->
                uri.startsWith("com.slow") ? new Authorizer.Later(pending::add) : Authorizer.Allow.PLAIN));
        return peer();
    }

    @Test
    void theOrderOfASessionIsKeptWhileItWaitsAndOthersGoOn() {
        Peer a = waiting();
        Peer b = peer();
        b.subscribe("com", "match", "prefix");
        a.publish("com.slow", Dict.EMPTY, 1L);
        a.publish("com.fast", Dict.EMPTY, 2L);
        a.publish("com.slow", Dict.EMPTY, 3L);
        a.publish("com.fast", Dict.EMPTY, 4L);
        assertTrue(a.paused);
        peer().publish("com.fast", Dict.EMPTY, 0L);
        assertEquals(List.of(0L), b.events());
        pending.remove(0).accept(Authorizer.Allow.PLAIN);
        assertEquals(List.of(1L, 2L), b.events());
        assertTrue(a.paused);
        pending.remove(0).accept(new Authorizer.Deny("no"));
        assertEquals(List.of(4L), b.events());
        assertFalse(a.paused);
    }

    @Test
    void anAuthorizerThatFailsIsAuthorizationFailed() {
        Peer a = waiting();
        a.subscribeLater("com.slow");
        pending.remove(0).accept(new Authorizer.Failed("broken"));
        a.error(Reasons.AUTHORIZATION_FAILED);
    }

    @Test
    void aDecisionForASessionThatIsGoneIsDropped() {
        Peer a = waiting();
        a.subscribeLater("com.slow");
        a.session.leave();
        assertFalse(a.paused);
        pending.remove(0).accept(Authorizer.Allow.PLAIN);
        a.nothing();
        peer().refused(Reasons.NO_SUCH_SUBSCRIPTION, "wamp.subscription.get", Dict.EMPTY, 1L);
    }

    @Test
    void aViolationThatHadToWaitAbortsTheSession() {
        Peer a = waiting();
        a.subscribeLater("com.slow");
        a.session.receive(new Yield(99, Dict.EMPTY, Payload.EMPTY));
        assertTrue(a.session.isOpen());
        pending.remove(0).accept(Authorizer.Allow.PLAIN);
        assertNotNull(a.aborted);
        assertFalse(a.session.isOpen());
    }

    @Test
    void testamentsAndHistoryWaitForTheirPermission() {
        Peer a = waiting();
        a.session.receive(new Message.Call(
                a.request(), Dict.EMPTY, "wamp.session.add_testament", Payload.of("com.slow", List.of(), Map.of())));
        a.nothing();
        pending.remove(0).accept(Authorizer.Allow.PLAIN);
        a.next(Result.class);
        a.session.receive(new Message.Call(
                a.request(), Dict.EMPTY, "wamp.session.add_testament", Payload.of("com.slow", List.of(), Map.of())));
        pending.remove(0).accept(new Authorizer.Deny("no"));
        a.error(Reasons.NOT_AUTHORIZED);
    }

    // --- dynamic authorizer ----------------------------------------------------------------------------------------

    private Peer authorizer(long timeout) {
        realm(RealmOptions.DEFAULT.withAuthorizer(new AuthorizerByRole(Map.of(
                "authorizer",
                (session, action, uri, options) -> Authorizer.Allow.PLAIN,
                "user",
                new DynamicAuthorizer("com.authorize", timeout)))));
        Peer authorizer = peer("auth", "authorizer", Peer.ALL_FEATURES);
        authorizer.register("com.authorize");
        return authorizer;
    }

    @Test
    void aProcedureDecides() {
        Peer authorizer = authorizer(1_000);
        Peer a = peer();
        a.subscribeLater("com.x", "match", "prefix");
        Invocation asked = authorizer.next(Invocation.class);
        List<?> args = Payloads.args(asked.payload());
        assertEquals(a.id(), ((Map<?, ?>) java.util.Objects.requireNonNull(args.get(0))).get("session"));
        assertEquals(List.of("com.x", "subscribe", Map.of("match", "prefix")), args.subList(1, 4));
        a.nothing();
        authorizer.result(asked, true);
        a.next(Subscribed.class);
        a.registerLater("com.x");
        authorizer.result(authorizer.next(Invocation.class), false);
        a.error(Reasons.NOT_AUTHORIZED);
        a.publish("com.x", dict("acknowledge", true));
        authorizer.result(authorizer.next(Invocation.class), Map.of("allow", true));
        a.next(Published.class);
        assertTrue(realm.sessionCount() == 2, "the realm as a caller is no session");
    }

    @Test
    void anAnswerMayBeCachedForTheSession() {
        Peer authorizer = authorizer(1_000);
        Peer a = peer();
        a.publish("com.x", dict("acknowledge", true));
        authorizer.result(authorizer.next(Invocation.class), Map.of("allow", true, "cache", true));
        a.next(Published.class);
        a.publish("com.x", dict("acknowledge", true));
        a.next(Published.class);
        authorizer.nothing();
        a.session.identity(new Identity("other", "user", "ticket", "static", Map.of()));
        a.publish("com.x");
        authorizer.next(Invocation.class);
    }

    @Test
    void anAuthorizerThatFailsTimesOutOrIsMissingIsAuthorizationFailed() {
        Peer authorizer = authorizer(1_000);
        Peer a = peer();
        a.call("com.x");
        authorizer.fail(authorizer.next(Invocation.class), "com.error");
        a.error(Reasons.AUTHORIZATION_FAILED);
        a.call("com.x");
        authorizer.result(authorizer.next(Invocation.class), "yes");
        a.error(Reasons.AUTHORIZATION_FAILED);
        a.call("com.x");
        authorizer.next(Invocation.class);
        world.advance(1_010);
        authorizer.next(Interrupt.class);
        a.error(Reasons.AUTHORIZATION_FAILED);
        authorizer.session.leave();
        a.call("com.x");
        a.error(Reasons.AUTHORIZATION_FAILED);
    }

    @Test
    void theRealmMayCallProceduresItself() {
        realm(RealmOptions.DEFAULT);
        Peer callee = peer();
        callee.register("com.p", "disclose_caller", false);
        List<Message> answers = new ArrayList<>();
        realm.call("com.p", Payload.of(1L), 0, answers::add);
        callee.result(callee.next(Invocation.class), 2L);
        realm.call("com.none", Payload.EMPTY, 0, answers::add);
        assertEquals(2L, Peer.arg(((Result) answers.get(0)).payload()));
        assertEquals(Reasons.NO_SUCH_PROCEDURE, ((Message.ErrorMessage) answers.get(1)).error());
    }

    // --- limits ----------------------------------------------------------------------------------------------------

    @Test
    void registrationsSubscriptionsAndPendingCallsOfASessionAreLimited() {
        realm(RealmOptions.DEFAULT.withLimits(new RealmOptions.Limits(10, 1, 1, 1, 1, 1)));
        Peer a = peer();
        a.register("com.p");
        a.registerLater("com.q");
        a.error(Reasons.OPTION_NOT_ALLOWED);
        a.subscribe("com.p");
        a.subscribe("com.p");
        a.subscribeLater("com.q");
        a.error(Reasons.OPTION_NOT_ALLOWED);
        Peer b = peer();
        b.call("com.p");
        b.call("com.p");
        b.error(Reasons.OPTION_NOT_ALLOWED);
    }

    @Test
    void aRoleHasLimitsOfItsOwn() {
        RealmOptions.Limits guest = new RealmOptions.Limits(1, 0, 5, 5, 0, 0);
        realm(RealmOptions.DEFAULT.withRoleLimits(Map.of("guest", guest)));
        Peer a = peer("g", "guest", Peer.ALL_FEATURES);
        a.registerLater("com.p");
        a.error(Reasons.OPTION_NOT_ALLOWED);
        assertThrows(JoinRefused.class, () -> peer("h", "guest", Peer.ALL_FEATURES));
        peer().register("com.p");
        a.session.identity(new Identity("g", "user", "ticket", "static", Map.of()));
        a.registerLater("com.q");
        a.next(Registered.class);
        Peer second = peer("h", "guest", Peer.ALL_FEATURES);
        second.session.leave();
        peer("i", "guest", Peer.ALL_FEATURES);
    }

    @Test
    void whoSendsMoreInASecondThanItMayIsReadLaterAndLosesNothing() {
        realm(RealmOptions.DEFAULT.withLimits(RealmOptions.Limits.DEFAULT.withMessagesPerSecond(3)));
        Peer a = peer();
        Peer b = peer();
        b.subscribe("com.x");
        for (long i = 1; i <= 8; i++) {
            a.publish("com.x", Dict.EMPTY, i);
        }
        assertEquals(List.of(1L, 2L, 3L), b.events());
        assertTrue(a.paused);
        world.advance(1_000);
        assertEquals(List.of(4L, 5L, 6L), b.events());
        assertTrue(a.paused);
        world.advance(1_000);
        assertEquals(List.of(7L, 8L), b.events());
        assertFalse(a.paused);
        a.publish("com.x");
        a.publish("com.x");
        a.session.leave();
        assertEquals(0, world.timers());
    }
}
