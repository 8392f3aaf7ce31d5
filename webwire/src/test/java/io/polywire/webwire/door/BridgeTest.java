package io.polywire.webwire.door;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Match;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.Event;
import io.polywire.wamp.client.Invocation;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import io.polywire.webwire.client.ClientHooks;
import io.polywire.webwire.client.WebWireClient;
import io.polywire.webwire.client.WebWireException.Disconnected;
import io.polywire.webwire.client.WebWireException.ServerError;
import io.polywire.webwire.message.Encoding;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.message.Session;
import io.polywire.webwire.session.SessionStore;
import io.polywire.webwire.session.SqliteSessions;
import io.polywire.webwire.session.StoredSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebWire and WAMP clients in one realm, over real sockets. */
@Timeout(60)
class BridgeTest {
    private static final BridgeSettings SETTINGS = new BridgeSettings(
            "/",
            "app.",
            "app.unnamed",
            "app.signals",
            List.of(
                    new BridgeSettings.Topic("app.news", Match.EXACT, false),
                    new BridgeSettings.Topic("other.", Match.PREFIX, false),
                    new BridgeSettings.Topic("app.private", Match.EXACT, true)),
            Set.of("app.login"),
            false,
            "anonymous",
            Duration.ZERO,
            Duration.ofDays(1),
            ServerSettings.DEFAULT);

    private BridgedRouter router = new BridgedRouter(new SessionStore.InMemory(), SETTINGS, 1);
    private WampClient wamp = router.wamp();

    /** Signals that a client got. */
    private static final class Signals implements ClientHooks {
        final LinkedBlockingQueue<Signal> all = new LinkedBlockingQueue<>();
        final CountDownLatch gone = new CountDownLatch(1);

        @Override
        public void onServerSignal(Signal signal) {
            all.add(signal);
        }

        @Override
        public void onDisconnected() {
            gone.countDown();
        }

        Signal next() throws InterruptedException {
            Signal next = all.poll(20, TimeUnit.SECONDS);
            assertNotNull(next, "no signal");
            return next;
        }
    }

    @BeforeEach
    void procedures() throws Exception {
        offer(wamp);
    }

    private static void offer(WampClient wamp) throws Exception {
        wamp.register("app.echo", call -> call.get(0)).await();
        wamp.register("app.encoding", call -> call.details().get("_encoding")).await();
        wamp.register("app.unnamed", call -> "unnamed " + call.string(0)).await();
        wamp.register("app.caller", Invocation::caller).await();
        wamp.register("app.nothing", _ -> Arguments.of()).await();
        wamp.register("app.number", _ -> 7L).await();
        wamp.register("app.many", call -> Arguments.of(1L, "two").with("three", 3L))
                .await();
        wamp.register("app.bytes", _ -> new byte[] {0, 1, -1}).await();
        wamp.register("app.fail", _ -> {
                    throw new WampException("app.error.broken", "it broke");
                })
                .await();
        wamp.register("app.refuse", _ -> {
                    throw new WampException("webwire.error.REFUSED");
                })
                .await();
        wamp.register("app.strange", _ -> {
                    throw new WampException("app.error.strange", 1L, "two");
                })
                .await();
        wamp.register(
                        "app.login",
                        call -> wamp.call(
                                        "polywire.webwire.session.create",
                                        call.caller(),
                                        call.string(0),
                                        "member",
                                        Map.of("username", call.string(0)))
                                .await()
                                .value())
                .await();
        wamp.register("app.logout", call -> {
                    wamp.call("polywire.webwire.session.close", Long.parseLong(call.string(0)))
                            .await();
                    return Arguments.of();
                })
                .await();
    }

    @AfterEach
    void end() {
        wamp.close();
        router.close();
    }

    private static Payload text(String text) {
        return Payload.utf8(text);
    }

    // --- requests -------------------------------------------------------------------------------------------------

