package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.wamp.client.auth.Authenticator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Joining, leaving, and what a router must not do. */
@Timeout(20)
class SessionTest {
    private final ScriptedRouter router = new ScriptedRouter();

    @AfterEach
    void stop() {
        router.close();
    }

    private WampException joinFailure(CompletableFuture<WampClient> joining) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> joining.get(5, TimeUnit.SECONDS));
        return assertInstanceOf(ConnectException.class, e.getCause());
    }

    @Test
    void helloNamesRealmRolesAndFeatures() throws Exception {
        var _ = WampClient.open(router.settings());
        Message.Hello hello = router.expect(Message.Hello.class);
        assertEquals("realm1", hello.realm());
        assertEquals(
                java.util.Set.of("caller", "callee", "publisher", "subscriber"),
                hello.details().dict("roles").asMap().keySet());
        Dict callee = hello.details().dict("roles").dict("callee").dict("features");
        assertTrue(callee.flag("progressive_call_invocations"));
        assertFalse(hello.details().has("authmethods"));
        assertFalse(hello.details().has("authid"));
    }

    @Test
    void welcomeOpensTheSession() throws Exception {
        CompletableFuture<WampClient> joining = WampClient.open(router.settings());
        router.expect(Message.Hello.class);
        router.say(new Message.Welcome(
                9, Dict.of("authid", "alice").with("authrole", "user").with("realm", "real")));
        SessionInfo info = joining.get(5, TimeUnit.SECONDS).session();
        assertEquals(9, info.id());
        assertEquals("alice", info.authid());
        assertEquals("user", info.authrole());
        assertEquals("real", info.realm());
        assertNull(info.authprovider());
    }

    @Test
    void abortFailsTheJoinWithItsReasonTextAndDetails() throws Exception {
        CompletableFuture<WampClient> joining = WampClient.open(router.settings());
        router.expect(Message.Hello.class);
        router.say(new Message.Abort(Dict.of("message", "no realm1 here"), Reasons.NO_SUCH_REALM, Payload.EMPTY));
        WampException e = joinFailure(joining);
        assertEquals(Reasons.NO_SUCH_REALM, e.uri());
        assertEquals("wamp.error.no_such_realm: no realm1 here", e.getMessage());
    }

    @Test
    void unreachableRouterFailsTheJoinWithTheCause() {
        router.refusal = new io.polywire.net.NetException("nobody is there");
        WampException e = assertThrows(ConnectException.class, () -> WampClient.connect(router.settings()));
        assertEquals(Reasons.NETWORK_FAILURE, e.uri());
        assertEquals("wamp.error.network_failure: nobody is there", e.getMessage());
        assertEquals(router.refusal, e.getCause());
    }

    @Test
    void lostConnectionFailsTheJoin() throws Exception {
        CompletableFuture<WampClient> joining = WampClient.open(router.settings());
        router.expect(Message.Hello.class);
        router.drop();
        assertEquals(Reasons.NETWORK_FAILURE, joinFailure(joining).uri());
    }

    @Test
    void routerThatDoesNotAnswerHelloFailsTheJoinInTime() throws Exception {
        CompletableFuture<WampClient> joining = WampClient.open(router.settings());
        router.expect(Message.Hello.class);
        router.fire(Duration.ofSeconds(10));
        assertEquals(Reasons.TIMEOUT, joinFailure(joining).uri());
        assertEquals("1000 the router did not answer HELLO in time", router.ends.poll(5, TimeUnit.SECONDS));
    }

    @Test
    void otherMessageThanWelcomeIsAViolation() throws Exception {
        CompletableFuture<WampClient> joining = WampClient.open(router.settings());
        router.expect(Message.Hello.class);
        router.say(new Message.Result(1, Dict.EMPTY, Payload.EMPTY));
        Message.Abort abort = router.expect(Message.Abort.class);
        assertEquals(Reasons.PROTOCOL_VIOLATION, abort.reason());
        assertEquals(
                "WELCOME, CHALLENGE or ABORT must come first, not RESULT",
                abort.details().string("message"));
        assertEquals(Reasons.PROTOCOL_VIOLATION, joinFailure(joining).uri());
    }

    @Test
    void challengeForAMethodNotOfferedIsAViolation() throws Exception {
        CompletableFuture<WampClient> joining = WampClient.open(router.settings());
        router.expect(Message.Hello.class);
        router.say(new Message.Challenge("ticket", Dict.EMPTY));
        assertEquals(
                Reasons.PROTOCOL_VIOLATION, router.expect(Message.Abort.class).reason());
        assertEquals(Reasons.PROTOCOL_VIOLATION, joinFailure(joining).uri());
    }

    @Test
    void helloOffersTheMethodsInOrderAndWhatTheyNeed() throws Exception {
        var _ = WampClient.open(router.settings()
                .withAuth("alice", Authenticator.scram("pw"), Authenticator.ticket("t"))
                .withAuthextra(Map.of("more", 1)));
        Dict details = router.expect(Message.Hello.class).details();
        assertEquals("alice", details.string("authid"));
        assertEquals(List.of("wamp-scram", "scram", "ticket"), details.list("authmethods"));
        assertEquals(1L, details.dict("authextra").get("more"));
        assertTrue(details.dict("authextra").string("nonce") != null);
    }

    @Test
    void challengeIsAnsweredByItsMethod() throws Exception {
        CompletableFuture<WampClient> joining = WampClient.open(
                router.settings().withAuth("alice", Authenticator.scram("pw"), Authenticator.ticket("secret")));
        router.expect(Message.Hello.class);
        router.say(new Message.Challenge("ticket", Dict.EMPTY));
        assertEquals("secret", router.expect(Message.Authenticate.class).signature());
        router.say(new Message.Welcome(4, Dict.EMPTY));
        assertEquals(4, joining.get(5, TimeUnit.SECONDS).session().id());
    }

    @Test
    void secondChallengeIsAViolation() throws Exception {
        CompletableFuture<WampClient> joining =
                WampClient.open(router.settings().withAuth("alice", Authenticator.ticket("secret")));
        router.expect(Message.Hello.class);
        router.say(new Message.Challenge("ticket", Dict.EMPTY));
        router.expect(Message.Authenticate.class);
        router.say(new Message.Challenge("ticket", Dict.EMPTY));
        assertEquals(
                Reasons.PROTOCOL_VIOLATION, router.expect(Message.Abort.class).reason());
        assertEquals(Reasons.PROTOCOL_VIOLATION, joinFailure(joining).uri());
    }

    @Test
    void challengeThatCannotBeAnsweredIsToldToBothSides() throws Exception {
        CompletableFuture<WampClient> joining =
                WampClient.open(router.settings().withAuth("alice", Authenticator.wampcra("secret")));
        router.expect(Message.Hello.class);
        router.say(new Message.Challenge("wampcra", Dict.EMPTY));
        assertEquals(
                Reasons.AUTHENTICATION_FAILED,
                router.expect(Message.Abort.class).reason());
        WampException e = joinFailure(joining);
        assertEquals("wamp.error.authentication_failed: the challenge has no challenge", e.getMessage());
    }

    @Test
    void routerThatCannotProveItselfIsRefused() throws Exception {
        CompletableFuture<WampClient> joining =
                WampClient.open(router.settings().withAuth("alice", Authenticator.scram("pw")));
        String nonce = String.valueOf(
                router.expect(Message.Hello.class).details().dict("authextra").get("nonce"));
        router.say(new Message.Challenge(
                "scram",
                Dict.of("nonce", nonce + "more")
                        .with("salt", "AAAA")
                        .with("kdf", "pbkdf2")
                        .with("iterations", 10L)));
        router.expect(Message.Authenticate.class);
        router.say(new Message.Welcome(4, Dict.of("authextra", Map.of("verifier", "AAAA"))));
        assertEquals(
                Reasons.AUTHENTICATION_FAILED,
                router.expect(Message.Abort.class).reason());
        assertEquals(Reasons.AUTHENTICATION_FAILED, joinFailure(joining).uri());
    }

    @Test
    void closeSaysGoodbyeAndWaitsForTheAnswer() throws Exception {
        WampClient client = router.client();
        Thread closing = Thread.startVirtualThread(client::close);
        assertEquals(Reasons.CLOSE_REALM, router.expect(Message.Goodbye.class).reason());
        assertTrue(closing.isAlive());
        router.say(new Message.Goodbye(Dict.EMPTY, Reasons.GOODBYE_AND_OUT));
        closing.join();
        assertEquals("1000 ", router.ends.poll(5, TimeUnit.SECONDS));
        assertFalse(client.isConnected());
        client.close();
        assertTrue(router.sent.isEmpty());
    }

    @Test
    void closeDoesNotWaitForEver() throws Exception {
        WampClient client = router.client();
        Thread closing = Thread.startVirtualThread(client::close);
        router.expect(Message.Goodbye.class);
        router.fire(Duration.ofSeconds(2));
        closing.join();
        assertEquals("1000 no answer to GOODBYE", router.ends.poll(5, TimeUnit.SECONDS));
    }

    @Test
    void closeFailsWhatIsUnderWayAtOnce() throws Exception {
        WampClient client = router.client();
        PendingCall call = client.call("a.b");
        router.expect(Message.Call.class);
        Thread closing = Thread.startVirtualThread(client::close);
        SessionClosedException e = assertThrows(SessionClosedException.class, call::await);
        assertEquals(Reasons.CLOSE_REALM, e.uri());
        router.expect(Message.Goodbye.class);
        // What the router sends before its GOODBYE counts no more.
        router.say(new Message.Result(1, Dict.EMPTY, Payload.EMPTY));
        router.say(new Message.Goodbye(Dict.EMPTY, Reasons.GOODBYE_AND_OUT));
        closing.join();
        assertThrows(SessionClosedException.class, () -> client.call("a.b").await());
    }

    @Test
    void goodbyeOfTheRouterIsAnsweredAndEndsEverything() throws Exception {
        WampClient client = router.client();
        PendingCall call = client.call("a.b");
        router.expect(Message.Call.class);
        router.say(new Message.Goodbye(Dict.of("message", "out"), Reasons.KILLED));
        assertEquals(
                Reasons.GOODBYE_AND_OUT, router.expect(Message.Goodbye.class).reason());
        SessionClosedException e = assertThrows(SessionClosedException.class, call::await);
        assertEquals("wamp.close.killed: out", e.getMessage());
    }

    @Test
    void lostConnectionFailsEverythingAtOnce() throws Exception {
        WampClient client = router.client();
        PendingCall call = client.call("a.b");
        Pending<Registration> register = client.register("a.c", i -> null);
        Pending<Subscription> subscribe = client.subscribe("a.d", i -> {});
        router.expect(Message.Call.class);
        router.drop();
        for (Pending<?> p : List.of(call, register, subscribe)) {
            SessionClosedException e = assertThrows(SessionClosedException.class, p::await);
            assertEquals("wamp.error.network_failure: connection lost: pulled the plug", e.getMessage());
        }
    }

    @Test
    void abortOfTheRouterEndsEverything() throws Exception {
        WampClient client = router.client();
        PendingCall call = client.call("a.b");
        router.expect(Message.Call.class);
        router.say(new Message.Abort(Dict.of("message", "you"), Reasons.PROTOCOL_VIOLATION, Payload.EMPTY));
        assertEquals(
                "wamp.error.protocol_violation: you",
                assertThrows(SessionClosedException.class, call::await).getMessage());
    }

    @Test
    void exceptionHasTheStackOfTheThreadThatWaited() throws Exception {
        WampClient client = router.client();
        PendingCall call = client.call("a.b");
        router.error(Message.Call.CODE, router.expect(Message.Call.class).request(), "x.y");
        CallException e = assertThrows(CallException.class, call::await);
        assertTrue(List.of(e.getStackTrace()).stream()
                .anyMatch(f -> f.getClassName().equals(SessionTest.class.getName())));
    }

    @Test
    void whatARouterMustNotSendIsAViolation() throws Exception {
        List<Message> wrong = List.of(
                new Message.Hello("r", Dict.EMPTY),
                new Message.Welcome(1, Dict.EMPTY),
                new Message.Challenge("ticket", Dict.EMPTY),
                new Message.Authenticate("", Dict.EMPTY),
                new Message.Publish(1, Dict.EMPTY, "a", Payload.EMPTY),
                new Message.Subscribe(1, Dict.EMPTY, "a"),
                new Message.Unsubscribe(1, 1),
                new Message.Call(1, Dict.EMPTY, "a", Payload.EMPTY),
                new Message.Cancel(1, Dict.EMPTY),
                new Message.Register(1, Dict.EMPTY, "a"),
                new Message.Unregister(1, 1),
                new Message.Yield(1, Dict.EMPTY, Payload.EMPTY),
                // Answers to nothing.
                new Message.Published(5, 1),
                new Message.Subscribed(5, 1),
                new Message.Unsubscribed(5, Dict.EMPTY),
                new Message.Registered(5, 1),
                new Message.Unregistered(5, Dict.EMPTY),
                new Message.Result(5, Dict.EMPTY, Payload.EMPTY),
                new Message.ErrorMessage(Message.Call.CODE, 5, Dict.EMPTY, "x", Payload.EMPTY),
                new Message.ErrorMessage(Message.Register.CODE, 5, Dict.EMPTY, "x", Payload.EMPTY),
                new Message.ErrorMessage(99, 1, Dict.EMPTY, "x", Payload.EMPTY),
                // An answer of the wrong type.
                new Message.Registered(1, 1),
                // Nothing was registered or subscribed to.
                new Message.Event(1, 1, Dict.EMPTY, Payload.EMPTY),
                new Message.Invocation(1, 1, Dict.EMPTY, Payload.EMPTY));
        for (Message message : wrong) {
            WampClient client = router.client();
            PendingCall call = client.call("a.b");
            router.expect(Message.Call.class);
            router.say(message);
            Message.Abort abort = router.expect(Message.Abort.class);
            assertEquals(Reasons.PROTOCOL_VIOLATION, abort.reason(), message.toString());
            SessionClosedException e = assertThrows(SessionClosedException.class, call::await, message.toString());
            assertEquals(Reasons.PROTOCOL_VIOLATION, e.uri());
            String end = router.ends.poll(5, TimeUnit.SECONDS);
            assertTrue(end != null && end.startsWith("1002 the router broke the protocol: "), end);
        }
    }

    @Test
    void undecodableMessageIsAViolation() throws Exception {
        WampClient client = router.client();
        router.sayGarbage("a message must be a list");
        assertEquals(
                "a message must be a list",
                router.expect(Message.Abort.class).details().string("message"));
        router.settle();
        assertFalse(client.isConnected());
    }

    @Test
    void requestIdsAreSequentialOverAllOperations() throws Exception {
        WampClient client = router.client();
        client.call("a.b");
        client.publish("a.c");
        client.register("a.d", i -> null);
        client.subscribe("a.e", i -> {});
        assertEquals(1, router.expect(Message.Call.class).request());
        assertEquals(2, router.expect(Message.Publish.class).request());
        assertEquals(3, router.expect(Message.Register.class).request());
        assertEquals(4, router.expect(Message.Subscribe.class).request());
    }

    @Test
    void routerThatDoesNotAnswerARequestFailsIt() throws Exception {
        WampClient client = router.client();
        Pending<Subscription> pending = client.subscribe("a.b", e -> {});
        long id = router.expect(Message.Subscribe.class).request();
        router.settle();
        router.fire(Duration.ofSeconds(1));
        assertEquals(
                Reasons.TIMEOUT,
                assertThrows(WampException.class, pending::await).uri());
        // The answer may still come; what nobody waits for any more is given back.
        router.say(new Message.Subscribed(id, 3));
        assertEquals(3, router.expect(Message.Unsubscribe.class).subscription());
        assertTrue(client.isConnected());
    }

    @Test
    void malformedUriIsRefusedBeforeItIsSent() throws Exception {
        WampClient client = router.client();
        for (String uri : List.of("", "a..b", "a b", "a#b", ".a")) {
            assertEquals(
                    Reasons.INVALID_URI,
                    assertThrows(WampException.class, () -> client.call(uri)).uri());
            assertThrows(WampException.class, () -> client.publish(uri));
            assertThrows(WampException.class, () -> client.subscribe(uri, e -> {}));
        }
        assertTrue(router.sent.isEmpty());
    }

    @Test
    void messageOverTheLimitFailsOnlyItsRequest() throws Exception {
        WampClient client = router.client();
        router.messageLimit = 1000;
        WampException e = assertThrows(
                WampException.class, () -> client.call("a.b", new byte[1000]).await());
        assertEquals(Reasons.PAYLOAD_SIZE_EXCEEDED, e.uri());
        assertThrows(
                WampException.class, () -> client.publish("a.b", new byte[1000]).await());
        client.call("a.b", 1);
        router.expect(Message.Call.class);
    }

    @Test
    void senderWaitsWhileTheSendQueueIsFull() throws Exception {
        WampClient client = router.client(router.settings().withQueues(1000, 1000));
        router.queued = 2000;
        Thread publishing = Thread.startVirtualThread(() -> client.publish("a.b"));
        // It is let in only when the queue is shorter.
        assertNull(router.sent.poll(50, TimeUnit.MILLISECONDS));
        router.queued = 0;
        router.expect(Message.Publish.class);
        publishing.join();
    }

    @Test
    void argumentsTravelAsTheyWereGiven() throws Exception {
        WampClient client = router.client();
        client.call(
                "a.b", Arguments.of(1, "x", null, List.of(true), new byte[] {1}).with("k", Map.of("n", 1.5)));
        Message.Call call = router.expect(Message.Call.class);
        Arguments got = new Arguments(call.payload(), Dict.EMPTY);
        assertEquals(1, got.integer(0));
        assertEquals("x", got.string(1));
        assertNull(got.get(2));
        assertEquals(List.of(true), got.get(3));
        assertEquals(1, got.bytes(4)[0]);
        assertEquals(Map.of("n", 1.5), got.get("k"));
    }

    @Test
    void emptyArgumentsAreLeftOut() throws Exception {
        WampClient client = router.client();
        client.call("a.b");
        assertEquals(0, router.expect(Message.Call.class).payload().elements());
        client.call("a.b", 1);
        assertEquals(1, router.expect(Message.Call.class).payload().elements());
        client.call("a.b", Arguments.NONE.with("k", 1));
        assertEquals(2, router.expect(Message.Call.class).payload().elements());
    }

    @Test
    void whatCannotBeSentIsRefusedToTheCaller() throws Exception {
        WampClient client = router.client();
        Object deep = 1;
        for (int i = 0; i < 70; i++) {
            deep = List.of(deep);
        }
        Object tooDeep = deep;
        assertThrows(IllegalArgumentException.class, () -> client.call("a.b", tooDeep));
        assertThrows(IllegalArgumentException.class, () -> client.call("a.b", Map.of(1, 2)));
        assertTrue(router.sent.isEmpty());
    }
}
