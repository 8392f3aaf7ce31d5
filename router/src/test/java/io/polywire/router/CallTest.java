package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.model.Ids;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Interrupt;
import io.polywire.model.Message.Invocation;
import io.polywire.model.Message.Result;
import io.polywire.model.Message.Unregister;
import io.polywire.model.Message.Unregistered;
import io.polywire.model.Message.Yield;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallTest extends RealmFixture {
    private final Peer callee = peer();
    private final Peer caller = peer();
    private final Peer other = peer();

    private Invocation invoked(Peer who) {
        return who.next(Invocation.class);
    }

    /** Calls and lets the callee have it. */
    private Invocation called(Object... options) {
        callee.register("com.p");
        caller.call("com.p", dict(options));
        return invoked(callee);
    }

    // --- registering -----------------------------------------------------------------------------------------------

    @Test
    void aTakenProcedureIsRefused() {
        callee.register("com.p");
        other.registerLater("com.p");
        assertEquals(64, other.error(Reasons.PROCEDURE_ALREADY_EXISTS).requestType());
        other.registerLater("com.p", "invoke", "roundrobin");
        other.error(Reasons.PROCEDURE_ALREADY_EXISTS);
        callee.registerLater("com.p");
        callee.error(Reasons.PROCEDURE_ALREADY_EXISTS);
    }

    @Test
    void theSameSessionCannotRegisterTwiceWhateverThePolicy() {
        callee.register("com.p", "invoke", "roundrobin");
        callee.registerLater("com.p", "invoke", "roundrobin");
        callee.error(Reasons.PROCEDURE_ALREADY_EXISTS);
    }

    @Test
    void anotherPolicyThanTheFirstIsRefused() {
        callee.register("com.p", "invoke", "roundrobin");
        other.registerLater("com.p", "invoke", "random");
        other.error(Reasons.PROCEDURE_ALREADY_EXISTS);
        assertEquals(1L, caller.ask("wamp.registration.count_callees", 1L));
    }

    @Test
    void aSharedRegistrationHasOneId() {
        assertEquals(callee.register("com.p", "invoke", "last"), other.register("com.p", "invoke", "last"));
    }

    @Test
    void nobodyRegistersUnderWampButTheTrusted() {
        callee.registerLater("wamp.mine");
        callee.error(Reasons.INVALID_URI);
        callee.registerLater("wamp.session.count");
        callee.error(Reasons.INVALID_URI);
        Peer trusted = peer("t", "trusted", Peer.ALL_FEATURES);
        trusted.register("wamp.mine");
        trusted.registerLater("wamp.session.count");
        trusted.error(Reasons.INVALID_URI);
    }

    @Test
    void aWrongOptionOfRegisterIsAnInvalidArgument() {
        callee.registerLater("com.p", "match", "fuzzy");
        callee.error(Reasons.INVALID_ARGUMENT);
        callee.registerLater("com.p", "invoke", "fastest");
        callee.error(Reasons.INVALID_ARGUMENT);
        callee.registerLater("com.p", "concurrency", "two");
        callee.error(Reasons.INVALID_ARGUMENT);
    }

    @Test
    void aRegistrationOfOthersOnlyCannotBeUnregistered() {
        long id = callee.register("com.p");
        other.session.receive(new Unregister(3, id));
        assertEquals(66, other.error(Reasons.NO_SUCH_REGISTRATION).requestType());
        caller.call("com.p");
        invoked(callee);
    }

    @Test
    void unregisterLetsPendingCallsFinish() {
        long id = callee.register("com.p");
        caller.call("com.p");
        Invocation invocation = invoked(callee);
        callee.session.receive(new Unregister(9, id));
        callee.next(Unregistered.class);
        callee.result(invocation, "late but good");
        assertEquals("late but good", Peer.arg(caller.next(Result.class).payload()));
        caller.call("com.p");
        caller.error(Reasons.NO_SUCH_PROCEDURE);
    }

    @Test
    void forceReregisterRemovesAllPresentCalleesAndTellsThem() {
        long id = callee.register("com.p", "invoke", "random");
        Peer simple = plain();
        simple.register("com.p", "invoke", "random");
        caller.call("com.p");
        long fresh = other.register("com.p", "force_reregister", true);
        assertNotEquals(id, fresh);
        callee.received.removeIf(m -> m instanceof Invocation);
        simple.received.removeIf(m -> m instanceof Invocation);
        Unregistered told = callee.next(Unregistered.class);
        assertEquals(0, told.request());
        assertEquals(dict("registration", id, "reason", "wamp.error.unregistered"), told.details());
        simple.nothing();
        caller.call("com.p");
        invoked(other);
    }

    @Test
    void theCallsOfARemovedCalleeMayFinish() {
        callee.register("com.p");
        caller.call("com.p");
        Invocation running = invoked(callee);
        other.register("com.p", "force_reregister", true);
        callee.next(Unregistered.class);
        callee.result(running, "late");
        assertEquals("late", Peer.arg(caller.next(Result.class).payload()));
    }

    // --- one call --------------------------------------------------------------------------------------------------

    @Test
    void aCallReachesItsCalleeAndTheResultItsCaller() {
        long registration = callee.register("com.p");
        Payload there = Payload.encoded(Serialization.CBOR, new byte[] {(byte) 0x81, 1}, 0, 2, 1);
        caller.session.receive(new Call(1, Dict.EMPTY, "com.p", there));
        Invocation invocation = invoked(callee);
        assertEquals(registration, invocation.registration());
        assertSame(there, invocation.payload());
        assertEquals(Dict.EMPTY, invocation.details());
        Payload back = Payload.encoded(Serialization.JSON, new byte[] {'[', ']'}, 0, 2, 1);
        callee.session.receive(new Yield(invocation.request(), Dict.EMPTY, back));
        Result result = caller.next(Result.class);
        assertEquals(1, result.request());
        assertEquals(Dict.EMPTY, result.details());
        assertSame(back, result.payload());
    }

    @Test
    void aCallWithoutCalleeIsAnsweredWithNoSuchProcedure() {
        caller.call("com.p");
        assertEquals(48, caller.error(Reasons.NO_SUCH_PROCEDURE).requestType());
        caller.call("com..p");
        caller.error(Reasons.INVALID_URI);
    }

    @Test
    void theErrorOfACalleeReachesTheCallerUnchangedButForItsType() {
        Invocation invocation = called();
        Payload payload = Payload.of(List.of(1L), java.util.Map.of("k", "v"));
        callee.session.receive(new ErrorMessage(68, invocation.request(), dict("x", 1L), "com.error", payload));
        assertEquals(new ErrorMessage(48, 1, dict("x", 1L), "com.error", payload), caller.next(ErrorMessage.class));
    }

    @Test
    void aSessionMayCallItsOwnProcedure() {
        callee.register("com.p");
        callee.call("com.p");
        callee.result(invoked(callee), 7L);
        assertEquals(7L, Peer.arg(callee.next(Result.class).payload()));
    }

    @Test
    void invocationIdsCountUpFromOneForEachCallee() {
        callee.register("com.p");
        other.register("com.q");
        for (int i = 1; i <= 3; i++) {
            caller.call("com.p");
            caller.call("com.q");
            assertEquals(i, invoked(callee).request());
            assertEquals(i, invoked(other).request());
        }
    }

    @Test
    void invocationsOfACallerArriveInOrderAcrossProcedures() {
        callee.register("com.p");
        callee.register("com", "match", "prefix");
        List<Object> got = new ArrayList<>();
        for (long i = 0; i < 100; i++) {
            caller.call(i % 3 == 0 ? "com.p" : "com.q", Dict.EMPTY, i);
        }
        for (long i = 0; i < 100; i++) {
            got.add(Peer.arg(invoked(callee).payload()));
            assertEquals(i, got.get((int) i));
        }
    }

    @Test
    void invocationIdsBeginAgainAfterTwoPow53() {
        callee.register("com.p");
        callee.session.lastInvocation = Ids.MAX;
        caller.call("com.p");
        assertEquals(1, invoked(callee).request());
    }

    @Test
    void requestIdsNeedNotBeSequentialWithoutProgressiveInvocations() {
        Peer old = plain();
        callee.register("com.p");
        for (long id : new long[] {9007199254740992L, 5, 77}) {
            old.session.receive(new Call(id, Dict.EMPTY, "com.p", Payload.EMPTY));
            callee.result(invoked(callee));
            assertEquals(id, old.next(Result.class).request());
        }
    }

    @Test
    void anAnswerToAnInvocationThatNeverWasIsAViolation() {
        Invocation invocation = called();
        assertThrows(
                ProtocolViolation.class,
                () -> callee.session.receive(new Yield(invocation.request() + 1, Dict.EMPTY, Payload.EMPTY)));
        assertThrows(
                ProtocolViolation.class,
                () -> other.session.receive(new Yield(invocation.request(), Dict.EMPTY, Payload.EMPTY)));
        assertThrows(
                ProtocolViolation.class,
                () -> other.session.receive(new ErrorMessage(68, 1, Dict.EMPTY, "com.e", Payload.EMPTY)));
    }

    @Test
    void anAnswerToAnInvocationThatIsOverIsIgnored() {
        Invocation invocation = called();
        callee.result(invocation);
        caller.next(Result.class);
        callee.result(invocation);
        callee.fail(invocation, "com.e");
        caller.nothing();
        callee.nothing();
    }

    @Test
    void whatOnlyARouterSendsIsAViolation() {
        for (Message message : List.of(
                new Message.Welcome(1, Dict.EMPTY),
                new Message.Hello("realm1", Dict.EMPTY),
                new Message.Challenge("ticket", Dict.EMPTY),
                new Message.Authenticate("", Dict.EMPTY),
                new Message.Published(1, 1),
                new Message.Subscribed(1, 1),
                new Message.Unsubscribed(1, Dict.EMPTY),
                new Message.Event(1, 1, Dict.EMPTY, Payload.EMPTY),
                new Result(1, Dict.EMPTY, Payload.EMPTY),
                new Message.Registered(1, 1),
                new Unregistered(1, Dict.EMPTY),
                new Invocation(1, 1, Dict.EMPTY, Payload.EMPTY),
                new Interrupt(1, Dict.EMPTY),
                new ErrorMessage(48, 1, Dict.EMPTY, "com.e", Payload.EMPTY))) {
            assertThrows(ProtocolViolation.class, () -> caller.session.receive(message), message::toString);
        }
    }

    @Test
    void aFullQueueOfTheCalleeIsANetworkFailure() {
        callee.register("com.p");
        callee.verdict = Sent.FULL;
        caller.call("com.p");
        caller.error(Reasons.NETWORK_FAILURE);
        callee.verdict = Sent.OK;
        caller.call("com.p");
        assertEquals(1, invoked(callee).request());
    }

    @Test
    void whatIsTooLargeForItsReceiverIsAnsweredWithPayloadSizeExceeded() {
        callee.register("com.p");
        callee.tooLarge = Invocation.class;
        caller.call("com.p");
        caller.error(Reasons.PAYLOAD_SIZE_EXCEEDED);
        callee.tooLarge = null;
        caller.tooLarge = Result.class;
        caller.call("com.p");
        callee.result(invoked(callee));
        caller.error(Reasons.PAYLOAD_SIZE_EXCEEDED);
    }

    @Test
    void anOversizedAnswerOfTheRouterIsAnErrorToo() {
        caller.tooLarge = Result.class;
        caller.call("wamp.session.list");
        caller.error(Reasons.PAYLOAD_SIZE_EXCEEDED);
    }

    @Test
    void aRealmsOwnProcedureThatFailsAnswersWithAnErrorAndKeepsTheSession() {
        java.util.logging.Logger log = java.util.logging.Logger.getLogger("io.polywire.router");
        log.setLevel(java.util.logging.Level.OFF); // the fault is logged, rightly, but not wanted here
        realm.procedure("polywire.bad", request -> {
            throw new IllegalStateException("secret");
        });
        caller.call("polywire.bad");
        ErrorMessage error = caller.error("wamp.error.runtime_error");
        assertFalse(String.valueOf(Peer.arg(error.payload())).contains("secret"));
        assertTrue(caller.session.isOpen());
    }

    // --- identity --------------------------------------------------------------------------------------------------

    @Test
    void theCallerIsDisclosedWhereItAsksOrTheCalleeDoes() {
        assertEquals(
                dict("caller", caller.id(), "caller_authid", "user2", "caller_authrole", "user"),
                called("disclose_me", true).details());
        other.register("com.q", "disclose_caller", true);
        caller.call("com.q");
        assertEquals(caller.id(), invoked(other).details().get("caller"));
    }

    @Test
    void theCallerIsDisclosedToCalleesThatDoNotAnnounceCallerIdentification() {
        Peer plain = peer("plain", "user", Peer.NO_FEATURES);
        plain.register("com.plain", "disclose_caller", true);
        caller.call("com.plain");
        assertEquals(caller.id(), invoked(plain).details().get("caller"));
    }

    @Test
    void aRealmMayForbidDisclosureButToTheTrusted() {
        realm(RealmOptions.DEFAULT.withDisclosure(false));
        Peer x = peer();
        x.registerLater("com.p", "disclose_caller", true);
        x.error(Reasons.DISCLOSE_ME_DISALLOWED);
        x.register("com.p");
        x.call("com.p", dict("disclose_me", true));
        x.error(Reasons.DISCLOSE_ME_DISALLOWED);
        peer("t", "trusted", Peer.ALL_FEATURES).register("com.t", "disclose_caller", true);
    }

    // --- patterns --------------------------------------------------------------------------------------------------

    private void procedureOf(String called, String registered) {
        caller.call(called);
        Invocation invocation = callee.received.isEmpty() ? invoked(other) : invoked(callee);
        Dict details = Dict.of(asMap(caller.ask("wamp.registration.get", invocation.registration())));
        assertEquals(registered, details.get("match") + ":" + details.get("uri"));
        assertEquals(
                registered.startsWith("exact") ? null : called,
                invocation.details().get("procedure"));
    }

    @SuppressWarnings("unchecked")
    private static java.util.Map<String, @org.jspecify.annotations.Nullable Object> asMap(
            @org.jspecify.annotations.Nullable Object o) {
        return (java.util.Map<String, @org.jspecify.annotations.Nullable Object>) java.util.Objects.requireNonNull(o);
    }

    @Test
    void theBestMatchOfTheSpecificationsExample() {
        for (String exact : List.of("a1.b2.c3.d4.e55")) {
            callee.register(exact);
        }
        for (String prefix : List.of("a1.b2.c3", "a1.b2.c3.d4")) {
            callee.register(prefix, "match", "prefix");
        }
        for (String wildcard : List.of("a1.b2..d4.e5", "a1.b2.c33..e5", "a1.b2..d4.e5..g7", "a1.b2..d4..f6.g7")) {
            other.register(wildcard, "match", "wildcard");
        }
        procedureOf("a1.b2.c3.d4.e55", "exact:a1.b2.c3.d4.e55");
        procedureOf("a1.b2.c3.d98.e74", "prefix:a1.b2.c3");
        procedureOf("a1.b2.c3.d4.e325", "prefix:a1.b2.c3.d4");
        procedureOf("a1.b2.c55.d4.e5", "wildcard:a1.b2..d4.e5");
        procedureOf("a1.b2.c33.d4.e5", "wildcard:a1.b2.c33..e5");
        procedureOf("a1.b2.c88.d4.e5.f6.g7", "wildcard:a1.b2..d4.e5..g7");
        caller.call("a2.b2.c2.d2.e2");
        caller.error(Reasons.NO_SUCH_PROCEDURE);
    }

    @Test
    void wildcardsAreComparedByTheirLeadingRunsNotByLength() {
        callee.register("a..c.d.eeeeeeeeeeee", "match", "wildcard");
        other.register("a.b...", "match", "wildcard");
        procedureOf("a.b.c.d.eeeeeeeeeeee", "wildcard:a.b...");
    }

    @Test
    void tiesOfTheFirstRunAreBrokenByTheNext() {
        callee.register("a..c..e", "match", "wildcard");
        other.register("a..c.d.", "match", "wildcard");
        procedureOf("a.b.c.d.e", "wildcard:a..c.d.");
    }

    @Test
    void aPrefixInsideAComponentRanksAfterAnyWildcard() {
        callee.register("com.xy", "match", "prefix");
        procedureOf("com.xyz.p", "prefix:com.xy");
        other.register("..p", "match", "wildcard");
        procedureOf("com.xyz.p", "wildcard:..p");
    }

    @Test
    void theProcedureIsNamedInEveryPieceOfAPatternsProgressiveInvocation() {
        callee.register("com", "match", "prefix");
        caller.session.receive(new Call(1, dict("progress", true), "com.p", Payload.EMPTY));
        assertEquals("com.p", invoked(callee).details().get("procedure"));
        caller.session.receive(new Call(1, Dict.EMPTY, "com.p", Payload.EMPTY));
        assertEquals("com.p", invoked(callee).details().get("procedure"));
    }

    // --- shared registrations --------------------------------------------------------------------------------------

    private List<Peer> share(String policy, int count) {
        List<Peer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Peer one = peer();
            one.register("com.p", "invoke", policy);
            all.add(one);
        }
        return all;
    }

    /** Which of them is called next; it answers. */
    private int turn(List<Peer> all) {
        caller.call("com.p");
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).received.isEmpty()) {
                all.get(i).result(invoked(all.get(i)));
                caller.next(Result.class);
                return i;
            }
        }
        throw new AssertionError("nobody was called");
    }

    @Test
    void roundrobinGoesInTheOrderOfRegistration() {
        List<Peer> all = share("roundrobin", 3);
        for (int i = 0; i < 7; i++) {
            assertEquals(i % 3, turn(all));
        }
    }

    @Test
    void roundrobinSkipsNobodyWhenOneLeaves() {
        List<Peer> all = share("roundrobin", 4);
        turn(all);
        turn(all); // it is the turn of 2
        all.get(0).session.leave();
        assertEquals(2, turn(all));
        all.get(2).session.leave();
        assertEquals(3, turn(all));
        assertEquals(1, turn(all));
        assertEquals(3, turn(all));
    }

    @Test
    void firstAndLastGoByTheOrderOfRegistrationAndTheNextTakesOver() {
        List<Peer> all = share("first", 3);
        assertEquals(0, turn(all));
        all.get(0).session.leave();
        assertEquals(1, turn(all));
        all.forEach(p -> p.session.leave());
        all = share("last", 3);
        assertEquals(2, turn(all));
        all.get(2).session.leave();
        assertEquals(1, turn(all));
    }

    @Test
    void randomReachesAll() {
        List<Peer> all = share("random", 3);
        int[] times = new int[3];
        for (int i = 0; i < 300; i++) {
            times[turn(all)]++;
        }
        for (int n : times) {
            assertTrue(n > 60, () -> java.util.Arrays.toString(times));
        }
    }

    @Test
    void aCalleeAtItsConcurrencyIsSkippedAndThenCallsWait() {
        callee.register("com.p", "invoke", "roundrobin", "concurrency", 1L);
        other.register("com.p", "invoke", "roundrobin", "concurrency", 1L);
        for (long i = 0; i < 3; i++) {
            caller.call("com.p", Dict.EMPTY, i);
        }
        Invocation first = invoked(callee);
        invoked(other);
        callee.nothing();
        callee.result(first);
        assertEquals(2L, Peer.arg(invoked(callee).payload()));
    }

    @Test
    void moreWaitingCallsThanTheLimitAreRefused() {
        callee.register("com.p", "concurrency", 1L);
        for (int i = 0; i <= Registration.MOST_QUEUED; i++) {
            caller.call("com.p");
        }
        caller.nothing();
        caller.call("com.p");
        caller.error(Reasons.MAX_CONCURRENCY_REACHED);
    }

    @Test
    void aWaitingCallCanBeCanceledTimeOutAndLoseItsCallee() {
        callee.register("com.p", "concurrency", 1L);
        caller.call("com.p");
        Invocation first = invoked(callee);
        long canceled = caller.call("com.p");
        caller.call("com.p", dict("timeout", 50L));
        long gone = caller.call("com.p");
        caller.cancel(canceled, "mode", "kill");
        assertEquals(canceled, caller.error(Reasons.CANCELED).request());
        world.advance(60);
        caller.error(Reasons.TIMEOUT);
        callee.nothing();
        callee.session.leave();
        assertEquals(1, caller.error(Reasons.CANCELED).request());
        assertEquals(gone, caller.error(Reasons.CANCELED).request());
        assertNull(callee.session.invocations.get(first.request()));
        assertEquals(0, world.timers());
    }

    @Test
    void anUnavailableCalleePassesTheCallOnToTheNext() {
        List<Peer> all = share("first", 3);
        caller.call("com.p", Dict.EMPTY, "again");
        all.get(0).fail(invoked(all.get(0)), Reasons.UNAVAILABLE);
        all.get(1).fail(invoked(all.get(1)), Reasons.UNAVAILABLE);
        Invocation third = invoked(all.get(2));
        assertEquals("again", Peer.arg(third.payload()));
        all.get(2).fail(third, Reasons.UNAVAILABLE);
        caller.error(Reasons.NO_AVAILABLE_CALLEE);
    }

    @Test
    void aReroutedCallWaitsForABusyCallee() {
        callee.register("com.p", "invoke", "first", "concurrency", 1L);
        other.register("com.p", "invoke", "first", "concurrency", 1L);
        caller.call("com.p", Dict.EMPTY, 1L);
        caller.call("com.p", Dict.EMPTY, 2L);
        Invocation second = invoked(other);
        callee.fail(invoked(callee), Reasons.UNAVAILABLE);
        caller.nothing();
        other.result(second);
        caller.next(Result.class);
        assertEquals(1L, Peer.arg(invoked(other).payload()));
    }

    @Test
    void aReroutedCallEndsWhenTheCalleeItWaitsForLeaves() {
        callee.register("com.p", "invoke", "first", "concurrency", 1L);
        other.register("com.p", "invoke", "first", "concurrency", 1L);
        caller.call("com.p");
        caller.call("com.p");
        callee.fail(invoked(callee), Reasons.UNAVAILABLE);
        other.session.leave();
        assertEquals(2, caller.error(Reasons.CANCELED).request());
        assertEquals(1, caller.error(Reasons.NO_AVAILABLE_CALLEE).request());
    }

    @Test
    void aReroutedCallThatWaitsDoesNotKeepOthersFromAFreeCallee() {
        callee.register("com.p", "invoke", "first", "concurrency", 1L);
        other.register("com.p", "invoke", "first", "concurrency", 1L);
        caller.call("com.p", Dict.EMPTY, 1L);
        caller.call("com.p", Dict.EMPTY, 2L);
        callee.fail(invoked(callee), Reasons.UNAVAILABLE);
        caller.call("com.p", Dict.EMPTY, 3L);
        Invocation third = invoked(callee);
        caller.call("com.p", Dict.EMPTY, 4L);
        callee.result(third);
        assertEquals(4L, Peer.arg(invoked(callee).payload()));
    }

    @Test
    void aCallWithProgressiveResultsAlreadyGivenIsNotRerouted() {
        callee.register("com.p", "invoke", "first");
        other.register("com.p", "invoke", "first");
        caller.call("com.p", dict("receive_progress", true));
        Invocation invocation = invoked(callee);
        callee.progress(invocation, 1L);
        caller.next(Result.class);
        callee.fail(invocation, Reasons.UNAVAILABLE);
        caller.error(Reasons.UNAVAILABLE);
        other.nothing();
    }

    @Test
    void theOnlyCalleesUnavailableIsItsAnswer() {
        Invocation invocation = called();
        callee.fail(invocation, Reasons.UNAVAILABLE, "closed");
        caller.error(Reasons.UNAVAILABLE);
    }

    // --- timeout ---------------------------------------------------------------------------------------------------

    @Test
    void aCallTimesOutAndItsCalleeIsInterrupted() {
        Invocation invocation = called("timeout", 300L);
        assertFalse(invocation.details().has("timeout"));
        world.advance(299);
        caller.nothing();
        world.advance(1);
        assertEquals("call timeout", Peer.arg(caller.error(Reasons.TIMEOUT).payload()));
        Interrupt interrupt = callee.next(Interrupt.class);
        assertEquals(dict("mode", "killnowait", "reason", "wamp.error.timeout"), interrupt.options());
        callee.result(invocation);
        caller.nothing();
    }

    @Test
    void aFinishedCallLeavesNoTimer() {
        callee.result(called("timeout", 300L));
        caller.next(Result.class);
        assertEquals(0, world.timers());
    }

    @Test
    void theTimerBeginsAnewAtEachProgressiveResult() {
        Invocation invocation = called("timeout", 100L, "receive_progress", true);
        for (int i = 0; i < 5; i++) {
            world.advance(90);
            callee.progress(invocation);
            caller.next(Result.class);
        }
        world.advance(100);
        caller.error(Reasons.TIMEOUT);
    }

    @Test
    void aCalleeThatTimesItselfGetsTheTimeoutAndTheRouterDoesNotTime() {
        callee.register("com.p", "forward_timeout", true);
        caller.call("com.p", dict("timeout", 300L));
        assertEquals(300L, invoked(callee).details().get("timeout"));
        assertEquals(0, world.timers());
        Peer without = plain();
        without.register("com.q", "forward_timeout", true);
        caller.call("com.q", dict("timeout", 300L));
        assertFalse(invoked(without).details().has("timeout"));
        assertEquals(1, world.timers());
    }

    @Test
    void aTimeoutOfTheWrongTypeIsAnInvalidArgument() {
        callee.register("com.p");
        caller.call("com.p", dict("timeout", "soon"));
        caller.error(Reasons.INVALID_ARGUMENT);
        caller.call("com.p", dict("timeout", -1L));
        caller.error(Reasons.INVALID_ARGUMENT);
        callee.nothing();
    }

    // --- canceling -------------------------------------------------------------------------------------------------

    @Test
    void skipTellsTheCalleeNothing() {
        Invocation invocation = called();
        caller.cancel(1, "mode", "skip");
        assertEquals(48, caller.error(Reasons.CANCELED).requestType());
        callee.nothing();
        callee.result(invocation);
        caller.nothing();
    }

    @Test
    void killnowaitIsTheDefaultAndInterruptsAndAnswersAtOnce() {
        Invocation invocation = called();
        caller.cancel(1);
        caller.error(Reasons.CANCELED);
        assertEquals(dict("mode", "killnowait"), callee.next(Interrupt.class).options());
        callee.fail(invocation, Reasons.CANCELED);
        caller.nothing();
    }

    @Test
    void killWaitsForWhatTheCalleeSays() {
        Invocation invocation = called();
        caller.cancel(1, "mode", "kill");
        caller.nothing();
        assertEquals(dict("mode", "kill"), callee.next(Interrupt.class).options());
        caller.cancel(1, "mode", "kill");
        callee.nothing();
        callee.result(invocation, "done anyway");
        assertEquals("done anyway", Peer.arg(caller.next(Result.class).payload()));
    }

    @Test
    void theTimeoutKeepsRunningAfterKill() {
        called("timeout", 100L);
        caller.cancel(1, "mode", "kill");
        world.advance(100);
        caller.error(Reasons.TIMEOUT);
    }

    @Test
    void aSecondCancelWithSkipEndsAKilledCall() {
        called();
        caller.cancel(1, "mode", "kill");
        callee.next(Interrupt.class);
        caller.cancel(1, "mode", "skip");
        caller.error(Reasons.CANCELED);
        callee.nothing();
    }

    @Test
    void anyModeIsSkipForACalleeWithoutCallCanceling() {
        Peer without = plain();
        without.register("com.p");
        caller.call("com.p");
        invoked(without);
        caller.cancel(1, "mode", "kill");
        caller.error(Reasons.CANCELED);
        without.nothing();
    }

    @Test
    void aCancelOfNothingIsIgnoredAndAnUnknownModeRefused() {
        called();
        caller.cancel(77);
        other.cancel(1);
        caller.nothing();
        other.nothing();
        callee.nothing();
        caller.cancel(1, "mode", "softly");
        assertEquals(49, caller.error(Reasons.INVALID_ARGUMENT).requestType());
    }

    @Test
    void aProgressiveYieldAfterSkipIsInterruptedOnce() {
        Invocation invocation = called("receive_progress", true);
        caller.cancel(1, "mode", "skip");
        caller.error(Reasons.CANCELED);
        callee.progress(invocation);
        assertEquals(dict("mode", "killnowait"), callee.next(Interrupt.class).options());
        callee.progress(invocation);
        callee.nothing();
        caller.nothing();
    }

    @Test
    void aProgressiveYieldThatCrossesTheInterruptCausesNoSecondOne() {
        Invocation invocation = called("receive_progress", true);
        caller.cancel(1);
        callee.next(Interrupt.class);
        callee.progress(invocation);
        callee.nothing();
    }

    // --- progressive results ---------------------------------------------------------------------------------------

    @Test
    void progressiveResultsArriveInOrderAndTheFinalOneEnds() {
        Invocation invocation = called("receive_progress", true);
        assertEquals(dict("receive_progress", true), invocation.details());
        for (long i = 0; i < 20; i++) {
            callee.progress(invocation, i);
        }
        callee.result(invocation, "end");
        for (long i = 0; i < 20; i++) {
            Result result = caller.next(Result.class);
            assertEquals(dict("progress", true), result.details());
            assertEquals(i, Peer.arg(result.payload()));
        }
        assertEquals(Dict.EMPTY, caller.next(Result.class).details());
    }

    @Test
    void receiveProgressIsForwardedToCalleesThatAnnouncedNothing() {
        Peer without = plain();
        without.register("com.p");
        caller.call("com.p", dict("receive_progress", true));
        assertEquals(true, invoked(without).details().get("receive_progress"));
    }

    @Test
    void progressThatNobodyAskedForIsDropped() {
        Invocation invocation = called();
        callee.progress(invocation, 1L);
        caller.nothing();
        callee.result(invocation, 2L);
        assertEquals(2L, Peer.arg(caller.next(Result.class).payload()));
    }

    @Test
    void progressFalseIsNotSentOn() {
        Invocation invocation = called("receive_progress", false, "progress", false);
        assertEquals(Dict.EMPTY, invocation.details());
        callee.session.receive(new Yield(invocation.request(), dict("progress", false), Payload.EMPTY));
        assertEquals(Dict.EMPTY, caller.next(Result.class).details());
    }

    @Test
    void aCalleeIsNotReadWhileItsCallerDoesNotRead() {
        Invocation invocation = called("receive_progress", true);
        caller.congested = true;
        callee.progress(invocation);
        assertTrue(callee.paused);
        caller.drain();
        assertFalse(callee.paused);
        assertEquals(0, world.timers());
    }

    @Test
    void aCallerThatDoesNotReadForAMinuteLosesTheCall() {
        Invocation invocation = called("receive_progress", true);
        caller.congested = true;
        callee.progress(invocation);
        world.advance(60_000);
        caller.next(Result.class);
        caller.error(Reasons.CANCELED);
        callee.next(Interrupt.class);
        assertFalse(callee.paused);
        callee.progress(invocation);
        callee.nothing();
    }

    @Test
    void aCallerThatLeavesHoldsNobodyUp() {
        Invocation invocation = called("receive_progress", true);
        caller.congested = true;
        callee.progress(invocation);
        caller.session.leave();
        assertFalse(callee.paused);
        callee.next(Interrupt.class);
        assertEquals(0, world.timers());
    }

    @Test
    void aCalleeHeldUpByTwoCallersIsReadWhenBothRead() {
        callee.register("com.p");
        caller.call("com.p", dict("receive_progress", true));
        other.call("com.p", dict("receive_progress", true));
        caller.congested = true;
        other.congested = true;
        callee.progress(invoked(callee));
        callee.progress(invoked(callee));
        caller.drain();
        assertTrue(callee.paused);
        other.drain();
        assertFalse(callee.paused);
    }

    // --- progressive invocations -----------------------------------------------------------------------------------

    private void piece(long request, boolean more, long value) {
        caller.session.receive(
                new Call(request, more ? dict("progress", true) : Dict.EMPTY, "com.p", Payload.of(value)));
    }

    @Test
    void allPiecesGoToOneCalleeUnderOneInvocation() {
        List<Peer> all = share("roundrobin", 2);
        piece(1, true, 1);
        piece(1, true, 2);
        piece(1, false, 3);
        Peer one = all.get(0);
        for (long i = 1; i <= 3; i++) {
            Invocation invocation = invoked(one);
            assertEquals(1, invocation.request());
            assertEquals(i, Peer.arg(invocation.payload()));
            assertEquals(i < 3 ? dict("progress", true) : Dict.EMPTY, invocation.details());
        }
        all.get(1).nothing();
        one.session.receive(new Yield(1, Dict.EMPTY, Payload.EMPTY));
        caller.next(Result.class);
    }

    @Test
    void theCalleeMayEndTheStreamBeforeTheCaller() {
        callee.register("com.p");
        piece(1, true, 1);
        callee.result(invoked(callee));
        caller.next(Result.class);
        piece(1, true, 2);
        piece(1, false, 3);
        callee.nothing();
        caller.nothing();
        piece(2, false, 4);
        invoked(callee);
    }

    @Test
    void aSecondCallUnderTheIdOfARunningOneIsDiscarded() {
        callee.register("com.p");
        piece(1, false, 1);
        piece(1, false, 2);
        invoked(callee);
        callee.nothing();
        caller.nothing();
    }

    @Test
    void whatComesUnderTheIdOfAFinishedStreamIsDiscarded() {
        callee.register("com.p");
        piece(1, true, 1);
        callee.result(invoked(callee), "enough");
        caller.next(Result.class);
        piece(1, false, 2);
        callee.nothing();
        caller.nothing();
    }

    @Test
    void progressiveInvocationsMustBeAnnounced() {
        Peer without = plain();
        assertThrows(ProtocolViolation.class, () -> without.call("com.p", dict("progress", true)));
    }

    @Test
    void progressiveInvocationsNeedACalleeThatCanTakeThem() {
        plain().register("com.p");
        piece(1, true, 1);
        caller.error(Reasons.FEATURE_NOT_SUPPORTED);
        piece(1, false, 2);
        caller.nothing();
        assertTrue(caller.session.calls.isEmpty());
    }

    @Test
    void aProgressiveInvocationThatWouldHaveToWaitIsRefused() {
        callee.register("com.p", "concurrency", 1L);
        piece(1, false, 1);
        piece(2, true, 2);
        assertEquals(2, caller.error(Reasons.MAX_CONCURRENCY_REACHED).request());
        piece(2, false, 3);
        caller.nothing();
    }

    // --- someone goes away -----------------------------------------------------------------------------------------

    @Test
    void aCalleeThatLeavesEndsItsCalls() {
        called("timeout", 100L);
        callee.session.leave();
        assertEquals("callee gone", Peer.arg(caller.error(Reasons.CANCELED).payload()));
        assertEquals(0, world.timers());
        caller.call("com.p");
        caller.error(Reasons.NO_SUCH_PROCEDURE);
    }

    @Test
    void aCalleeThatLeavesAfterKillEndsItsCallsToo() {
        called();
        caller.cancel(1, "mode", "kill");
        callee.session.leave();
        caller.error(Reasons.CANCELED);
    }

    @Test
    void aCallerThatLeavesInterruptsEveryCallOfIts() {
        Invocation invocation = called();
        Peer without = plain();
        without.register("com.q");
        caller.call("com.q");
        invoked(without);
        caller.session.leave();
        assertEquals(invocation.request(), callee.next(Interrupt.class).request());
        without.nothing();
        callee.result(invocation);
        callee.nothing();
    }

    @Test
    void nothingOfAnEndedCallIsKeptForACalleeThatNeverAnswers() {
        callee.register("com.p");
        for (int i = 0; i < 100; i++) {
            caller.cancel(caller.call("com.p"), "mode", "skip");
        }
        assertTrue(callee.session.invocations.isEmpty());
        assertTrue(caller.session.calls.isEmpty());
    }

    // --- passthru --------------------------------------------------------------------------------------------------

    @Test
    void passthruIsCarriedBothWays() {
        Invocation invocation = called("ppt_scheme", "x_a", "ppt_cipher", "aes256gcm");
        assertEquals(dict("ppt_scheme", "x_a", "ppt_cipher", "aes256gcm"), invocation.details());
        callee.session.receive(new Yield(invocation.request(), dict("ppt_scheme", "x_b"), Payload.EMPTY));
        assertEquals(dict("ppt_scheme", "x_b"), caller.next(Result.class).details());
    }

    @Test
    void theOldFormOfPassthruIsCarriedAsWell() {
        assertEquals(
                dict("enc_algo", "cryptobox"), called("enc_algo", "cryptobox").details());
    }

    @Test
    void passthruOfASenderWithoutTheFeatureIsAViolation() {
        Peer without = plain();
        callee.register("com.p");
        assertThrows(ProtocolViolation.class, () -> without.call("com.p", dict("ppt_scheme", "x_a")));
        without.register("com.q");
        caller.call("com.q");
        Invocation invocation = invoked(without);
        assertThrows(
                ProtocolViolation.class,
                () -> without.session.receive(
                        new Yield(invocation.request(), dict("ppt_scheme", "x_a"), Payload.EMPTY)));
    }

    @Test
    void passthruToAPeerWithoutTheFeatureIsAnErrorToTheCaller() {
        Peer without = plain();
        without.register("com.q");
        caller.call("com.q", dict("ppt_scheme", "x_a"));
        caller.error(Reasons.FEATURE_NOT_SUPPORTED);
        callee.register("com.p");
        without.call("com.p");
        Invocation invocation = invoked(callee);
        callee.session.receive(new Yield(invocation.request(), dict("ppt_scheme", "x_a"), Payload.EMPTY));
        without.error(Reasons.FEATURE_NOT_SUPPORTED);
    }

    // --- further rules ---------------------------------------------------------------------------------------------

    @Test
    void registeredComesBeforeTheFirstInvocation() {
        caller.call("com.p");
        caller.error(Reasons.NO_SUCH_PROCEDURE);
        callee.registerLater("com.p");
        caller.call("com.p");
        callee.next(Message.Registered.class);
        invoked(callee);
    }

    @Test
    void registerIsCheckedForUriThenReservedThenDisclosureThenPolicy() {
        realm(RealmOptions.DEFAULT.withDisclosure(false));
        Peer a = peer();
        Peer b = peer();
        a.register("com.p");
        b.registerLater("com..p", "disclose_caller", true);
        b.error(Reasons.INVALID_URI);
        b.registerLater("wamp.p", "disclose_caller", true);
        b.error(Reasons.INVALID_URI);
        b.registerLater("com.p", "disclose_caller", true);
        b.error(Reasons.DISCLOSE_ME_DISALLOWED);
        b.registerLater("com.p");
        b.error(Reasons.PROCEDURE_ALREADY_EXISTS);
    }

    @Test
    void anErrorOfTheRouterHasEmptyDetailsAndOneText() {
        caller.call("com.nothing");
        ErrorMessage error = caller.error(Reasons.NO_SUCH_PROCEDURE);
        assertEquals(Dict.EMPTY, error.details());
        assertTrue(Peer.arg(error.payload()) instanceof String);
    }

    private static Dict roles(java.util.Map<String, Object> callee) {
        return dict("roles", java.util.Map.of("callee", callee));
    }

    @Test
    void bothSpellingsOfCallCancelingAreUnderstoodAndFalseIsAbsence() {
        for (Object announced : new Object[] {"call_canceling", "call_cancelling"}) {
            Peer one = peer("x", "user", roles(Peer.features((String) announced)));
            assertTrue(one.session.features.calleeCanceling());
        }
        Dict no = roles(java.util.Map.of("features", java.util.Map.of("call_canceling", false)));
        assertFalse(peer("x", "user", no).session.features.calleeCanceling());
    }

    @Test
    void unknownOptionsOfACallAreIgnoredAndTheTransactionHashIsForwarded() {
        Invocation invocation = called("runmode", "partition", "rkey", 7L, "_my_own", true, "transaction_hash", "0xAB");
        assertEquals("0xAB", invocation.details().get("transaction_hash"));
        assertEquals(true, invocation.details().get("_my_own"), "of an implementation's own, as are all that begin so");
        for (String key : List.of("runmode", "rkey")) {
            assertFalse(invocation.details().has(key), key);
        }
    }

    @Test
    void requestIdsMustBeSequentialWhereTheRealmIsStrict() {
        realm(RealmOptions.DEFAULT.withStrictRequestIds(true));
        Peer a = peer();
        a.subscribe("com.x");
        long registration = a.register("com.p");
        a.call("com.p");
        a.result(invoked(a)); // answers have the router's ids
        a.next(Result.class);
        long progressive = a.call("com.p", dict("progress", true));
        a.session.receive(new Call(progressive, Dict.EMPTY, "com.p", Payload.EMPTY)); // the same call goes on
        a.session.receive(new Unregister(a.request(), registration));
        for (long wrong : new long[] {a.lastRequest + 2, a.lastRequest, 1}) {
            assertThrows(
                    ProtocolViolation.class,
                    () -> a.session.receive(new Message.Publish(wrong, Dict.EMPTY, "com.x", Payload.EMPTY)));
        }
    }
}
