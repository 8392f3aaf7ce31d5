package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Invoke;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The role callee. */
@Timeout(20)
class CalleeTest {
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

    private Registration register(String uri, RegisterOptions options, ProcedureHandler handler) throws Exception {
        Pending<Registration> pending = client.register(uri, options, handler);
        router.say(new Message.Registered(router.expect(Message.Register.class).request(), 5));
        return pending.await();
    }

    private Registration register(ProcedureHandler handler) throws Exception {
        return register("a.b", RegisterOptions.DEFAULT, handler);
    }

    private void invoke(long request, Dict details, Object... args) {
        router.say(new Message.Invocation(request, 5, details, Payload.of(args)));
    }

    private Arguments yielded() throws Exception {
        return new Arguments(router.expect(Message.Yield.class).payload(), Dict.EMPTY);
    }

    private Message.ErrorMessage failed() throws Exception {
        Message.ErrorMessage error = router.expect(Message.ErrorMessage.class);
        assertEquals(Message.Invocation.CODE, error.requestType());
        return error;
    }

    @Test
    void optionsStandOnTheWireOnlyWhereTheySaySomething() throws Exception {
        client.register("a.b", i -> null);
        assertTrue(router.expect(Message.Register.class).options().isEmpty());
        client.register(
                "a.",
                RegisterOptions.DEFAULT
                        .withMatch(Match.PREFIX)
                        .withInvoke(Invoke.ROUNDROBIN)
                        .withConcurrency(3)
                        .withDiscloseCaller()
                        .withForceReregister()
                        .withForwardTimeout()
                        .withOrdered(),
                i -> null);
        assertEquals(
                Map.of(
                        "match",
                        "prefix",
                        "invoke",
                        "roundrobin",
                        "concurrency",
                        3L,
                        "disclose_caller",
                        true,
                        "force_reregister",
                        true,
                        "forward_timeout",
                        true),
                router.expect(Message.Register.class).options().asMap());
    }

    @Test
    void refusedRegistrationFailsWithTheError() throws Exception {
        Pending<Registration> pending = client.register("a.b", i -> null);
        router.error(
                Message.Register.CODE,
                router.expect(Message.Register.class).request(),
                Reasons.PROCEDURE_ALREADY_EXISTS);
        assertEquals(
                Reasons.PROCEDURE_ALREADY_EXISTS,
                assertThrows(WampException.class, pending::await).uri());
    }

    @Test
    void returnedValueIsYielded() throws Exception {
        Registration r = register(call -> call.integer(0) + call.integer(1));
        assertEquals(5, r.id());
        invoke(1, Dict.EMPTY, 2L, 3L);
        assertEquals(5, yielded().integer(0));
    }

    @Test
    void whatIsReturnedDecidesTheFormOfTheResult() throws Exception {
        BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
        register(call -> answers.poll());
        invoke(1, Dict.EMPTY); // null
        assertTrue(yielded().isEmpty());
        answers.add(Arguments.of(1, 2).with("k", 3));
        invoke(2, Dict.EMPTY);
        assertEquals("(1, 2, {k=3})", yielded().toString());
        answers.add(List.of(1, 2));
        invoke(3, Dict.EMPTY);
        assertEquals("([1, 2])", yielded().toString());
        answers.add(CompletableFuture.completedFuture("later"));
        invoke(4, Dict.EMPTY);
        assertEquals("later", yielded().string(0));
        answers.add(CompletableFuture.failedFuture(new WampException("my.error")));
        invoke(5, Dict.EMPTY);
        assertEquals("my.error", failed().error());
    }

    @Test
    void invocationTellsWhatWasCalledAndByWhom() throws Exception {
        BlockingQueue<Invocation> got = new LinkedBlockingQueue<>();
        register("a.", RegisterOptions.DEFAULT.withMatch(Match.PREFIX), call -> {
            got.add(call);
            return null;
        });
        invoke(1, Dict.of("procedure", "a.x").with("caller", 9L).with("caller_authid", "bob"));
        Invocation call = got.take();
        assertEquals("a.x", call.procedure());
        assertEquals(9, call.caller());
        assertEquals("bob", call.callerAuthid());
        assertFalse(call.wantsProgress());
    }

