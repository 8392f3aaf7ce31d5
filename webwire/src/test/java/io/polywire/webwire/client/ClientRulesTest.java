package io.polywire.webwire.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.Headers;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpDoor;
import io.polywire.net.HttpRequest;
import io.polywire.net.HttpResponse;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import io.polywire.net.WebSocketSettings;
import io.polywire.webwire.client.WebWireException.ConnectFailed;
import io.polywire.webwire.client.WebWireException.Disconnected;
import io.polywire.webwire.client.WebWireException.ServerError;
import io.polywire.webwire.client.WebWireException.TimedOut;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.message.Session;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client and a server that says what the test wants, octet by octet. */
@Timeout(60)
class ClientRulesTest {
    private static final String SESSION = "{\"key\":\"k\",\"crt\":\"2018-03-03T16:49:28.12+01:00\",\"inf\":null}";
    private static final Duration SHORT = Duration.ofMillis(50);

    private final Loops loops = Loops.open(1);
    private final Script server = new Script();
    private final Listener listener =
            Listener.open(loops, new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)), Doors.http(server));
    private final LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();
    private final WebWireClient client = client(new ClientHooks() {
        @Override
        public void onServerSignal(Signal signal) {
            told.add(signal);
        }

        @Override
        public void onSessionCreated(Session session) {
            told.add(session);
        }

        @Override
        public void onSessionClosed() {
            told.add("closed");
        }
    });

    /** Keeps what comes; sends what it is told to. */
    private static final class Script implements HttpDoor, MessageHandler {
        final LinkedBlockingQueue<String> got = new LinkedBlockingQueue<>();
        volatile String metadata = "{\"protocol-version\":\"1.1\"}\n";
        private volatile @Nullable WebSocket socket;

        @Override
        public HttpAnswer answer(HttpRequest request) {
            return request.method().equals("WEBWIRE")
                    ? new HttpResponse(200, Headers.of("Content-Type", "text/plain"), metadata.getBytes(UTF_8))
                    : new HttpAnswer.Upgrade(this, WebSocketSettings.DEFAULT);
        }

        @Override
        public void onOpen(WebSocket opened) {
            socket = opened;
        }

        @Override
        public void onMessage(WebSocket from, byte[] buf, int off, int len, boolean text) {
            got.add(HexFormat.of().formatHex(Arrays.copyOfRange(buf, off, off + len)));
        }

        @Override
        public void onClose(WebSocket from, int code, String reason) {
            got.add("gone");
        }

        void send(String hex) {
            WebSocket to = socket;
            assertNotNull(to);
            byte[] octets = HexFormat.of().parseHex(hex.replace(" ", ""));
            to.execute(() -> to.sendBinary(octets));
        }

        String next() throws InterruptedException {
            String next = got.poll(20, TimeUnit.SECONDS);
            assertNotNull(next, "nothing came");
            return next;
        }
    }

    private WebWireClient client(ClientHooks hooks) {
        return new WebWireClient(loops, (Endpoint.Tcp) listener.endpoint(), Duration.ofSeconds(20), hooks);
    }

    @AfterEach
    void end() {
        client.close();
        listener.close();
        loops.close();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(UTF_8));
    }

    private static String id(int n) {
        return String.format("%02x", n) + "00".repeat(7); // little-endian
    }

    private static Payload text(String text) {
        return Payload.utf8(text);
    }

    private Object nextTold() throws InterruptedException {
        Object next = told.poll(20, TimeUnit.SECONDS);
        assertNotNull(next, "no hook was called");
        return next;
    }

    /** Asks in the background; the answer is the test's business. */
    private CompletableFuture<Payload> ask(String name) {
        return CompletableFuture.supplyAsync(() -> client.request(name, text("x")));
    }

    @Test
    void anotherVersionIsRefusedBeforeTheUpgrade() {
        for (String metadata : new String[] {"{\"protocol-version\":\"1.4\"}", "{}", "hello", ""}) {
            server.metadata = metadata;
            assertThrows(ConnectFailed.class, client::connect, metadata);
        }
        assertTrue(server.got.isEmpty());
        server.metadata = "{\"protocol-version\":\"1.1\",\"more\":[1]}";
        client.connect();
        client.connect(); // connected already: nothing happens
        assertTrue(client.isConnected());
    }

    @Test
    void idsCountFromOneLittleEndianAndGoOnAfterAReconnect() throws Exception {
        client.connect();
        var first = ask("a");
        assertEquals("80" + id(1) + "01" + hex("a") + "78", server.next());
        server.send("bf" + id(1));
        assertEquals(Payload.EMPTY, first.get());
        client.disconnect();
        assertEquals("gone", server.next());
        client.connect();
        var second = ask("a");
        assertEquals("80" + id(2) + "01" + hex("a") + "78", server.next());
        server.send("c0" + id(2) + "79");
        assertEquals(text("y"), second.get());
    }

    @Test
    void repliesOfUnknownIdsAndWhatIsNoMessageAreIgnored() throws Exception {
        client.connect();
        assertThrows(TimedOut.class, () -> client.request("a", text("x"), SHORT));
        var answer = ask("b");
        server.next();
        server.next();
        for (String strange : new String[] {
            "bf" + id(1),
            "bf" + id(9) + "00",
            "00" + id(9) + "7b7d",
            "63",
            "",
            "bf0102",
            "00",
            "3f",
            "01" + id(2),
            "7f" + id(1) + "0078"
        }) {
            server.send(strange);
        }
        server.send("c0" + id(2) + "79");
        assertEquals(text("y"), answer.get());
        assertTrue(client.isConnected());
        assertEquals(0, client.pendingRequests());
    }

    @Test
    void anErrorThatCannotBeReadFailsTheRequestWithoutCode() throws Exception {
        client.connect();
        var answer = CompletableFuture.supplyAsync(
                () -> assertThrows(ServerError.class, () -> client.request("a", text("x"))));
        server.next();
        server.send("00" + id(1) + hex("no json"));
        assertEquals("", answer.get().code());
        var other = CompletableFuture.supplyAsync(
                () -> assertThrows(ServerError.class, () -> client.request("a", text("x"))));
        server.next();
        server.send("00" + id(2) + hex("{\"M\":\"text\",\"C\":\"CODE\",\"z\":1}"));
        assertEquals("CODE", other.get().code());
        assertEquals("text", other.get().text());
    }

    @Test
    void sessionsOfTheServerReplaceTheOwnAndUnreadableOnesAreIgnored() throws Exception {
        client.connect();
        server.send("15" + hex(SESSION));
        assertEquals(Session.parse(SESSION.getBytes(UTF_8)), nextTold());
        server.send("15" + hex("{\"key\":"));
        server.send("15" + hex(SESSION.replace("\"k\"", "\"other\"")));
        assertEquals("other", ((Session) nextTold()).key());
        server.send("16");
        assertEquals("closed", nextTold());
        assertNull(client.session());
    }

    @Test
    void aNamedSignalIsSplitFromItsName() throws Exception {
        client.connect();
        server.send("41 03 616263 00 68006900"); // UTF-16, "abc", padding, "hi"
        assertEquals(new Signal("abc", Payload.utf16("hi")), nextTold());
        server.send("3f 01 e9 07"); // a name may have any octet
        assertEquals(new Signal("é", Payload.binary((byte) 7)), nextTold());
    }

    @Test
    void aReconnectRestoresTheSessionAndARefusalDropsIt() throws Exception {
        client.connect();
        server.send("15" + hex(SESSION));
        nextTold();
        client.disconnect();
        assertEquals("gone", server.next());
        assertNotNull(client.session()); // kept
        var connecting = CompletableFuture.runAsync(client::connect);
        assertEquals("20" + id(1) + hex("k"), server.next());
        server.send("c0" + id(1) + hex(SESSION.replace("null", "7"))); // 192 as later releases, and other info
        connecting.get();
        Session restored = client.session();
        assertNotNull(restored);
        assertEquals(7L, restored.info());

        client.disconnect();
        assertEquals("gone", server.next());
        var again = CompletableFuture.runAsync(client::connect);
        assertEquals("20" + id(2) + hex("k"), server.next());
        server.send("00" + id(2) + hex("{\"c\":\"SESSION_NOT_FOUND\"}"));
        again.get();
        assertTrue(client.isConnected());
        assertNull(client.session());
        assertTrue(told.isEmpty(), "a restoration calls no hook");
    }

    @Test
    void aSessionThatIsStillActiveOnTheLostConnectionIsAskedForAgain() throws Exception {
        client.connect();
        server.send("15" + hex(SESSION));
        nextTold();
        client.disconnect();
        assertEquals("gone", server.next());
        var connecting = CompletableFuture.runAsync(client::connect);
        assertEquals("20" + id(1) + hex("k"), server.next());
        server.send("00" + id(1) + hex("{\"c\":\"SESSION_ACTIVE\"}"));
        assertEquals("20" + id(2) + hex("k"), server.next());
        server.send("c1" + id(2) + hex(SESSION));
        connecting.get();
        assertNotNull(client.session());
    }

    @Test
    void aSecondSessionIsNotRestored() throws Exception {
        client.connect();
        server.send("15" + hex(SESSION));
        nextTold();
        assertThrows(IllegalStateException.class, () -> client.restoreSession("other"));
        assertTrue(server.got.isEmpty());
    }

    @Test
    void aClosureThatTheServerRefusesKeepsTheSessionAndOneWithoutConnectionForgetsIt() throws Exception {
        client.connect();
        client.closeSession(); // none: nothing is sent
        server.send("15" + hex(SESSION));
        nextTold();
        var closing = CompletableFuture.runAsync(() -> assertThrows(ServerError.class, client::closeSession));
        assertEquals("1f" + id(1), server.next());
        server.send("00" + id(1) + hex("{\"c\":\"INTERNAL_ERROR\"}"));
        closing.get();
        assertNotNull(client.session());
        client.disconnect();
        assertEquals("gone", server.next());
        client.closeSession();
        assertNull(client.session());
    }

    @Test
    void withoutConnectionRequestsAndSignalsFailAtOnce() {
        assertEquals(
                "Trying to send a request on a disconnected socket",
                assertThrows(Disconnected.class, () -> client.request("a", text("x")))
                        .getMessage());
        assertEquals(
                "Trying to send a signal on a disconnected client",
                assertThrows(Disconnected.class, () -> client.signal("a", text("x")))
                        .getMessage());
    }

    @Test
    void aHookMayWaitForAReply() throws Exception {
        CompletableFuture<Payload> reply = new CompletableFuture<>();
        CompletableFuture<WebWireClient> self = new CompletableFuture<>();
        WebWireClient other = client(new ClientHooks() {
            @Override
            public void onServerSignal(Signal signal) {
                reply.complete(self.join().request("a", text("x")));
            }
        });
        self.complete(other);
        try (other) {
            other.connect();
            server.send("3f0001");
            server.next();
            server.send("c0" + id(1) + "79");
            assertEquals(text("y"), reply.get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void aFailedConnectCanBeTriedAgain() {
        server.metadata = "nothing";
        assertThrows(ConnectFailed.class, client::connect);
        server.metadata = "{\"protocol-version\":\"1.1\"}";
        client.connect();
        assertTrue(client.isConnected());
    }
}
