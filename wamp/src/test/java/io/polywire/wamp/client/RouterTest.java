package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.model.Invoke;
import io.polywire.model.Match;
import io.polywire.model.Reasons;
import io.polywire.router.Identity;
import io.polywire.wamp.client.auth.Authenticator;
import io.polywire.wamp.door.Admission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every operation against a real router. */
@Timeout(60)
class RouterTest {
    private final TestRouter router = TestRouter.start();
    private WampClient one;
    private WampClient two;

    @BeforeEach
    void connect() {
        one = WampClient.connect(router.uri("tcp"), "realm1");
        two = WampClient.connect(router.uri("ws"), "realm1");
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        router.close();
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T item = queue.poll(10, TimeUnit.SECONDS);
        assertNotNull(item);
        return item;
    }

    @Test
    void welcomeTellsWhoWeAre() {
        assertNotEquals(one.session().id(), two.session().id());
        assertEquals("anonymous", one.session().authrole());
        assertEquals("anonymous", one.session().authmethod());
        assertEquals("realm1", one.session().realm());
        assertTrue(one.session().has("dealer", "call_canceling"));
    }

    @Test
    void manyCallsAtOnceAllGetTheirOwnResult() throws Exception {
        one.register("m.square", call -> call.integer(0) * call.integer(0)).await();
        List<PendingCall> calls = new ArrayList<>();
        for (long i = 0; i < 5000; i++) {
            calls.add(two.call("m.square", i));
        }
        for (int i = 0; i < 5000; i++) {
            assertEquals((long) i * i, calls.get(i).await().integer(0));
        }
    }

    @Test
    void burstOfEventsIsReceivedWholeAndInOrder() throws Exception {
        BlockingQueue<Long> got = new LinkedBlockingQueue<>();
        one.subscribe("t.x", e -> got.add(e.integer(0))).await();
        for (long i = 0; i < 5000; i++) {
            two.publish("t.x", i);
        }
        for (long i = 0; i < 5000; i++) {
            assertEquals(i, next(got));
        }
    }

    @Test
    void handlerMayCallBack() {
        one.register("m.outer", call -> one.call("m.inner", call).await()).await();
        two.register("m.inner", call -> call.string(0) + "!").await();
        assertEquals("hi!", two.call("m.outer", "hi").await().string(0));
    }

    @Test
    void patternsTellWhatMatched() throws Exception {
        one.register("p.", RegisterOptions.DEFAULT.withMatch(Match.PREFIX), Invocation::procedure)
                .await();
        one.register("w..z", RegisterOptions.DEFAULT.withMatch(Match.WILDCARD), Invocation::procedure)
                .await();
        assertEquals("p.a.b", two.call("p.a.b").await().string(0));
        assertEquals("w.y.z", two.call("w.y.z").await().string(0));
        BlockingQueue<String> topics = new LinkedBlockingQueue<>();
        one.subscribe("t.", SubscribeOptions.DEFAULT.withMatch(Match.PREFIX), e -> topics.add(e.topic()))
                .await();
        two.publish("t.q");
        assertEquals("t.q", next(topics));
    }

    @Test
    void sharedRegistrationTakesTurns() {
        RegisterOptions shared = RegisterOptions.DEFAULT.withInvoke(Invoke.ROUNDROBIN);
        one.register("s.x", shared, call -> "one").await();
        two.register("s.x", shared, call -> "two").await();
        String first = one.call("s.x").await().string(0);
        String second = one.call("s.x").await().string(0);
        assertNotEquals(first, second);
    }

    @Test
    void progressiveResultsArriveInOrder() {
        one.register("m.count", call -> {
                    for (long i = 0; i < call.integer(0); i++) {
                        call.progress(i);
                    }
                    return "done";
                })
                .await();
        List<Long> got = new ArrayList<>();
        Result end = two.call("m.count", CallOptions.DEFAULT.withProgress(r -> got.add(r.integer(0))), 1000)
                .await();
        assertEquals("done", end.string(0));
        assertEquals(1000, got.size());
        assertEquals(got.stream().sorted().toList(), got);
    }

    @Test
    void piecesOfACallReachTheCallee() {
        one.register("m.sum", call -> {
                    long sum = 0;
                    for (Arguments piece : call.pieces()) {
                        sum += piece.integer(0);
                    }
                    return sum;
                })
                .await();
        CallStream stream = two.open("m.sum", CallOptions.DEFAULT, 1);
        for (int i = 2; i < 100; i++) {
            stream.send(i);
        }
        assertEquals(5050, stream.finish(100).await().integer(0));
    }

