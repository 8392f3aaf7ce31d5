package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.net.NetException;
import io.polywire.wamp.door.Anonymous;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReconnectTest {
    private static final Reconnect FAST = new Reconnect(Duration.ofMillis(1), Duration.ofMillis(5), 2, 0.5, 5);

    private final ScriptedRouter router = new ScriptedRouter();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final ClientListener listener = new ClientListener() {
        @Override
        public void connected(SessionInfo session) {
            told.add("connected " + session.id());
        }

        @Override
        public void disconnected(WampException cause) {
            told.add("disconnected " + cause.uri());
        }

        @Override
        public void reconnecting(int attempt, Duration delay) {
            told.add("reconnecting " + attempt);
        }

        @Override
        public void closed(WampException cause) {
            told.add("closed " + cause.uri());
        }

        @Override
        public void lost(Registration registration, WampException cause) {
            told.add("lost " + registration.procedure() + " " + cause.uri());
        }
    };

    @AfterEach
    void stop() {
        router.close();
    }

    private WampClient client() throws Exception {
        WampClient client = router.client(router.settings().withReconnect(FAST).withListener(listener));
        heard("connected 77");
        return client;
    }

    private void heard(String what) throws Exception {
        assertEquals(what, told.poll(5, TimeUnit.SECONDS));
    }

    @Test
    void registrationsAndSubscriptionsComeBack() throws Exception {
        WampClient client = client();
        Pending<Registration> registering = client.register("a.b", call -> "answer");
        router.say(new Message.Registered(router.expect(Message.Register.class).request(), 5));
        Registration registration = registering.await();
        BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        Pending<Subscription> subscribing = client.subscribe("a.c", events::add);
        router.say(new Message.Subscribed(router.expect(Message.Subscribe.class).request(), 6));
        Subscription subscription = subscribing.await();

        router.drop();
        heard("disconnected wamp.error.network_failure");
        heard("reconnecting 1");
        router.expect(Message.Hello.class);
        assertFalse(registration.isActive());
        assertFalse(subscription.isActive());
        assertThrows(SessionClosedException.class, () -> client.call("x.y").await());
        router.say(new Message.Welcome(78, ScriptedRouter.ALL));
        Message.Register again = router.expect(Message.Register.class);
        assertEquals("a.b", again.procedure());
        assertEquals(1, again.request());
        Message.Subscribe subscribe = router.expect(Message.Subscribe.class);
        assertEquals("a.c", subscribe.topic());
        assertTrue(told.isEmpty());
        router.say(new Message.Registered(again.request(), 50));
        router.say(new Message.Subscribed(subscribe.request(), 60));
        heard("connected 78");
        assertEquals(50, registration.id());
        assertEquals(60, subscription.id());
        assertEquals(78, client.session().id());
        router.say(new Message.Invocation(1, 50, Dict.EMPTY, Payload.EMPTY));
        router.expect(Message.Yield.class);
        router.say(new Message.Event(60, 1, Dict.EMPTY, Payload.EMPTY));
        assertNotNull(events.poll(5, TimeUnit.SECONDS));
    }

    @Test
    void whatWasGivenUpDoesNotComeBack() throws Exception {
        WampClient client = client();
        Pending<Registration> registering = client.register("a.b", call -> null);
        router.say(new Message.Registered(router.expect(Message.Register.class).request(), 5));
        Registration registration = registering.await();
        router.drop();
        heard("disconnected wamp.error.network_failure");
        registration.unregister().await();
        heard("reconnecting 1");
        router.expect(Message.Hello.class);
        router.say(new Message.Welcome(78, ScriptedRouter.ALL));
        heard("connected 78");
        assertTrue(router.sent.isEmpty());
    }

    @Test
    void whatCannotBeRestoredIsTold() throws Exception {
        WampClient client = client();
        Pending<Registration> registering = client.register("a.b", call -> null);
        router.say(new Message.Registered(router.expect(Message.Register.class).request(), 5));
        registering.await();
        router.drop();
        router.expect(Message.Hello.class);
        router.say(new Message.Welcome(78, ScriptedRouter.ALL));
        router.error(
                Message.Register.CODE,
                router.expect(Message.Register.class).request(),
                Reasons.PROCEDURE_ALREADY_EXISTS);
        heard("disconnected wamp.error.network_failure");
        heard("reconnecting 1");
        heard("lost a.b wamp.error.procedure_already_exists");
        heard("connected 78");
    }

    @Test
    void attemptsGoOnUntilTheyAreUsedUp() throws Exception {
        client();
        router.refusal = new NetException("gone");
        router.drop();
        heard("disconnected wamp.error.network_failure");
        for (int i = 1; i <= 5; i++) {
            heard("reconnecting " + i);
        }
        heard("closed wamp.error.network_failure");
    }

    @Test
    void routerThatGoesDownIsComeBackTo() throws Exception {
        client();
        router.say(new Message.Goodbye(Dict.EMPTY, Reasons.SYSTEM_SHUTDOWN));
        heard("disconnected wamp.close.system_shutdown");
        heard("reconnecting 1");
    }

    @Test
    void killedClientAndRefusedOneStayAway() throws Exception {
        client();
        router.say(new Message.Goodbye(Dict.EMPTY, Reasons.KILLED));
        heard("disconnected wamp.close.killed");
        heard("closed wamp.close.killed");
        router.expect(Message.Goodbye.class);
        client();
        router.drop();
        heard("disconnected wamp.error.network_failure");
        heard("reconnecting 1");
        router.expect(Message.Hello.class);
        router.say(new Message.Abort(Dict.EMPTY, Reasons.AUTHENTICATION_DENIED, Payload.EMPTY));
        heard("closed wamp.error.authentication_denied");
    }

    @Test
    void closedClientDoesNotComeBack() throws Exception {
        WampClient client = client();
        router.refusal = new NetException("gone");
        router.drop();
        heard("disconnected wamp.error.network_failure");
        client.close();
        // Whatever was told of attempts before, the last word is that it is closed.
        String last = "";
        while (!last.startsWith("closed")) {
            last = String.valueOf(told.poll(5, TimeUnit.SECONDS));
        }
        assertTrue(told.isEmpty());
        client.close();
    }

    @Test
    void waitsGrowToTheLongestAndAreJittered() {
        Reconnect policy = new Reconnect(Duration.ofMillis(100), Duration.ofSeconds(1), 2, 0.5, 10);
        Random random = new Random(1);
        for (int attempt = 1; attempt < 100; attempt++) {
            long full = Math.min(1000, attempt > 20 ? 1000 : 100L << attempt - 1);
            long delay = policy.delay(attempt, random).toMillis();
            assertTrue(delay >= full / 2 - 1 && delay <= full, attempt + ": " + delay);
        }
        assertThrows(IllegalArgumentException.class, () -> new Reconnect(Duration.ZERO, Duration.ZERO, 0.5, 0, 1));
    }

    @Test
    void restartOfARealRouterIsSurvived() throws Exception {
        TestRouter first = TestRouter.start();
        int port = first.port();
        try (WampClient client = WampClient.connect(ClientSettings.of(first.uri("ws"), "realm1")
                .withReconnect(new Reconnect(Duration.ofMillis(20), Duration.ofMillis(50), 1, 0, 500))
                .withListener(listener))) {
            assertTrue(String.valueOf(told.poll(5, TimeUnit.SECONDS)).startsWith("connected "));
            client.register("m.x", call -> 42).await();
            first.close();
            assertTrue(String.valueOf(told.poll(5, TimeUnit.SECONDS)).startsWith("disconnected "));
            try (TestRouter second = TestRouter.start(port, null, new Anonymous("anonymous"))) {
                String last = "";
                while (!last.startsWith("connected")) {
                    last = String.valueOf(told.poll(10, TimeUnit.SECONDS));
                }
                try (WampClient other = WampClient.connect(second.uri("tcp"), "realm1")) {
                    assertEquals(42, other.call("m.x").await().integer(0));
                }
            }
        }
    }
}
