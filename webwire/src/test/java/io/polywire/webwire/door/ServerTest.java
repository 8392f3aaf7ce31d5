package io.polywire.webwire.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.CloseCode;
import io.polywire.net.Endpoint;
import io.polywire.net.Loops;
import io.polywire.webwire.TestApp;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.message.Session;
import io.polywire.webwire.session.SessionStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of a server, octet by octet. */
@Timeout(60)
class ServerTest {
    private static final Endpoint ANY = new Endpoint.Tcp("127.0.0.1", 0);
    private static final String ID = "0102030405060708";

    private final Loops loops = Loops.open(1);
    private final Application app = new Application();
    private @Nullable HeadedServer server;

    /** Notes which hooks are called, and does what requests name. */
    private static final class Application implements Hooks, SessionHooks {
        final LinkedBlockingQueue<String> called = new LinkedBlockingQueue<>();
        final StoredSessions sessions = new StoredSessions(new SessionStore.InMemory(), Duration.ZERO);
        final CountDownLatch gate = new CountDownLatch(1);
        final CountDownLatch waiting = new CountDownLatch(1);

        @Override
        public void onClientConnected(Client client) {
            called.add("connected");
        }

        @Override
        public void onClientDisconnected(Client client) {
            called.add("disconnected " + (client.session() == null ? "without" : "with"));
        }

        @Override
        public void onSignal(Client client, Signal signal) {
            called.add("signal " + signal.payload().text());
            if (signal.name().equals("fail")) {
                throw new IllegalStateException("inside");
            }
        }

        @Override
        public @Nullable Payload replyAtOnce(Client client, Request request) {
            return request.name().isEmpty() ? request.payload() : null;
        }

        @Override
        public Payload onRequest(Client client, Request request) throws Exception {
            called.add("request " + request.name());
            return switch (request.name()) {
                case "create" -> Payload.utf8(client.createSession(null).key());
                case "close" -> {
                    client.closeSession();
                    yield Payload.EMPTY;
                }
                case "wait" -> {
                    client.signal("", Payload.utf8("before"));
                    waiting.countDown();
                    gate.await();
                    yield Payload.utf8("done");
                }
                case "odd" -> new Payload(io.polywire.webwire.message.Encoding.UTF16, new byte[] {1});
                default -> throw new IllegalStateException("a secret");
            };
        }

        @Override
        public void onSessionCreated(Client client) {
            called.add("created");
            client.signal("", Payload.utf8("from the hook")); // must not lock up
            sessions.onSessionCreated(client);
        }

        @Override
        public @Nullable Session onSessionLookup(String key) {
            called.add("lookup");
            if (key.equals("bad")) {
                throw new IllegalStateException("inside");
            }
            return sessions.onSessionLookup(key);
        }

        @Override
        public void onSessionClosed(Client client) {
            called.add("closed " + (client.session() == null ? "without" : "with"));
            sessions.onSessionClosed(client);
        }

        String next() throws InterruptedException {
            String next = called.poll(20, TimeUnit.SECONDS);
            assertNotNull(next, "no hook was called");
            return next;
        }
    }

    private RawClient client(Server with) {
        HeadedServer s = HeadedServer.open(ANY, with);
        server = s;
        return new RawClient(loops, s.endpoint());
    }

    private RawClient client() {
        return client(new Server(app, app, ServerSettings.DEFAULT));
    }

    private RawClient another() {
        return new RawClient(loops, headed().endpoint());
    }

    private HeadedServer headed() {
        HeadedServer s = server;
        assertNotNull(s);
        return s;
    }