    @Test
    void cancelInterruptsTheCallee() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        one.register("m.sleep", call -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return null;
                })
                .await();
        for (CancelMode mode : List.of(CancelMode.KILL, CancelMode.KILLNOWAIT)) {
            PendingCall call = two.call("m.sleep");
            running.await();
            call.cancel(mode);
            assertEquals(
                    Reasons.CANCELED,
                    assertThrows(CallException.class, call::await).uri());
            interrupted.await();
        }
    }

    @Test
    void timeoutEndsTheCallAndInterruptsTheCallee() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(2);
        ProcedureHandler sleeper = call -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return null;
        };
        one.register("m.router", sleeper).await();
        one.register("m.here", RegisterOptions.DEFAULT.withForwardTimeout(), sleeper)
                .await();
        CallOptions brief = CallOptions.DEFAULT.withTimeout(Duration.ofMillis(50));
        for (String procedure : List.of("m.router", "m.here")) {
            CallException e = assertThrows(
                    CallException.class, () -> two.call(procedure, brief).await());
            assertEquals(Reasons.TIMEOUT, e.uri());
        }
        assertTrue(interrupted.await(10, TimeUnit.SECONDS));
    }

    @Test
    void disclosureTellsCallerAndPublisher() throws Exception {
        one.register("m.who", call -> call.caller()).await();
        assertEquals(0, two.call("m.who").await().integer(0));
        assertEquals(
                two.session().id(),
                two.call("m.who", CallOptions.DEFAULT.withDiscloseMe()).await().integer(0));
        BlockingQueue<Long> publishers = new LinkedBlockingQueue<>();
        one.subscribe("t.who", e -> publishers.add(e.publisher())).await();
        two.publish("t.who", PublishOptions.DEFAULT.withDiscloseMe());
        assertEquals(two.session().id(), next(publishers));
    }

    @Test
    void listsPickTheReceivers() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        one.subscribe("t.l", e -> got.add("one " + e.get(0))).await();
        two.subscribe("t.l", e -> got.add("two " + e.get(0))).await();
        PublishOptions all = PublishOptions.ACKNOWLEDGED.withExcludeMe(false);
        var lists = PublishOptions.Receivers.ALL;
        two.publish("t.l", all.withReceivers(lists.withEligible(List.of())), 1).await();
        two.publish(
                        "t.l",
                        all.withReceivers(
                                lists.withEligible(List.of(one.session().id()))),
                        2)
                .await();
        two.publish(
                        "t.l",
                        all.withReceivers(
                                lists.withExclude(List.of(one.session().id()))),
                        3)
                .await();
        Set<String> both = new HashSet<>();
        both.add(next(got));
        both.add(next(got));
        assertEquals(Set.of("one 2", "two 3"), both);
        assertTrue(got.isEmpty());
    }

    @Test
    void retainedEventComesToLateSubscribers() throws Exception {
        two.publish("t.kept", PublishOptions.ACKNOWLEDGED.withRetain(), "kept").await();
        BlockingQueue<Event> got = new LinkedBlockingQueue<>();
        one.subscribe("t.kept", SubscribeOptions.DEFAULT.withRetained(), got::add)
                .await();
        Event event = next(got);
        assertEquals("kept", event.string(0));
        assertTrue(event.isRetained());
    }

    @Test
    void passthruReachesTheOtherEnd() {
        one.register("m.ppt", call -> call.string(0) + call.details().get("ppt_scheme"))
                .await();
        assertEquals(
                "xwamp",
                two.call("m.ppt", CallOptions.DEFAULT.withPassthru(Passthru.CBOR), "x")
                        .await()
                        .string(0));
    }

    @Test
    void unregisteredAndUnsubscribedIsOver() throws Exception {
        Registration registration = one.register("m.x", call -> 1).await();
        two.call("m.x").await();
        registration.unregister().await();
        assertEquals(
                Reasons.NO_SUCH_PROCEDURE,
                assertThrows(CallException.class, () -> two.call("m.x").await()).uri());
        BlockingQueue<Event> got = new LinkedBlockingQueue<>();
        Subscription subscription = one.subscribe("t.x", got::add).await();
        subscription.unsubscribe().await();
        two.publish("t.x", PublishOptions.ACKNOWLEDGED).await();
        assertNull(one.call("wamp.subscription.lookup", "t.x").await().value());
        assertTrue(got.isEmpty());
    }

    @Test
    void takenProcedureIsAnErrorUnlessForced() throws Exception {
        BlockingQueue<String> lost = new LinkedBlockingQueue<>();
        ClientSettings settings = ClientSettings.of(router.uri("tcp"), "realm1").withListener(new ClientListener() {
            @Override
            public void lost(Registration registration, WampException cause) {
                lost.add(registration.procedure() + " " + cause.uri());
            }
        });
        try (WampClient victim = WampClient.connect(settings)) {
            victim.register("m.x", call -> 1).await();
            assertEquals(
                    Reasons.PROCEDURE_ALREADY_EXISTS,
                    assertThrows(
                                    WampException.class,
                                    () -> two.register("m.x", call -> 2).await())
                            .uri());
            two.register("m.x", RegisterOptions.DEFAULT.withForceReregister(), call -> 2)
                    .await();
            assertEquals("m.x wamp.error.unregistered", next(lost));
            assertEquals(2, one.call("m.x").await().integer(0));
        }
    }

    @Test
    void killedSessionIsClosedForGood() throws Exception {
        BlockingQueue<WampException> closed = new LinkedBlockingQueue<>();
        ClientSettings settings = ClientSettings.of(router.uri("tcp"), "realm1").withListener(new ClientListener() {
            @Override
            public void closed(WampException cause) {
                closed.add(cause);
            }
        });
        try (WampClient victim = WampClient.connect(settings)) {
            one.call("wamp.session.kill", Arguments.of(victim.session().id()).with("message", "bye"))
                    .await();
            WampException cause = next(closed);
            assertEquals("wamp.close.killed: bye", cause.getMessage());
            assertThrows(SessionClosedException.class, () -> victim.call("m.x").await());
        }
    }

    @Test
    void callerThatLeavesInterruptsTheCallee() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        one.register("m.wait", call -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return null;
                })
                .await();
        two.call("m.wait");
        running.await();
        two.close();
        assertTrue(interrupted.await(10, TimeUnit.SECONDS));
    }

    @Test
    void slowSubscriberOfAFastPublisherLosesNothing() throws Exception {
        ClientSettings small = ClientSettings.of(router.uri("tcp"), "realm1").withQueues(20_000, 1 << 20);
        Set<Long> got = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(2000);
        CountDownLatch go = new CountDownLatch(1);
        try (WampClient slow = WampClient.connect(small)) {
            slow.subscribe("t.fast", e -> {
                        go.await();
                        got.add(e.integer(0));
                        all.countDown();
                    })
                    .await();
            byte[] filling = new byte[500];
            for (long i = 0; i < 2000; i++) {
                two.publish("t.fast", i, filling);
            }
            two.call("wamp.session.count").await();
            go.countDown();
            assertTrue(all.await(20, TimeUnit.SECONDS));
            assertEquals(2000, got.size());
        }
    }

    // ------------------------------------------------------------------ authentication over the wire

    private static Admission.Decision admitted(@Nullable Object authid, String method) {
        return new Admission.Admit(new Identity(String.valueOf(authid), "user", method, "test", Map.of()), Map.of());
    }

    /** Asks for a ticket, or for a WAMP-CRA signature of a fixed text. */
    private static Admission.Decision examine(Admission.Applicant applicant) {
        Object authid = applicant.details().get("authid");
        List<?> methods = applicant.details().list("authmethods");
        if (methods != null && methods.contains("wampcra")) {
            // HMAC-SHA256 with the key "secret" of "{}", in base64.
            return new Admission.Ask(
                    "wampcra",
                    Dict.of("challenge", "{}"),
                    a -> a.signature().equals("dzJZAsrKgS3CWXM6rNBGtzgXNyx3e42VtAJkdHRRbhM=")
                            ? admitted(authid, "wampcra")
                            : new Admission.Refuse(Reasons.AUTHENTICATION_DENIED, "wrong"));
        }
        return new Admission.Ask(
                "ticket",
                Dict.EMPTY,
                a -> a.signature().equals("open sesame")
                        ? admitted(authid, "ticket")
                        : new Admission.Refuse(Reasons.AUTHENTICATION_DENIED, "wrong"));
    }

    @Test
    void rightSecretJoinsAndWrongOneIsDenied() {
        try (TestRouter strict = TestRouter.start(0, null, RouterTest::examine)) {
            ClientSettings settings = ClientSettings.of(strict.uri("ws"), "realm1");
            for (Authenticator right : List.of(Authenticator.ticket("open sesame"), Authenticator.wampcra("secret"))) {
                try (WampClient client = WampClient.connect(settings.withAuth("alice", right))) {
                    assertEquals("alice", client.session().authid());
                    assertEquals("user", client.session().authrole());
                    assertEquals(right.method(), client.session().authmethod());
                }
            }
            for (Authenticator wrong : List.of(Authenticator.ticket("hm"), Authenticator.wampcra("hm"))) {
                ConnectException e = assertThrows(
                        ConnectException.class, () -> WampClient.connect(settings.withAuth("alice", wrong)));
                assertEquals(Reasons.AUTHENTICATION_DENIED, e.uri());
            }
        }
    }
}