    @Test
    void aRequestIsACallAndItsResultComesInTheRequestsEncoding() {
        try (WebWireClient client = router.webwire(ClientHooks.NONE)) {
            for (Payload p : List.of(text("grüße"), Payload.utf16("grüße"), Payload.binary((byte) 0, (byte) -1))) {
                assertEquals(p, client.request("echo", p));
                String encoding = client.request("encoding", p).text();
                assertEquals(p.encoding().name().toLowerCase(java.util.Locale.ROOT), encoding);
            }
            assertEquals(text("unnamed x"), client.request("", text("x")));
        }
    }

    @Test
    void resultsBecomePayloads() {
        try (WebWireClient client = router.webwire(ClientHooks.NONE)) {
            assertEquals(
                    Payload.utf16("").encoding(),
                    client.request("nothing", Payload.utf16("x")).encoding());
            assertTrue(client.request("nothing", Payload.utf16("x")).isEmpty());
            assertEquals(text("7"), client.request("number", Payload.utf16("x")));
            assertEquals(text("{\"args\":[1,\"two\"],\"kwargs\":{\"three\":3}}"), client.request("many", text("x")));
            assertEquals(Payload.binary((byte) 0, (byte) 1, (byte) -1), client.request("bytes", text("x")));
            // a text for a binary request is UTF-8
            assertEquals(
                    Encoding.UTF8,
                    client.request("encoding", Payload.binary((byte) 1)).encoding());
        }
    }

    private static ServerError error(WebWireClient client, String name, Payload payload) {
        return assertThrows(ServerError.class, () -> client.request(name, payload));
    }

    @Test
    void errorsKeepCodeAndText() {
        try (WebWireClient client = router.webwire(ClientHooks.NONE)) {
            ServerError broken = error(client, "fail", text("x"));
            assertEquals("app.error.broken", broken.code());
            assertEquals("it broke", broken.text());
            ServerError refused = error(client, "refuse", text("x"));
            assertEquals("REFUSED", refused.code());
            assertEquals("", refused.text());
            assertEquals("[1,\"two\"]", error(client, "strange", text("x")).text());
            assertEquals(
                    "wamp.error.no_such_procedure",
                    error(client, "nobody", text("x")).code());
            assertEquals(
                    "wamp.error.invalid_uri",
                    error(client, "two words", text("x")).code());
            assertEquals(
                    "wamp.error.invalid_argument",
                    error(client, "echo", new Payload(Encoding.UTF8, new byte[] {-1}))
                            .code());
            assertEquals(
                    "wamp.error.invalid_argument",
                    error(client, "echo", new Payload(Encoding.UTF16, new byte[] {0x3d, (byte) 0xd8}))
                            .code());
            assertEquals(text("x"), client.request("echo", text("x")));
        }
    }

    @Test
    void onlyLoginProceduresAreToldWhoCalls() {
        try (WebWireClient client = router.webwire(ClientHooks.NONE)) {
            assertEquals(text("0"), client.request("caller", text("x")));
        }
    }

    @Test
    void requestsOfAConnectionRunInOrderAndOthersAreNotDelayed() throws Exception {
        CompletableFuture<String> gate = new CompletableFuture<>();
        LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
        wamp.register("app.wait", call -> {
                    seen.add(call.string(0));
                    return gate.get();
                })
                .await();
        wamp.register("app.note", call -> {
                    seen.add(call.string(0));
                    return "noted";
                })
                .await();
        try (WebWireClient client = router.webwire(ClientHooks.NONE);
                WebWireClient other = router.webwire(ClientHooks.NONE)) {
            var first = CompletableFuture.supplyAsync(() -> client.request("wait", text("first")));
            assertEquals("first", seen.poll(20, TimeUnit.SECONDS));
            var second = CompletableFuture.supplyAsync(() -> client.request("note", text("second")));
            while (client.pendingRequests() < 2) {
                Thread.onSpinWait();
            }
            other.request("note", text("other"));
            assertEquals("other", seen.poll(20, TimeUnit.SECONDS));
            assertNull(seen.poll());
            gate.complete("go");
            assertEquals("go", first.get().text());
            assertEquals("noted", second.get().text());
            assertEquals("second", seen.poll());
        }
    }