    @Test
    void thrownErrorsBecomeErrorsWithoutStackTraces() throws Exception {
        BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
        register(call -> {
            throw failures.take();
        });
        failures.add(new WampException("my.error", Arguments.of("x").with("k", 1)));
        invoke(1, Dict.EMPTY);
        Message.ErrorMessage error = failed();
        assertEquals("my.error", error.error());
        assertEquals("(x, {k=1})", new Arguments(error.payload(), Dict.EMPTY).toString());
        failures.add(new IllegalArgumentException("too small"));
        invoke(2, Dict.EMPTY);
        error = failed();
        assertEquals(Reasons.INVALID_ARGUMENT, error.error());
        assertEquals("(too small)", new Arguments(error.payload(), Dict.EMPTY).toString());
        failures.add(new java.io.IOException("disk"));
        invoke(3, Dict.EMPTY);
        error = failed();
        assertEquals("wamp.error.runtime_error", error.error());
        assertEquals("(disk)", new Arguments(error.payload(), Dict.EMPTY).toString());
    }

    @Test
    void wrongArgumentIsAnsweredByName() throws Exception {
        register(call -> call.integer("count"));
        invoke(1, Dict.EMPTY);
        Message.ErrorMessage error = failed();
        assertEquals(Reasons.INVALID_ARGUMENT, error.error());
        assertEquals("(argument count is missing)", new Arguments(error.payload(), Dict.EMPTY).toString());
    }

    @Test
    void resultThatCannotBeSentIsAnError() throws Exception {
        register(call -> Map.of(1, 2));
        invoke(1, Dict.EMPTY);
        assertEquals(Reasons.INVALID_ARGUMENT, failed().error());
    }

    @Test
    void resultOverTheLimitIsAnErrorToTheCaller() throws Exception {
        register(call -> new byte[1000]);
        router.messageLimit = 1000;
        invoke(1, Dict.EMPTY);
        assertEquals(Reasons.PAYLOAD_SIZE_EXCEEDED, failed().error());
    }

