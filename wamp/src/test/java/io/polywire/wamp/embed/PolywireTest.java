package io.polywire.wamp.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Match;
import io.polywire.router.Identity;
import io.polywire.router.RealmOptions;
import io.polywire.router.RealmTemplate;
import io.polywire.wamp.client.ClientListener;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.ConnectException;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.Reconnect;
import io.polywire.wamp.client.SessionClosedException;
import io.polywire.wamp.client.SubscribeOptions;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PolywireTest {
    private static final Identity GUEST = new Identity("g", "guest", "embedded", "static", Map.of());

    private static WampClient remote(Polywire router, String realm) {
        String uri = "ws://127.0.0.1:" + router.ports().getFirst() + "/ws";
        return WampClient.connect(ClientSettings.of(uri, realm).withReconnect(Reconnect.NEVER));
    }

    @Test
    void oneProgramIsRouterAndPeer() {
        try (var router = Polywire.builder().realm("realm1").start();
                var client = router.client("realm1")) {
            client.register("com.example.add", call -> call.integer(0) + call.integer(1))
                    .await();
            assertEquals(5, client.call("com.example.add", 2, 3).await().integer(0));
        }
    }

    @Test
    void othersConnectToThatProgram() throws InterruptedException {
        try (var router =
                        Polywire.builder().realm("realm1").listen("127.0.0.1:0").start();
                var own = router.client("realm1");
                var other = remote(router, "realm1")) {
            var events = new LinkedBlockingQueue<String>();
            own.register("com.example.hello", call -> "hello " + call.string(0)).await();
            other.subscribe("com.example.news", event -> events.add(event.string(0)))
                    .await();
            assertEquals(
                    "hello you", other.call("com.example.hello", "you").await().string(0));
            own.publish("com.example.news", "first", 7);
            assertEquals("first", events.poll(5, TimeUnit.SECONDS));
            other.register("com.example.octets", call -> call.bytes(0)).await();
            assertEquals(
                    3,
                    own.call("com.example.octets", new byte[] {1, 2, 3}).await().bytes(0).length);
        }
    }

    @Test
    void whatWasSentIsNotChangedByWhoSentIt() throws InterruptedException {
        try (var router = Polywire.builder().realm("realm1").start();
                var a = router.client("realm1");
                var b = router.client("realm1")) {
            var events = new LinkedBlockingQueue<List<?>>();
            b.subscribe("com.x", event -> events.add((List<?>) event.get(0))).await();
            List<Object> list = new ArrayList<>(List.of(1L));
            a.publish("com.x", (Object) list);
            list.add(2L);
            assertEquals(List.of(1L), events.poll(5, TimeUnit.SECONDS));
        }
    }

    @Test
    void ownClientsMayBeTrustedOrNot() {
        try (var router = Polywire.builder().realm("realm1").start();
                var trusted = router.client("realm1");
                var guest = router.client("realm1", GUEST)) {
            assertEquals("guest", guest.session().authrole());
            trusted.publish("wamp.own", PublishOptions.ACKNOWLEDGED).await();
            WampException e = assertThrows(
                    WampException.class,
                    () -> guest.publish("wamp.own", PublishOptions.ACKNOWLEDGED).await());
            assertEquals("wamp.error.invalid_uri", e.uri());
            Object described = trusted.call("wamp.session.get", guest.session().id())
                    .await()
                    .get(0);
            assertEquals("embedded", assertInstanceOf(Map.class, described).get("_door"));
        }
    }

    @Test
    void aRealmThatIsNotThereCannotBeJoined() {
        try (var router = Polywire.builder().realm("realm1").start()) {
            assertThrows(ConnectException.class, () -> router.client("other"));
            ClientSettings wrong = ClientSettings.of(router.connector("realm1", GUEST), "other");
            ConnectException e = assertThrows(ConnectException.class, () -> WampClient.connect(wrong));
            assertEquals("wamp.error.no_such_realm", e.uri());
        }
    }

    @Test
    void realmsComeAndGoWhileTheRouterRuns() throws Exception {
        try (var router =
                        Polywire.builder().realm("realm1").listen("127.0.0.1:0").start();
                var stays = remote(router, "realm1")) {
            router.add("realm2", RealmOptions.DEFAULT);
            assertThrows(IllegalArgumentException.class, () -> router.add("realm2", RealmOptions.DEFAULT));
            CompletableFuture<WampException> closed = new CompletableFuture<>();
            String uri = "ws://127.0.0.1:" + router.ports().getFirst() + "/ws";
            ClientSettings settings = ClientSettings.of(uri, "realm2").withListener(new ClientListener() {
                @Override
                public void closed(WampException cause) {
                    closed.complete(cause);
                }
            });
            try (var ends = WampClient.connect(settings)) {
                ends.register("com.x", call -> 1).await();
                assertTrue(router.remove("realm2"));
                assertFalse(router.remove("realm2"));
                assertEquals(
                        "wamp.close.close_realm",
                        closed.get(5, TimeUnit.SECONDS).uri());
            }
            ConnectException e = assertThrows(ConnectException.class, () -> remote(router, "realm2"));
            assertEquals("wamp.error.no_such_realm", e.uri());
            router.add("realm2", RealmOptions.DEFAULT);
            try (var again = remote(router, "realm2")) {
                WampException none = assertThrows(
                        WampException.class, () -> again.call("com.x").await());
                assertEquals("wamp.error.no_such_procedure", none.uri(), "nothing is left of the old realm");
            }
            assertEquals(1, stays.call("wamp.session.count").await().integer(0));
        }
    }

    @Test
    void templatesMakeRealmsOnDemandUpToTheirLimit() {
        RealmTemplate template =
                new RealmTemplate("tenant.", Match.PREFIX, RealmOptions.DEFAULT, 2, Duration.ofMinutes(1));
        try (var router = Polywire.builder()
                        .realms(template)
                        .listen("127.0.0.1:0")
                        .start();
                var one = remote(router, "tenant.one");
                var same = remote(router, "tenant.one");
                var two = remote(router, "tenant.two")) {
            assertEquals(2, one.call("wamp.session.count").await().integer(0));
            assertEquals("tenant.one", same.session().realm());
            assertEquals(1, two.call("wamp.session.count").await().integer(0));
            for (String name : List.of("tenant.three", "other")) {
                ConnectException e = assertThrows(ConnectException.class, () -> remote(router, name));
                assertEquals("wamp.error.no_such_realm", e.uri());
            }
            assertTrue(router.remove("tenant.two"));
            remote(router, "tenant.three").close();
        }
    }

    @Test
    void aBurstToASlowHandlerLosesNothing() throws InterruptedException {
        try (var router = Polywire.builder().realm("realm1").start();
                var a = router.client("realm1");
                var b = router.client("realm1")) {
            var events = new LinkedBlockingQueue<Long>();
            b.subscribe("com.x", SubscribeOptions.DEFAULT, event -> events.add(event.integer(0)))
                    .await();
            byte[] load = new byte[1_000];
            for (long i = 0; i < 20_000; i++) {
                a.publish("com.x", i, load);
            }
            for (long i = 0; i < 20_000; i++) {
                assertEquals(i, events.poll(10, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void whoSendsTooFastIsHeldUpNotRefused() {
        RealmOptions slow = RealmOptions.DEFAULT.withLimits(RealmOptions.Limits.DEFAULT.withMessagesPerSecond(20));
        try (var router = Polywire.builder().realm("realm1", slow).start();
                var client = router.client("realm1")) {
            long before = System.nanoTime();
            for (int i = 0; i < 30; i++) {
                client.publish("com.x", i);
            }
            assertEquals(1, client.call("wamp.session.count").await().integer(0));
            assertTrue(System.nanoTime() - before > TimeUnit.MILLISECONDS.toNanos(100), "it was not held up");
        }
    }

    @Test
    void closingTheRouterEndsItsClients() throws Exception {
        CompletableFuture<WampException> closed = new CompletableFuture<>();
        var router = Polywire.builder().realm("realm1").start();
        var client = WampClient.connect(ClientSettings.of(router.connector("realm1", GUEST), "realm1")
                .withReconnect(Reconnect.NEVER)
                .withListener(new ClientListener() {
                    @Override
                    public void closed(WampException cause) {
                        closed.complete(cause);
                    }
                }));
        router.close();
        assertEquals(
                "wamp.close.system_shutdown", closed.get(5, TimeUnit.SECONDS).uri());
        assertThrows(
                SessionClosedException.class,
                () -> client.call("wamp.session.count").await());
        client.close();
        router.close();
    }
}