    @Test
    void aFloodOfRequestsHarmsNobodyAndNothingOfItIsLost() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch called = new CountDownLatch(1);
        wamp.register("app.wait", _ -> {
                    called.countDown();
                    gate.await();
                    return "done";
                })
                .await();
        try (RawClient flood = new RawClient(router.loops, router.at());
                WebWireClient other = router.webwire(ClientHooks.NONE)) {
            flood.send("80 0102030405060708 04 77616974 78"); // "wait", "x"
            assertTrue(called.await(20, TimeUnit.SECONDS));
            String echo = "80 0102030405060708 04 6563686f" + "78".repeat(500);
            for (int i = 0; i < 5_000; i++) {
                flood.send(echo);
            }
            for (int i = 0; i < 100; i++) {
                assertEquals(text("e" + i), other.request("echo", text("e" + i)));
            }
            assertFalse(flood.hasMore());
            gate.countDown();
            assertEquals("c00102030405060708646f6e65", flood.next());
            for (int i = 0; i < 5_000; i++) {
                assertEquals(1018, flood.next().length());
            }
        }
    }

    @Test
    void aCallIsCanceledWhenTheConnectionGoes() throws Exception {
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        wamp.register("app.forever", _ -> {
                    called.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                    return "";
                })
                .await();
        WebWireClient client = router.webwire(ClientHooks.NONE);
        var answer = CompletableFuture.supplyAsync(() -> client.request("forever", text("x")));
        assertTrue(called.await(20, TimeUnit.SECONDS));
        client.disconnect();
        assertTrue(interrupted.await(20, TimeUnit.SECONDS));
        var failure = assertThrows(ExecutionException.class, answer::get);
        assertTrue(failure.getCause() instanceof Disconnected);
    }

    // --- signals --------------------------------------------------------------------------------------------------

    @Test
    void aSignalIsAPublication() throws Exception {
        LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
        wamp.subscribe("app.sold", events::add).await();
        wamp.subscribe("app.signals", events::add).await();
        try (WebWireClient client = router.webwire(ClientHooks.NONE)) {
            client.signal("sold", Payload.utf16("tea"));
            client.signal("two words", text("dropped"));
            client.signal("sold", new Payload(Encoding.UTF8, new byte[] {-1}));
            client.signal("", Payload.binary((byte) 9));
            Event named = events.poll(20, TimeUnit.SECONDS);
            assertNotNull(named);
            assertEquals("tea", named.string(0));
            assertEquals("utf16", named.details().string("_encoding"));
            Event unnamed = events.poll(20, TimeUnit.SECONDS);
            assertNotNull(unnamed);
            assertArrayEquals(new byte[] {9}, unnamed.bytes(0));
            assertEquals(2, router.door.dropped());
        }
    }

    @Test
    void anEventIsASignal() throws Exception {
        Signals told = new Signals();
        try (WebWireClient client = router.webwire(told)) {
            client.request("echo", text("x")); // subscribed by now
            wamp.publish("app.news", "hello").await();
            assertEquals(new Signal("news", text("hello")), told.next());
            wamp.publish("app.news", (Object) new byte[] {1}).await();
            assertEquals(new Signal("news", Payload.binary((byte) 1)), told.next());
            wamp.publish("other.topic", 1L, 2L).await();
            assertEquals(new Signal("other.topic", text("{\"args\":[1,2]}")), told.next());
            wamp.publish("app.news").await(); // a signal cannot be empty
            wamp.publish("other.ünprintable", "x").await();
            wamp.publish("app.news", "after").await();
            assertEquals(new Signal("news", text("after")), told.next());
            assertEquals(2, router.door.dropped());
        }
    }

    @Test
    void aSignalDoesNotComeBackToItsSender() throws Exception {
        Signals told = new Signals();
        Signals others = new Signals();
        try (WebWireClient client = router.webwire(told);
                WebWireClient other = router.webwire(others)) {
            other.request("echo", text("x"));
            client.signal("news", text("mine"));
            assertEquals(new Signal("news", text("mine")), others.next());
            client.request("echo", text("x"));
            assertNull(told.all.poll());
        }
    }

    // --- sessions -------------------------------------------------------------------------------------------------

    private Map<?, ?> details(long session) {
        return (Map<?, ?>) value("wamp.session.get", session);
    }

    private Object value(String procedure, Object... args) {
        return Objects.requireNonNull(wamp.call(procedure, args).await().value(), procedure);
    }

    private long webwireSession() {
        for (Object id : (List<?>) value("wamp.session.list")) {
            Map<?, ?> details = details((Long) id);
            if ("webwire".equals(details.get("_door"))
                    && details.get("transport") instanceof Map<?, ?> transport
                    && "websocket".equals(transport.get("type"))) {
                return (Long) id;
            }
        }
        throw new AssertionError("no session of WebWire");
    }

    @Test
    void aLoginProcedureCreatesTheSessionAndChangesTheIdentity() throws Exception {
        Signals told = new Signals();
        try (WebWireClient client = router.webwire(told)) {
            client.request("echo", text("x"));
            long id = webwireSession();
            Map<?, ?> before = details(id);
            assertEquals("anonymous", before.get("authrole"));
            assertEquals("webwire", before.get("authprovider"));

            String key = client.request("login", text("alice")).text();
            Session session = client.session(); // told before the reply
            assertNotNull(session);
            assertEquals(key, session.key());
            assertEquals(Map.of("username", "alice"), session.info());
            assertEquals("alice", details(id).get("authid"));
            assertEquals("member", details(id).get("authrole"));
            assertEquals("SESSION_EXISTS", errorOfWamp(() -> client.request("login", text("bob"))));

            wamp.publish("app.private", "for members").await();
            assertEquals(new Signal("private", text("for members")), told.next());

            List<?> list = (List<?>) value("polywire.webwire.session.list");
            Map<?, ?> entry = (Map<?, ?>) list.getFirst();
            assertEquals(StoredSession.digest(key), entry.get("key_digest"));
            assertEquals("alice", entry.get("authid"));
            assertEquals(true, entry.get("connected"));

            client.closeSession();
            assertEquals(before.get("authid"), details(id).get("authid"));
            assertEquals(
                    List.of(),
                    wamp.call("polywire.webwire.session.list").await().value());
        }
    }

    private static String errorOfWamp(Runnable call) {
        return assertThrows(ServerError.class, call::run).code();
    }

    @Test
    void theServerClosesASession() throws Exception {
        try (WebWireClient client = router.webwire(ClientHooks.NONE)) {
            client.request("login", text("alice"));
            client.request("logout", text(Long.toString(webwireSession())));
            assertNull(client.session());
        }
    }

    @Test
    void aSessionIsRestoredWithItsIdentity() throws Exception {
        try (WebWireClient client = router.webwire(ClientHooks.NONE);
                WebWireClient other = router.webwire(ClientHooks.NONE)) {
            String key = client.request("login", text("alice")).text();
            assertEquals("SESSION_ACTIVE", errorOfWamp(() -> other.restoreSession(key)));
            assertEquals("SESSION_NOT_FOUND", errorOfWamp(() -> other.restoreSession("nope")));
            Session session = client.session();
            other.disconnect();
            client.disconnect();
            client.connect();
            assertEquals(session, client.session());
            client.request("echo", text("x"));
            assertEquals("alice", details(webwireSession()).get("authid"));
        }
    }

    @Test
    void aKilledConnectionLeavesItsSessionRestorable() throws Exception {
        Signals told = new Signals();
        try (WebWireClient client = router.webwire(told)) {
            client.request("login", text("alice"));
            wamp.call("wamp.session.kill", webwireSession()).await();
            assertTrue(told.gone.await(20, TimeUnit.SECONDS));
            Session session = client.session();
            assertNotNull(session);
            client.connect();
            assertEquals(session, client.session());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill_by_authid", "kill_by_authrole", "kill_all"})
    void everyKindOfKillReachesAConnection(String kill) throws Exception {
        Signals told = new Signals();
        try (WebWireClient client = router.webwire(told)) {
            client.request("login", text("alice"));
            List<Object> arguments =
                    kill.equals("kill_all") ? List.of() : List.of(kill.equals("kill_by_authid") ? "alice" : "member");
            wamp.call("wamp.session." + kill, arguments.toArray()).await();
            assertTrue(told.gone.await(20, TimeUnit.SECONDS));
            client.connect();
            assertNotNull(client.session()); // restored
        }
    }

    @Test
    void anExpiredSessionIsNotRestored() throws Exception {
        wamp.close();
        router.close();
        SessionStore store = new SessionStore.InMemory();
        StoredSession old = new StoredSession(
                StoredSession.digest("old"),
                "alice",
                "member",
                java.time.OffsetDateTime.parse("2018-03-03T16:49:28Z"),
                java.time.Instant.now().minus(Duration.ofHours(25)),
                "null");
        store.put(old);
        router = new BridgedRouter(store, SETTINGS, 1); // a day
        wamp = router.wamp();
        try (WebWireClient client = router.webwire(ClientHooks.NONE)) {
            assertEquals("SESSION_NOT_FOUND", errorOfWamp(() -> client.restoreSession("old")));
            assertEquals(List.of(), store.list());
        }
    }

    @Test
    void aMalformedMessageEndsTheConnectionAfterAllBeforeItAndFreesTheSession() throws Exception {
        try (RawClient client = new RawClient(router.loops, router.at())) {
            client.send("80 0102030405060708 05 6c6f67696e 62"); // "login", "b"
            client.send("3f 00"); // a signal without payload
            client.send("80 0102030405060708 05 6c6f67696e 63"); // not read any more
            assertTrue(client.next().startsWith("15"));
            assertTrue(client.next().startsWith("c0"));
            assertEquals(1002, client.closeCode());
            assertFalse(client.hasMore());
        }
    }

    @Test
    void theSessionProceduresOutliveAKillOfAllSessions() {
        wamp.call("wamp.session.kill_all").await();
        assertEquals(
                List.of(), wamp.call("polywire.webwire.session.list").await().value());
    }

    @Test
    void aSessionSurvivesTheServer(@TempDir Path dir) throws Exception {
        wamp.close();
        router.close();
        @Nullable Session session;
        try (SqliteSessions store = new SqliteSessions(dir.resolve("sessions.db"))) {
            router = new BridgedRouter(store, SETTINGS, 1);
            wamp = router.wamp();
            offer(wamp);
            WebWireClient client = router.webwire(ClientHooks.NONE);
            client.request("login", text("alice"));
            session = client.session();
            client.disconnect();
            router.close();
        }
        assertNotNull(session);
        try (SqliteSessions store = new SqliteSessions(dir.resolve("sessions.db"))) {
            router = new BridgedRouter(store, SETTINGS, 1);
            wamp = router.wamp();
            try (WebWireClient client = router.webwire(ClientHooks.NONE)) {
                assertEquals(session, client.restoreSession(session.key()));
                assertEquals("alice", details(webwireSession()).get("authid"));
            }
            router.close();
        }
    }

    @Test
    void aRealmOnAnotherThreadKeepsTheOrder() throws Exception {
        wamp.close();
        router.close();
        router = new BridgedRouter(new SessionStore.InMemory(), SETTINGS, 3);
        wamp = router.wamp();
        offer(wamp);
        for (int c = 0; c < 6; c++) {
            Signals told = new Signals();
            try (WebWireClient client = router.webwire(told)) {
                client.request("login", text("user" + c));
                assertNotNull(client.session());
                for (int i = 0; i < 100; i++) {
                    wamp.publish("app.news", "n" + i).await();
                }
                for (int i = 0; i < 100; i++) {
                    assertEquals(text("n" + i), told.next().payload());
                    assertEquals(text("e" + i), client.request("echo", text("e" + i)));
                }
            }
        }
        assertNotEquals(0, router.realm.realm().counters().calls());
    }
}
