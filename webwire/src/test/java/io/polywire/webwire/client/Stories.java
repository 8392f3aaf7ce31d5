package io.polywire.webwire.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.Endpoint;
import io.polywire.net.Loops;
import io.polywire.webwire.client.WebWireException.ConnectFailed;
import io.polywire.webwire.client.WebWireException.Disconnected;
import io.polywire.webwire.client.WebWireException.ServerError;
import io.polywire.webwire.client.WebWireException.TimedOut;
import io.polywire.webwire.message.Encoding;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.message.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** What a client goes through with a server of the test application, be it ours or one on the original library. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
abstract class Stories {
    static final Duration LONG = Duration.ofSeconds(20);

    private final Loops loops = Loops.open(1);
    private Endpoint.Tcp at = new Endpoint.Tcp("127.0.0.1", 1);

    /** Starts the server and tells where it listens. */
    abstract Endpoint.Tcp start() throws Exception;

    abstract void stop() throws Exception;

    /** Collects what a client is told. */
    private static final class Told implements ClientHooks {
        final LinkedBlockingQueue<Object> all = new LinkedBlockingQueue<>();

        @Override
        public void onServerSignal(Signal signal) {
            all.add(signal);
        }

        @Override
        public void onSessionCreated(Session session) {
            all.add(session);
        }

        @Override
        public void onSessionClosed() {
            all.add("closed");
        }

        @Override
        public void onDisconnected() {
            all.add("disconnected");
        }

        Object next() throws InterruptedException {
            Object next = all.poll(20, TimeUnit.SECONDS);
            assertNotNull(next, "nothing was told");
            return next;
        }
    }

    @BeforeAll
    void listen() throws Exception {
        at = start();
    }

    @AfterAll
    void end() throws Exception {
        loops.close();
        stop();
    }

    final WebWireClient client(ClientHooks hooks) {
        return new WebWireClient(loops, at, LONG, hooks);
    }

    final WebWireClient connected(ClientHooks hooks) {
        WebWireClient client = client(hooks);
        client.connect();
        return client;
    }

    @Test
    void everyEncodingComesBackAsItWent() {
        try (WebWireClient client = connected(ClientHooks.NONE)) {
            for (String name : List.of("", "echo", "echo5", "echo" + "x".repeat(251))) {
                for (Payload payload : List.of(
                        Payload.binary((byte) 0, (byte) -1, (byte) 7),
                        Payload.utf8("grüße 🙂"),
                        Payload.utf16("grüße 🙂"),
                        new Payload(Encoding.UTF16, new byte[] {0x3d, (byte) 0xd8}))) {
                    assertEquals(payload, client.request(name, payload));
                }
            }
            assertEquals(0, client.pendingRequests());
        }
    }

    @Test
    void aMebibyteComesBack() {
        try (WebWireClient client = connected(ClientHooks.NONE)) {
            Payload large = Payload.utf16("0123456789abcdef".repeat(32768));
            assertEquals(large, client.request("echo", large));
        }
    }

    @Test
    void errorsHaveCodeAndText() {
        try (WebWireClient client = connected(ClientHooks.NONE)) {
            Payload any = Payload.utf8("x");
            ServerError error = assertThrows(ServerError.class, () -> client.request("fail", any));
            assertEquals("SAMPLE_ERROR", error.code());
            assertEquals("sample error message", error.text());
            ServerError bare = assertThrows(ServerError.class, () -> client.request("whoami", any));
            assertEquals("NO_SESSION", bare.code());
            assertEquals("", bare.text());
        }
    }

    @Test
    void aReplyMayBeEmpty() {
        try (WebWireClient client = connected(ClientHooks.NONE)) {
            assertEquals(Payload.EMPTY, client.request("logout", Payload.utf8("x")));
        }
    }

    @Test
    void aLateReplyIsIgnored() {
        try (WebWireClient client = connected(ClientHooks.NONE)) {
            assertThrows(TimedOut.class, () -> client.request("slow", Payload.utf8("300"), Duration.ofMillis(50)));
            assertEquals(Payload.utf8("x"), client.request("echo", Payload.utf8("x")));
        }
    }

    @Test
    void whatServersRefuseIsNotSent() {
        try (WebWireClient client = connected(ClientHooks.NONE)) {
            assertThrows(IllegalArgumentException.class, () -> client.request("echo", Payload.EMPTY));
            assertThrows(IllegalArgumentException.class, () -> client.signal("ü", Payload.utf8("x")));
            assertEquals(Payload.utf8("x"), client.request("echo", Payload.utf8("x")));
        }
    }

