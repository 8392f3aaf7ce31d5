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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The role caller. */
@Timeout(20)
class CallerTest {
    record Point(int x, int y) {}

    private final ScriptedRouter router = new ScriptedRouter();
    private WampClient client;

    @BeforeEach
    void join() throws Exception {
        client = router.client();
    }

    @AfterEach
    void stop() {
        router.close();
    }

    private void result(long request, Object... values) {
        router.say(new Message.Result(request, Dict.EMPTY, Payload.of(values)));
    }

    private void progress(long request, Object... values) {
        router.say(new Message.Result(request, Dict.of("progress", true), Payload.of(values)));
    }

    @Test
    void resultCompletesTheCall() throws Exception {
        PendingCall call = client.call("math.add", 2, 3);
        Message.Call sent = router.expect(Message.Call.class);
        assertEquals("math.add", sent.procedure());
        assertTrue(sent.options().isEmpty());
        result(sent.request(), 5L);
        assertEquals(5, call.await().integer(0));
        assertEquals(5L, call.await().value());
        assertTrue(call.isDone());
    }

    @Test
    void resultsMayComeInAnyOrder() throws Exception {
        PendingCall one = client.call("a.b");
        PendingCall two = client.call("a.b");
        long first = router.expect(Message.Call.class).request();
        long second = router.expect(Message.Call.class).request();
        result(second, "two");
        assertEquals("two", two.await().string(0));
        assertFalse(one.isDone());
        result(first, "one");
        assertEquals("one", one.await().string(0));
    }

    @Test
    void errorFailsTheCallWithAllItCarries() throws Exception {
        PendingCall call = client.call("a.b");
        router.say(new Message.ErrorMessage(
                Message.Call.CODE,
                router.expect(Message.Call.class).request(),
                Dict.of("d", 1L),
                "my.error",
                Payload.of(List.of("why"), Map.of("k", 2L))));
        CallException e = assertThrows(CallException.class, call::await);
        assertEquals("my.error", e.uri());
        assertEquals("a.b", e.procedure());
        assertEquals("why", e.arguments().string(0));
        assertEquals(2, e.arguments().integer("k"));
        assertEquals(1L, e.details().get("d"));
        assertEquals("call of a.b: my.error: (why, {k=2})", e.getMessage());
    }

    @Test
    void recordsAreArgumentsAndResults() throws Exception {
        Pending<Point> call = client.call("a.b", new Point(1, 2)).as(Point.class);
        Message.Call sent = router.expect(Message.Call.class);
        assertEquals(Map.of("x", 1L, "y", 2L), new Arguments(sent.payload(), Dict.EMPTY).get(0));
        result(sent.request(), Map.of("x", 3L, "y", 4L, "unknown", true));
        assertEquals(new Point(3, 4), call.await());
    }

    @Test
    void resultThatDoesNotFitSaysWhatIsWrong() throws Exception {
        PendingCall call = client.call("a.b");
        result(router.expect(Message.Call.class).request(), "text");
        Result result = call.await();
        assertEquals(
                "wamp.error.invalid_argument: argument 0 must be an integer, not a string",
                assertThrows(WampException.class, () -> result.integer(0)).getMessage());
        assertEquals(
                "wamp.error.invalid_argument: argument 1 is missing",
                assertThrows(WampException.class, () -> result.string(1)).getMessage());
        assertThrows(WampException.class, () -> result.as(Point.class));
        assertNull(result.get(1));
    }

    @Test
    void optionsStandOnTheWireOnlyWhereTheySaySomething() throws Exception {
        client.call(
                "a.b",
                CallOptions.DEFAULT
                        .withTimeout(Duration.ofSeconds(2))
                        .withDiscloseMe()
                        .withProgress(r -> {})
                        .with("x_more", List.of(1)));
        assertEquals(
                Map.of("timeout", 2000L, "disclose_me", true, "receive_progress", true, "x_more", List.of(1L)),
                router.expect(Message.Call.class).options().asMap());
    }