    @Test
    void invocationsRunAtOnce() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        register(call -> {
            both.countDown();
            both.await();
            return null;
        });
        invoke(1, Dict.EMPTY);
        invoke(2, Dict.EMPTY);
        yielded();
        yielded();
    }

    @Test
    void orderedInvocationsRunOneAfterTheOther() throws Exception {
        List<Long> got = new ArrayList<>(); // Unsynchronized: only one thread at a time touches it.
        register("a.b", RegisterOptions.DEFAULT.withOrdered(), call -> {
            got.add(call.integer(0));
            return null;
        });
        for (long i = 1; i <= 200; i++) {
            invoke(i, Dict.EMPTY, i);
        }
        for (long i = 1; i <= 200; i++) {
            assertEquals(i, router.expect(Message.Yield.class).request());
        }
        assertEquals(got.stream().sorted().toList(), got);
    }

    @Test
    void progressIsYieldedInOrderWhereItIsWanted() throws Exception {
        register(call -> {
            call.progress(1);
            call.progress(2);
            return 3;
        });
        invoke(1, Dict.of("receive_progress", true));
        for (int i = 1; i <= 3; i++) {
            Message.Yield y = router.expect(Message.Yield.class);
            assertEquals(i, new Arguments(y.payload(), Dict.EMPTY).integer(0));
            assertEquals(i < 3, y.options().flag("progress"));
        }
        invoke(2, Dict.EMPTY);
        assertFalse(router.expect(Message.Yield.class).options().flag("progress"));
    }

    @Test
    void piecesOfACallReachTheSameHandler() throws Exception {
        register(call -> {
            long sum = 0;
            for (Arguments piece : call.pieces()) {
                sum += piece.integer(0);
            }
            return sum;
        });
        invoke(1, Dict.of("progress", true), 1L);
        invoke(1, Dict.of("progress", true), 2L);
        invoke(1, Dict.EMPTY, 3L);
        assertEquals(6, yielded().integer(0));
        // An ordinary call has one piece.
        invoke(2, Dict.EMPTY, 7L);
        assertEquals(7, yielded().integer(0));
    }

    @Test
    void pieceThatCrossedWithTheAnswerIsDropped() throws Exception {
        BlockingQueue<Invocation> handled = new LinkedBlockingQueue<>();
        register(call -> {
            handled.add(call);
            return "enough";
        });
        invoke(1, Dict.of("progress", true), 1L);
        assertEquals("enough", yielded().string(0));
        invoke(1, Dict.of("progress", true), 2L);
        invoke(1, Dict.EMPTY, 3L);
        invoke(2, Dict.EMPTY, 4L);
        assertEquals("enough", yielded().string(0));
        assertEquals(1, handled.take().integer(0));
        assertEquals(4, handled.take().integer(0));
    }

    @Test
    void secondInvocationWithTheSameIdIsAViolation() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        register(call -> {
            never.await();
            return null;
        });
        invoke(1, Dict.EMPTY);
        invoke(1, Dict.EMPTY);
        assertEquals(
                Reasons.PROTOCOL_VIOLATION, router.expect(Message.Abort.class).reason());
    }

    @Test
    void interruptReachesTheHandlerAndAnswersCanceled() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<Exception> thrown = new CompletableFuture<>();
        register(call -> {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                thrown.complete(e);
                throw e;
            }
            return null;
        });
        invoke(1, Dict.EMPTY);
        running.await();
        router.say(new Message.Interrupt(1, Dict.of("mode", "kill")));
        assertInstanceOf(InterruptedException.class, thrown.get(5, TimeUnit.SECONDS));
        assertEquals(Reasons.CANCELED, failed().error());
        // One that crossed with the answer.
        router.say(new Message.Interrupt(1, Dict.EMPTY));
        router.settle();
        assertTrue(client.isConnected());
    }

    @Test
    void interruptNamesItsReason() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        register(call -> {
            running.countDown();
            new CountDownLatch(1).await();
            return null;
        });
        invoke(1, Dict.EMPTY);
        running.await();
        router.say(new Message.Interrupt(1, Dict.of("reason", Reasons.TIMEOUT)));
        assertEquals(Reasons.TIMEOUT, failed().error());
    }

    @Test
    void handlerThatAnswersAnInterruptIsHeard() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        register(call -> {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                return "rescued";
            }
            return null;
        });
        invoke(1, Dict.EMPTY);
        running.await();
        router.say(new Message.Interrupt(1, Dict.of("mode", "kill")));
        assertEquals("rescued", yielded().string(0));
    }

    @Test
    void interruptOfAWaitingInvocationHitsNoOther() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        register("a.b", RegisterOptions.DEFAULT.withOrdered(), call -> {
            running.countDown();
            finish.await();
            return call.integer(0);
        });
        invoke(1, Dict.EMPTY, 1L);
        invoke(2, Dict.EMPTY, 2L);
        running.await();
        router.say(new Message.Interrupt(2, Dict.EMPTY));
        router.settle();
        finish.countDown();
        assertEquals(1, yielded().integer(0));
        assertEquals(2, failed().request());
    }

    @Test
    void forwardedTimeoutIsKeptHere() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        register("a.b", RegisterOptions.DEFAULT.withForwardTimeout(), call -> {
            running.countDown();
            new CountDownLatch(1).await();
            return null;
        });
        invoke(1, Dict.of("timeout", 1500L));
        running.await();
        router.fire(Duration.ofMillis(1500));
        assertEquals(Reasons.TIMEOUT, failed().error());
    }

    @Test
    void lostConnectionInterruptsHandlers() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Registration r = register(call -> {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
            return null;
        });
        invoke(1, Dict.EMPTY);
        running.await();
        router.drop();
        assertTrue(interrupted.get(5, TimeUnit.SECONDS));
        assertFalse(r.isActive());
    }

    @Test
    void unregisteredProcedureIsStillAnsweredUntilTheRouterKnows() throws Exception {
        Registration r = register(call -> "here");
        Pending<Registration> gone = r.unregister();
        Message.Unregister unregister = router.expect(Message.Unregister.class);
        assertEquals(5, unregister.registration());
        invoke(1, Dict.EMPTY);
        assertEquals("here", yielded().string(0));
        router.say(new Message.Unregistered(unregister.request(), Dict.EMPTY));
        gone.await();
        invoke(2, Dict.EMPTY);
        assertEquals(Reasons.NO_SUCH_REGISTRATION, failed().error());
        r.unregister().await(); // Again has no effect.
        assertTrue(router.sent.isEmpty());
    }

    @Test
    void revokedRegistrationIsToldToTheListener() throws Exception {
        BlockingQueue<String> lost = new LinkedBlockingQueue<>();
        WampClient listening = router.client(router.settings().withListener(new ClientListener() {
            @Override
            public void lost(Registration registration, WampException cause) {
                lost.add(registration.procedure() + " " + cause.uri());
            }
        }));
        Pending<Registration> pending = listening.register("a.b", i -> null);
        router.say(new Message.Registered(router.expect(Message.Register.class).request(), 5));
        Registration r = pending.await();
        router.say(new Message.Unregistered(0, Dict.of("registration", 5L).with("reason", Reasons.UNREGISTERED)));
        assertEquals("a.b wamp.error.unregistered", lost.poll(5, TimeUnit.SECONDS));
        assertFalse(r.isActive());
    }

    @Test
    void tooManyWaitingInvocationsStopTheReadingUntilHalfIsDone() throws Exception {
        // Each invocation counts about 1 KiB.
        WampClient small = router.client(router.settings().withQueues(10_000, 10_000));
        CountDownLatch go = new CountDownLatch(1);
        Pending<Registration> pending = small.register("a.b", call -> {
            go.await();
            return null;
        });
        router.say(new Message.Registered(router.expect(Message.Register.class).request(), 5));
        pending.await();
        for (long i = 1; i <= 12; i++) {
            invoke(i, Dict.EMPTY);
        }
        router.settle();
        assertEquals(false, router.reading.poll(5, TimeUnit.SECONDS));
        go.countDown();
        assertEquals(true, router.reading.poll(5, TimeUnit.SECONDS));
    }

    @Test
    void readingGoesOnWhileAHandlerWaitsForAnAnswer() throws Exception {
        WampClient small = router.client(router.settings().withQueues(10_000, 10_000));
        Pending<Registration> pending =
                small.register("a.b", call -> small.call("c.d").await());
        router.say(new Message.Registered(router.expect(Message.Register.class).request(), 5));
        pending.await();
        for (long i = 1; i <= 12; i++) {
            invoke(i, Dict.EMPTY);
        }
        List<Long> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            calls.add(router.expect(Message.Call.class).request());
        }
        router.settle();
        Boolean last = null;
        for (Boolean b = router.reading.poll(); b != null; b = router.reading.poll()) {
            last = b;
        }
        assertTrue(last == null || last, "reading is paused although calls wait for their results");
        for (long id : calls) {
            router.say(new Message.Result(id, Dict.EMPTY, Payload.EMPTY));
        }
        for (int i = 0; i < 12; i++) {
            yielded();
        }
    }

    @Test
    void invocationsFarOverTheLimitAreRefused() throws Exception {
        WampClient small = router.client(router.settings().withQueues(10_000, 10_000));
        CountDownLatch go = new CountDownLatch(1);
        Pending<Registration> pending = small.register("a.b", call -> {
            go.await();
            return null;
        });
        router.say(new Message.Registered(router.expect(Message.Register.class).request(), 5));
        pending.await();
        byte[] large = new byte[100_000];
        for (long i = 1; i <= 13; i++) {
            Payload payload = Payloads.in(Payload.of((Object) large), Serialization.MSGPACK);
            router.say(new Message.Invocation(i, 5, Dict.EMPTY, payload));
        }
        assertEquals(Reasons.UNAVAILABLE, failed().error());
        go.countDown();
    }
}