    @Test
    void signalsComeBackNamedAndInOrder() throws InterruptedException {
        Told told = new Told();
        try (WebWireClient client = connected(told)) {
            Signal odd = new Signal("notify7", Payload.utf16("h"));
            client.signal(odd.name(), odd.payload());
            assertEquals(odd, told.next());
            for (int i = 0; i < 200; i++) {
                client.signal("", Payload.utf8("s" + i));
            }
            for (int i = 0; i < 200; i++) {
                assertEquals(new Signal("", Payload.utf8("s" + i)), told.next());
            }
        }
    }

    @Test
    void aLoginCreatesASessionBeforeItIsAnswered() throws InterruptedException {
        Told told = new Told();
        try (WebWireClient client = connected(told)) {
            String key = client.request("login", Payload.utf8("alice")).text();
            Session session = client.session();
            assertNotNull(session);
            assertEquals(key, session.key());
            assertEquals(64, key.length());
            assertEquals(Map.of("username", "alice"), session.info());
            assertEquals(session, told.next());
            assertEquals("alice", client.request("whoami", Payload.utf8("x")).text());

            client.request("logout", Payload.utf8("x"));
            assertNull(client.session());
            assertEquals("closed", told.next());
        }
    }

    @Test
    void aSessionIsRestoredByTheNextConnection() throws InterruptedException {
        Told told = new Told();
        try (WebWireClient client = connected(told)) {
            client.request("login", Payload.utf8("bob<&>"));
            Session session = client.session();
            client.disconnect();
            assertFalse(client.isConnected());
            client.connect();
            assertEquals(session, client.session());
            assertEquals("bob<&>", client.request("whoami", Payload.utf8("x")).text());
        }
    }

    @Test
    void aSessionIsActiveOnOneConnectionOnly() {
        try (WebWireClient one = connected(ClientHooks.NONE);
                WebWireClient other = connected(ClientHooks.NONE)) {
            String key = one.request("login", Payload.utf8("carol")).text();
            ServerError error = assertThrows(ServerError.class, () -> other.restoreSession(key));
            assertEquals("SESSION_ACTIVE", error.code());
            assertTrue(error.text().contains(key));
        }
    }

    @Test
    void aClosedSessionIsGoneForGood() throws InterruptedException {
        Told told = new Told();
        try (WebWireClient one = connected(told);
                WebWireClient other = connected(ClientHooks.NONE)) {
            String key = one.request("login", Payload.utf8("dave")).text();
            one.closeSession();
            assertNull(one.session());
            assertNotEquals("closed", told.next()); // created
            assertEquals("closed", told.next());
            ServerError error = assertThrows(ServerError.class, () -> other.restoreSession(key));
            assertEquals("SESSION_NOT_FOUND", error.code());
            one.closeSession(); // nothing to do
        }
    }

    @Test
    void aBroadcastReachesThoseOfTheUser() throws InterruptedException {
        Told told = new Told();
        try (WebWireClient one = connected(told);
                WebWireClient other = connected(ClientHooks.NONE)) {
            String user = "erin" + System.nanoTime();
            one.request("login", Payload.utf8(user));
            told.next();
            other.request("login", Payload.utf8(user));
            assertEquals("2", other.request("broadcast", Payload.utf16("hello")).text());
            assertEquals(new Signal("", Payload.utf16("hello")), told.next());
        }
    }

    @Test
    void manyThreadsShareAConnection() throws Exception {
        try (WebWireClient client = connected(ClientHooks.NONE);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Payload>> replies = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                Payload payload = Payload.utf8("n" + i);
                replies.add(threads.submit(() -> client.request("echo", payload)));
            }
            for (int i = 0; i < 500; i++) {
                assertEquals("n" + i, replies.get(i).get().text());
            }
        }
    }

    @Test
    void aLossFailsWhatIsPendingAtOnce() throws Exception {
        try (WebWireClient client = connected(ClientHooks.NONE)) {
            var answer = CompletableFuture.supplyAsync(() -> client.request("slow", Payload.utf8("5000")));
            while (client.pendingRequests() == 0) {
                Thread.onSpinWait();
            }
            client.disconnect();
            var failure = assertThrows(Exception.class, () -> answer.get(4, TimeUnit.SECONDS));
            assertTrue(failure.getCause() instanceof Disconnected);
            assertThrows(Disconnected.class, () -> client.request("echo", Payload.utf8("x")));
            assertThrows(Disconnected.class, () -> client.signal("", Payload.utf8("x")));
        }
    }

    @Test
    void nobodyThereIsSaidClearly() {
        WebWireClient client = new WebWireClient(loops, new Endpoint.Tcp("127.0.0.1", 1), LONG, ClientHooks.NONE);
        ConnectFailed failure = assertThrows(ConnectFailed.class, client::connect);
        assertTrue(String.valueOf(failure.getMessage()).contains("127.0.0.1:1"));
    }
}
