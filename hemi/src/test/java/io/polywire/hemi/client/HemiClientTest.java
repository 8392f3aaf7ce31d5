package io.polywire.hemi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.hemi.Served;
import io.polywire.hemi.TestApp;
import io.polywire.hemi.TestCommands;
import io.polywire.hemi.TestCommands.CloseRequest;
import io.polywire.hemi.TestCommands.EchoRequest;
import io.polywire.hemi.TestCommands.EchoResponse;
import io.polywire.hemi.TestCommands.SlowRequest;
import io.polywire.hemi.TestCommands.SlowResponse;
import io.polywire.hemi.login.SecretKey;
import io.polywire.hemi.message.HemiException;
import io.polywire.hemi.message.Received;
import io.polywire.net.Headers;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpDoor;
import io.polywire.net.HttpResponse;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import io.polywire.net.WebSocketSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the client does when all is not well, on real sockets. */
class HemiClientTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final SecretKey REFUSED =
            SecretKey.ofHex("2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40");

    private static final Served APP = new Served(false, _ -> {
        List<HttpDoor> doors = new ArrayList<>(TestApp.doors().http());
        doors.add(request -> request.path().equals("/moved")
                ? new HttpResponse(301, Headers.of("Location", "/hemi"), new byte[0])
                : null);
        doors.add(request -> request.path().equals("/garbage")
                ? new HttpAnswer.Upgrade(new Greeting(List.of("garbage")), WebSocketSettings.DEFAULT)
                : null);
        doors.add(request -> request.path().equals("/rude")
                ? new HttpAnswer.Upgrade(
                        new Greeting(List.of("null", "{\"header\":{\"command\":\"what-is-this\"},\"payload\":1}")),
                        WebSocketSettings.DEFAULT)
                : null);
        return doors.toArray(HttpDoor[]::new);
    });

    /** Says what it has to say to everybody, and echoes what it hears as an answer to id 1. */
    private record Greeting(List<String> messages) implements MessageHandler {
        @Override
        public void onOpen(WebSocket socket) {
            for (String message : messages) {
                socket.sendText(message);
            }
        }

        @Override
        public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
            socket.sendText(
                    "{\"payload\":{\"text\":\"late\"},\"header\":{\"id\":\"1\",\"command\":\"test-echo-response\"}}");
        }

        @Override
        public void onClose(WebSocket socket, int code, String reason) {}
    }

    @AfterAll
    static void close() {
        APP.close();
    }

    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private final HemiListener listener = new HemiListener() {
        @Override
        public void onMessage(Received message) {
            heard.add(message);
        }

        @Override
        public void onOnline() {
            heard.add("online");
        }

        @Override
        public void onOffline(ConnectionException why) {
            heard.add(why);
        }
    };

    private Object hear() throws InterruptedException {
        return Objects.requireNonNull(heard.poll(30, TimeUnit.SECONDS), "nothing was heard");
    }

    private static HemiClientSettings settings(String path) {
        return HemiClientSettings.of(URI.create(APP.url(path)), TestCommands.COMMANDS);
    }

    private HemiClient client(HemiClientSettings settings) {
        return new HemiClient(APP.loops, settings, listener);
    }

    private static String echo(HemiClient client, String text) throws InterruptedException {
        return client.call(new EchoRequest(text), EchoResponse.class, TIMEOUT).text();
    }

    @Test
    void callConnectsByItself() throws InterruptedException {
        try (HemiClient client = client(settings("/hemi"))) {
            assertFalse(client.isOnline());
            assertEquals("x", echo(client, "x"));
            assertTrue(client.isOnline());
        }
    }

    @Test
    void connectionThatIsLostIsMadeAgainWithoutBeingUsed() throws InterruptedException {
        try (HemiClient client = client(settings("/hemi-auth").withLogin(SecretKey.generate()))) {
            client.connect();
            assertEquals("online", hear());
            CompletableFuture<SlowResponse> slow =
                    client.callAsync(new SlowRequest(60_000), SlowResponse.class, TIMEOUT);
            client.write("", new CloseRequest(1001, "bye"));
            assertEquals(1001, ((ConnectionException) hear()).closeCode());
            assertTrue(assertThrows(CompletionException.class, slow::join).getCause() instanceof ConnectionException);
            assertEquals("online", hear());
            assertEquals("again", echo(client, "again"));
        }
    }

    @Test
    void closeIsFinal() throws InterruptedException {
        HemiClient client = client(settings("/hemi"));
        client.connect();
        client.close();
        client.close();
        assertFalse(client.isOnline());
        assertThrows(ConnectionException.class, () -> echo(client, "x"));
        assertThrows(ConnectionException.class, client::connect);
    }

    @Test
    void refusedKeyIsToldAndNotTriedAgain() throws InterruptedException {
        HemiClient client = client(settings("/hemi-auth").withLogin(REFUSED));
        ConnectionException refused = assertThrows(ConnectionException.class, client::connect);
        assertTrue(refused.isKeyRefused());
        assertEquals("invalid public key", refused.closeReason());
        assertEquals(refused, hear());
        client.close(); // an attempt that was scheduled would be heard of now
        assertEquals(null, heard.poll());
    }

    @Test
    void lateAnswerGoesToTheListener() throws InterruptedException {
        try (HemiClient client = client(settings("/hemi"))) {
            client.connect();
            assertEquals("online", hear());
            assertThrows(
                    CallTimeoutException.class,
                    () -> client.call(new SlowRequest(300), SlowResponse.class, Duration.ofMillis(50)));
            Received late = (Received) hear();
            assertEquals("test-slow-response", late.command());
            assertEquals("1", late.id());
            assertTrue(client.isOnline());
        }
    }

    @Test
    void redirectsAreFollowed() throws InterruptedException {
        try (HemiClient client = client(settings("/moved"))) {
            assertEquals("x", echo(client, "x"));
        }
    }

    @Test
    void malformedFirstMessageFailsToConnect() {
        try (HemiClient client = client(settings("/garbage"))) {
            assertEquals(
                    1007,
                    assertThrows(ConnectionException.class, client::connect).closeCode());
        }
    }

    @Test
    void unknownMessagesOfAServerHurtNoCall() throws InterruptedException {
        try (HemiClient client = client(settings("/rude"))) {
            assertEquals("late", echo(client, "x"));
        }
    }

    @Test
    void serverThatIsNotThereIsNamed() {
        try (HemiClient client =
                client(HemiClientSettings.of(URI.create("ws://127.0.0.1:1/x"), TestCommands.COMMANDS))) {
            ConnectionException e = assertThrows(ConnectionException.class, client::connect);
            assertTrue(e.text().startsWith("dial server: "), e.text());
        }
    }

    @Test
    void pathThatIsNotThereIsNamed() {
        try (HemiClient client = client(settings("/nowhere"))) {
            ConnectionException e = assertThrows(ConnectionException.class, client::connect);
            assertTrue(e.text().contains("404"), e.text());
        }
    }

    @Test
    void payloadWithoutCommandIsNotSent() {
        try (HemiClient client = client(settings("/hemi"))) {
            HemiException e = assertThrows(
                    HemiException.class,
                    () -> client.call(new TestCommands.DoneRequest(), TestCommands.DoneResponse.class, TIMEOUT));
            assertTrue(e.text().startsWith("command unknown for payload"), e.text());
        }
    }
}