    @AfterEach
    void end() {
        app.gate.countDown();
        if (server != null) {
            server.close();
        }
        loops.close();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(UTF_8));
    }

    private static String request(String name) {
        return "7f" + ID + String.format("%02x", name.length()) + hex(name) + "78";
    }

    private static String error(String code, String message) {
        return "00" + ID + hex("{\"c\":\"" + code + "\",\"m\":\"" + message + "\"}");
    }

    // --- HTTP -----------------------------------------------------------------------------------------------------

    private HttpResponse<String> ask(String method, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://" + headed().endpoint() + path))
                            .version(HttpClient.Version.HTTP_1_1)
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void theMetadataIsThatOfTheOriginal() throws Exception {
        client().close();
        HttpResponse<String> answer = ask("WEBWIRE", "/anywhere");
        assertEquals(200, answer.statusCode());
        assertEquals("{\"protocol-version\":\"1.1\"}\n", answer.body());
        assertEquals(
                "*", answer.headers().firstValue("Access-Control-Allow-Origin").orElse(""));
        HttpResponse<String> options = ask("OPTIONS", "/");
        assertEquals(200, options.statusCode());
        assertEquals("", options.body());
        assertEquals(
                "WEBWIRE",
                options.headers().firstValue("Access-Control-Allow-Methods").orElse(""));
        HttpResponse<String> get = ask("GET", "/");
        assertEquals(400, get.statusCode());
        assertEquals("Bad Request\n", get.body());
        assertEquals("13", get.headers().firstValue("Sec-Websocket-Version").orElse(""));
        assertEquals(405, ask("POST", "/").statusCode());
    }

    // --- messages -------------------------------------------------------------------------------------------------

    @Test
    void theRecordedAnswersAreGiven() throws Exception {
        try (RawClient client = client(TestApp.server(true))) {
            for (String line : new String(
                            ServerTest.class
                                    .getResourceAsStream("/webwire.jsonl")
                                    .readAllBytes(),
                            UTF_8)
                    .split("\n")) {
                // Those whose answer has neither key nor date, nor ends the connection.
                if (line.contains("\"kind\":\"server-send\"")
                        && line.contains("\"of\":1")
                        && !line.contains("active on a connection")
                        && !line.contains("type 193, no padding, UTF-8")
                        && !line.contains("failing lookup")) {
                    client.send(member(line, "in"));
                    assertEquals(member(line, "hex"), client.next(), line);
                }
            }
            client.send("20" + ID + hex("lookup-error"));
            assertEquals(
                    error("INTERNAL_ERROR", "Session restoration request not could have been fulfilled"),
                    client.next());
            assertEquals(CloseCode.INTERNAL_ERROR, client.closeCode());
        }
    }

    private static String member(String line, String name) {
        int start = line.indexOf("\"" + name + "\":\"") + name.length() + 4;
        return line.substring(start, line.indexOf('"', start));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "63", "3f00", "7f" + ID + "00", "1f" + ID + "00", "20" + ID, "bf" + ID, "1600"})
    void aMalformedMessageEndsTheConnectionAfterAllBeforeIt(String malformed) throws Exception {
        try (RawClient client = client()) {
            assertEquals("connected", app.next());
            client.send(request("create"));
            client.send(malformed);
            client.send(request("close"));
            assertTrue(client.next().startsWith("15"));
            assertEquals("3f00".replace("3f", "40") + hex("from the hook"), client.next());
            assertTrue(client.next().startsWith("c0"));
            assertEquals(CloseCode.PROTOCOL_ERROR, client.closeCode());
            for (String hook : List.of("request create", "created", "disconnected with")) {
                assertEquals(hook, app.next());
            }
            assertEquals(0, headed().server().activeSessions().count());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"00" + ID + "7b", "15 7b", "16", "bf" + ID + "01", "c1" + ID + "00 6800"})
    void aServersMessageFromAClientIsIgnored(String message) throws Exception {
        try (RawClient client = client()) {
            client.send(message);
            client.alive();
        }
    }

    @Test
    void textMessagesAreTakenLikeBinaryOnes() throws Exception {
        try (RawClient client = client()) {
            client.sendText("?\0x"); // 3f 00 78: a signal
            assertEquals("connected", app.next());
            assertEquals("signal x", app.next());
            client.alive();
        }
    }

    @Test
    void aMessageOverTheLimitCloses() throws Exception {
        Server small = new Server(app, null, ServerSettings.DEFAULT.withMessageLimit(64));
        try (RawClient client = client(small)) {
            client.send("7f" + ID + "00" + "78".repeat(64));
            assertEquals(CloseCode.TOO_BIG, client.closeCode());
        }
    }

    // --- requests -------------------------------------------------------------------------------------------------

    @Test
    void withoutHooksRequestsAreNotImplementedAndSessionsDisabled() throws Exception {
        try (RawClient client = client(new Server(new Hooks() {}, null, ServerSettings.DEFAULT))) {
            client.send(request("x"));
            assertEquals(
                    error("NOT_IMPLEMENTED", "Request handling is not implemented  on this server instance"),
                    client.next());
            for (String message : List.of("20" + ID + "6b", "1f" + ID)) {
                client.send(message);
                assertEquals(
                        error("SESSIONS_DISABLED", "Sessions are disabled on this server instance"), client.next());
            }
        }
    }

    @Test
    void anExceptionIsAnErrorWithoutItsTextAndTheConnectionStays() throws Exception {
        try (RawClient client = client()) {
            client.send(request("fail"));
            String answer = new String(HexFormat.of().parseHex(client.next().substring(18)), UTF_8);
            assertTrue(answer.startsWith("{\"c\":\"INTERNAL_ERROR\",\"m\":\"internal error, trace "), answer);
            assertFalse(answer.contains("secret"));
            client.send("40 04 6661696c 78"); // a signal "fail"
            client.alive();
        }
    }

    @Test
    void anOddUtf16ReplyIsNotChecked() throws Exception {
        try (RawClient client = client()) {
            client.send(request("odd"));
            assertEquals("c1" + ID + "01", client.next());
        }
    }

    @Test
    void messagesAreHandledInOrderAndSignalsOvertakeARunningRequest() throws Exception {
        try (RawClient client = client();
                RawClient other = another()) {
            client.send(request("wait"));
            client.send("7f" + ID + "00 79"); // could be answered at once, but it is not its turn
            client.send("7f" + ID + "00 7a"); // the same id again: two replies
            assertEquals("4000" + hex("before"), client.next());
            other.alive();
            assertFalse(client.hasMore());
            app.gate.countDown();
            assertEquals("c0" + ID + hex("done"), client.next());
            assertEquals("bf" + ID + "79", client.next());
            assertEquals("bf" + ID + "7a", client.next());
        }
    }

    @Test
    void aFloodIsHeldUpAndHarmsNobody() throws Exception {
        Server tight = new Server(app, null, ServerSettings.DEFAULT.withQueueLimit(16 * 1024));
        try (RawClient client = client(tight);
                RawClient other = another()) {
            client.send(request("wait"));
            assertTrue(app.waiting.await(20, TimeUnit.SECONDS));
            for (int i = 0; i < 20_000; i++) {
                client.send("3f00" + "78".repeat(100));
            }
            other.alive();
            app.gate.countDown();
            client.next();
            assertEquals("c0" + ID + hex("done"), client.next());
            client.alive(); // after all of them
        }
    }

    @Test
    void whoDoesNotReadIsCutOffAndFreesWhoSends() throws Exception {
        CompletableFuture<Client> connected = new CompletableFuture<>();
        Hooks hooks = new Hooks() {
            @Override
            public void onClientConnected(Client client) {
                connected.complete(client);
            }
        };
        ServerSettings impatient =
                ServerSettings.DEFAULT.withQueueLimit(16 * 1024).withStuckTimeout(Duration.ofMillis(300));
        try (RawClient client = client(new Server(hooks, null, impatient))) {
            client.socket.pauseReading();
            Client peer = connected.get(20, TimeUnit.SECONDS);
            Payload large = Payload.binary(new byte[64 * 1024]);
            int sent = 0;
            while (peer.signal("", large)) {
                sent++;
            }
            assertTrue(sent > 0);
            assertFalse(peer.isConnected());
        }
    }

    // --- sessions -------------------------------------------------------------------------------------------------

    @Test
    void anotherSessionOnTheConnectionIsRefusedAndNothingLocksUp() throws Exception {
        CompletableFuture<Client> connected = new CompletableFuture<>();
        Hooks hooks = new Hooks() {
            @Override
            public void onClientConnected(Client client) {
                connected.complete(client);
            }
        };
        try (RawClient client = client(new Server(hooks, app, ServerSettings.DEFAULT))) {
            Client peer = connected.get(20, TimeUnit.SECONDS);
            Session session = peer.createSession("info");
            assertEquals(64, session.key().length());
            assertTrue(session.key().matches("[A-Za-z0-9_-]{64}"));
            SessionException refused = assertThrows(SessionException.class, () -> peer.createSession("other"));
            assertEquals("Another session (" + session.key() + ") on this client is already active", refused.text());
            assertTrue(peer.signal("", Payload.utf8("x")));
            assertTrue(client.next().startsWith("15"));
        }
    }

    private void awaitDisconnected() throws InterruptedException {
        String hook = app.next();
        while (!hook.startsWith("disconnected")) {
            hook = app.next();
        }
    }

    private String create(RawClient client) throws Exception {
        client.send(request("create"));
        assertTrue(client.next().startsWith("15"));
        client.next(); // the signal of the hook
        return client.next().substring(18);
    }

    @Test
    void theClientClosesItsSession() throws Exception {
        try (RawClient client = client()) {
            client.send("1f" + ID); // none yet: an empty reply, no hook
            assertEquals("bf" + ID, client.next());
            create(client);
            client.send("1f" + ID);
            assertEquals("16", client.next());
            assertEquals("bf" + ID, client.next());
            for (String hook : List.of("connected", "request create", "created", "closed with")) {
                assertEquals(hook, app.next());
            }
            client.send("1f" + ID);
            assertEquals("bf" + ID, client.next());
        }
    }

    @Test
    void anActiveSessionIsRefusedWithoutLookup() throws Exception {
        try (RawClient client = client();
                RawClient other = another()) {
            String key = create(client);
            String text = new String(HexFormat.of().parseHex(key), UTF_8);
            for (RawClient one : List.of(client, other)) {
                one.send("20" + ID + key);
                assertEquals(
                        error("SESSION_ACTIVE", "The session identified by key: '" + text + "' is already active"),
                        one.next());
            }
            assertFalse(app.called.contains("lookup"));
        }
    }

    @Test
    void aRestorationFreesTheSessionThatWasThere() throws Exception {
        try (RawClient client = client();
                RawClient other = another()) {
            String first = create(client);
            String second = create(other);
            other.disconnect();
            awaitDisconnected();
            client.send("20" + ID + second);
            assertTrue(client.next().startsWith("c1" + ID + hex("{\"key\":\"") + second));
            assertEquals(1, headed().server().activeSessions().count());
            try (RawClient third = another()) {
                third.send("20" + ID + first);
                assertTrue(third.next().startsWith("c1" + ID + hex("{\"key\":\"") + first));
            }
        }
    }

    @Test
    void ofManyThatRestoreASessionOneWins() throws Exception {
        RawClient client = client();
        String key = create(client);
        client.close();
        awaitDisconnected();
        List<RawClient> rivals = List.of(another(), another(), another(), another(), another(), another());
        rivals.forEach(one -> one.send("20" + ID + key));
        int won = 0;
        for (RawClient one : rivals) {
            won += one.next().startsWith("c1") ? 1 : 0;
        }
        assertEquals(1, won);
    }

    // --- the end --------------------------------------------------------------------------------------------------

    @Test
    void aShutDownLetsRunningRequestsFinish() throws Exception {
        try (RawClient client = client();
                RawClient idle = another()) {
            idle.alive();
            client.send(request("wait"));
            assertTrue(app.waiting.await(20, TimeUnit.SECONDS));
            client.send(request("create"));
            var down = CompletableFuture.runAsync(() -> headed().server().shutDown(Duration.ofSeconds(20)));
            assertEquals(CloseCode.GOING_AWAY, idle.closeCode());
            app.gate.countDown();
            assertEquals("4000" + hex("before"), client.next());
            assertEquals("c0" + ID + hex("done"), client.next());
            assertEquals(error("SERVER_SHUTDOWN", "The server is shutting down"), client.next());
            assertEquals(CloseCode.GOING_AWAY, client.closeCode());
            down.get(20, TimeUnit.SECONDS);
            assertEquals(0, headed().server().clients());
        }
    }
}