    @Test
    void progressiveResultsComeInOrderAndBeforeTheEnd() throws Exception {
        List<Long> got = new ArrayList<>();
        CountDownLatch slow = new CountDownLatch(1);
        PendingCall call = client.call("a.b", CallOptions.DEFAULT.withProgress(r -> {
            try {
                slow.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            got.add(r.integer(0));
        }));
        long id = router.expect(Message.Call.class).request();
        for (long i = 0; i < 100; i++) {
            progress(id, i);
        }
        result(id, "end");
        router.settle();
        assertFalse(call.isDone());
        slow.countDown();
        assertEquals("end", call.await().string(0));
        assertEquals(100, got.size());
        assertEquals(got.stream().sorted().toList(), got);
    }

    @Test
    void progressThatWasNotAskedForIsIgnored() throws Exception {
        PendingCall call = client.call("a.b");
        long id = router.expect(Message.Call.class).request();
        progress(id, 1L);
        result(id, "end");
        assertEquals("end", call.await().string(0));
    }

    @Test
    void cancelNamesItsModeAndTheOutcomeIsTheRoutersAnswer() throws Exception {
        PendingCall call = client.call("a.b");
        long id = router.expect(Message.Call.class).request();
        call.cancel(CancelMode.KILL);
        Message.Cancel cancel = router.expect(Message.Cancel.class);
        assertEquals(id, cancel.request());
        assertEquals("kill", cancel.options().string("mode"));
        assertFalse(call.isDone());
        result(id, "still");
        assertEquals("still", call.await().string(0));
        call.cancel();
        router.settle();
        assertTrue(router.sent.isEmpty());
    }

    @Test
    void interruptedWaiterCancelsOnTheWire() throws Exception {
        PendingCall call = client.call("a.b");
        long id = router.expect(Message.Call.class).request();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread waiting = Thread.startVirtualThread(() -> {
            try {
                call.await();
            } catch (WampException e) {
                flag.complete(Thread.currentThread().isInterrupted());
                thrown.complete(e);
            }
        });
        waiting.interrupt();
        assertInstanceOf(CanceledException.class, thrown.get(5, TimeUnit.SECONDS));
        assertTrue(flag.get());
        assertEquals(id, router.expect(Message.Cancel.class).request());
        // The router's answer to the cancel is expected.
        router.error(Message.Call.CODE, id, Reasons.CANCELED);
        router.settle();
        assertTrue(client.isConnected());
    }

    @Test
    void canceledFutureCancelsOnTheWire() throws Exception {
        CompletableFuture<Point> future = client.call("a.b").as(Point.class).future();
        long id = router.expect(Message.Call.class).request();
        future.cancel(true);
        assertEquals(id, router.expect(Message.Cancel.class).request());
    }

    @Test
    void waitingTooLongCancelsOnTheWire() throws Exception {
        PendingCall call = client.call("a.b");
        router.expect(Message.Call.class);
        WampException e = assertThrows(WampException.class, () -> call.await(Duration.ofMillis(1)));
        assertEquals(Reasons.TIMEOUT, e.uri());
        router.expect(Message.Cancel.class);
    }

    @Test
    void stagesOfAFutureMayBlock() throws Exception {
        CompletableFuture<String> both = client.call("a.one")
                .future()
                .thenApply(r -> client.call("a.two").await().string(0));
        result(router.expect(Message.Call.class).request());
        result(router.expect(Message.Call.class).request(), "two");
        assertEquals("two", both.get(5, TimeUnit.SECONDS));
    }

    @Test
    void futureFailsWithTheWampException() throws Exception {
        CompletableFuture<Result> future = client.call("a.b").future();
        router.error(Message.Call.CODE, router.expect(Message.Call.class).request(), "my.error");
        CompletionException e = assertThrows(CompletionException.class, future::join);
        assertEquals(
                "my.error", assertInstanceOf(CallException.class, e.getCause()).uri());
    }

    @Test
    void routerThatMissesTheTimeoutIsHelpedOut() throws Exception {
        PendingCall call = client.call("a.b", CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(2)));
        router.expect(Message.Call.class);
        router.settle();
        router.fire(Duration.ofSeconds(7)); // 5 s of grace, since this router times calls itself
        assertEquals(
                Reasons.TIMEOUT, assertThrows(CallException.class, call::await).uri());
        router.expect(Message.Cancel.class);
    }

    @Test
    void piecesOfACallShareItsId() throws Exception {
        CallStream stream = client.open("a.b", CallOptions.DEFAULT, 1);
        Message.Call first = router.expect(Message.Call.class);
        assertTrue(first.options().flag("progress"));
        stream.send(2);
        Message.Call second = router.expect(Message.Call.class);
        assertEquals(first.request(), second.request());
        assertTrue(second.options().flag("progress"));
        PendingCall call = stream.finish(3);
        Message.Call last = router.expect(Message.Call.class);
        assertEquals(first.request(), last.request());
        assertFalse(last.options().has("progress"));
        result(last.request(), 6L);
        assertEquals(6, call.await().integer(0));
        stream.send(4);
        router.settle();
        assertTrue(router.sent.isEmpty());
    }

    @Test
    void piecesNeedARouterThatTakesThem() throws Exception {
        CompletableFuture<WampClient> joining = WampClient.open(router.settings());
        router.expect(Message.Hello.class);
        router.say(new Message.Welcome(1, Dict.EMPTY));
        WampClient plain = joining.get(5, TimeUnit.SECONDS);
        WampException e = assertThrows(WampException.class, () -> plain.open("a.b", CallOptions.DEFAULT));
        assertEquals(Reasons.FEATURE_NOT_SUPPORTED, e.uri());
    }

    @Test
    void cancelWithoutTheFeatureEndsTheCallHere() throws Exception {
        CompletableFuture<WampClient> joining = WampClient.open(router.settings());
        router.expect(Message.Hello.class);
        router.say(new Message.Welcome(1, Dict.EMPTY));
        PendingCall call = joining.get(5, TimeUnit.SECONDS).call("a.b");
        long id = router.expect(Message.Call.class).request();
        call.cancel();
        assertThrows(CanceledException.class, call::await);
        result(id); // The late answer is expected.
        router.settle();
        assertTrue(router.sent.isEmpty());
    }

    @Test
    void passthruPacksArgumentsIntoOneBinary() throws Exception {
        PendingCall call = client.call(
                "a.b",
                CallOptions.DEFAULT.withPassthru(Passthru.CBOR),
                Arguments.of(1).with("k", 2));
        Message.Call sent = router.expect(Message.Call.class);
        assertEquals("wamp", sent.options().string("ppt_scheme"));
        assertEquals("cbor", sent.options().string("ppt_serializer"));
        Arguments raw = new Arguments(sent.payload(), Dict.EMPTY);
        assertEquals(1, raw.size());
        byte[] packed = raw.bytes(0);
        router.say(new Message.Result(sent.request(), sent.options(), Payload.of((Object) packed)));
        Result result = call.await();
        assertEquals(1, result.integer(0));
        assertEquals(2, result.integer("k"));
        assertThrows(
                IllegalArgumentException.class,
                () -> client.call(
                        "a.b", CallOptions.DEFAULT.withPassthru(new Passthru("wamp", "cbor", "aes256gcm", "k1")), 1));
    }
}
