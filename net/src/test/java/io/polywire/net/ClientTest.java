package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClientTest {
    private final CompletableFuture<String> message = new CompletableFuture<>();

    /** Takes the first message, or how it ended. */
    record Collect(CompletableFuture<String> message) implements MessageHandler {
        @Override
        public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
            message.complete(new String(buf, off, len, StandardCharsets.UTF_8));
        }

        @Override
        public void onClose(WebSocket socket, int code, String reason) {
            message.complete(code + " " + reason);
        }
    }

    private WebSocket connect(Served served, WebSocketTarget target) throws Exception {
        return Client.webSocket(served.loops, target, WebSocketSettings.DEFAULT, new Collect(message))
                .get(30, TimeUnit.SECONDS);
    }

    private static WebSocketTarget target(Endpoint at, String... subprotocols) {
        return WebSocketTarget.of(URI.create("ws://" + at + "/ws?q=1"), subprotocols);
    }

    private NetException failure(Loops loops, WebSocketTarget target) {
        ExecutionException e = assertThrows(
                ExecutionException.class,
                () -> Client.webSocket(loops, target, WebSocketSettings.DEFAULT, new Collect(message))
                        .get(30, TimeUnit.SECONDS));
        assertTrue(!message.isDone(), "the handler hears nothing of a failed attempt");
        return assertInstanceOf(NetException.class, e.getCause());
    }

    @Test
    void headersQueryAndSubprotocolArrive() throws Exception {
        BlockingQueue<HttpRequest> requests = new LinkedBlockingQueue<>();
        HttpDoor door = r -> {
            requests.add(r);
            return new HttpAnswer.Upgrade(new Echo(), WebSocketSettings.DEFAULT, "b", Headers.EMPTY);
        };
        try (Served served = new Served(Doors.http(door))) {
            WebSocket socket = connect(served, target(served.at(), "a", "b").withHeaders(Headers.of("X-Key", "k")));
            assertEquals("b", socket.subprotocol());
            HttpRequest request = requests.take();
            assertEquals("[a, b]", request.subprotocols().toString());
            assertEquals("k", request.headers().first("x-key"));
            assertEquals(
                    "[1]",
                    request.parameters().getOrDefault("q", java.util.List.of()).toString());
            assertEquals(served.at().toString(), request.headers().first("Host"));
        }
    }

    @Test
    void maskedMessagesOfEveryLengthComeBack() throws Exception {
        try (Served served = Served.webSocket(WebSocketSettings.DEFAULT, new Echo())) {
            BlockingQueue<String> got = new LinkedBlockingQueue<>();
            MessageHandler collect = new MessageHandler() {
                @Override
                public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                    got.add(new String(buf, off, len, StandardCharsets.UTF_8));
                }

                @Override
                public void onClose(WebSocket socket, int code, String reason) {}
            };
            WebSocket socket = Client.webSocket(served.loops, target(served.at()), WebSocketSettings.DEFAULT, collect)
                    .get(30, TimeUnit.SECONDS);
            for (int n = 0; n < 300; n++) {
                String text = "abcdefghij".repeat(30).substring(0, n);
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                socket.execute(() -> {
                    socket.begin(bytes.length, true);
                    for (int i = 0; i < bytes.length; i += 7) {
                        socket.append(bytes, i, Math.min(7, bytes.length - i));
                    }
                    socket.end();
                });
                assertEquals(text, got.poll(30, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void refusalCarriesStatusHeadersAndBody() throws Exception {
        HttpDoor door = r -> HttpResponse.text(403, "not you").with("Location", "/elsewhere");
        try (Served served = new Served(Doors.http(door))) {
            HandshakeRefused e = assertInstanceOf(HandshakeRefused.class, failure(served.loops, target(served.at())));
            assertEquals(403, e.status());
            assertEquals("not you\n", e.body());
            assertEquals("/elsewhere", e.headers().first("location"));
        }
    }

    @Test
    void offeredSubprotocolsNeedAnAnswer() throws Exception {
        try (Served served = Served.webSocket(WebSocketSettings.DEFAULT, new Echo())) {
            NetException e = failure(served.loops, target(served.at(), "wamp.2.json"));
            assertTrue(String.valueOf(e.getMessage()).endsWith("none of the subprotocols [wamp.2.json] was accepted"));
        }
    }

    @Test
    void refusedConnectionIsNamed() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (Loops loops = Loops.open(1)) {
            NetException e = failure(loops, target(new Endpoint.Tcp("127.0.0.1", port)));
            assertTrue(String.valueOf(e.getMessage()).startsWith("cannot connect to 127.0.0.1:" + port + ": "));
        }
    }

    @Test
    void missingUnixSocketIsNamed(@TempDir Path dir) {
        try (Loops loops = Loops.open(1)) {
            WebSocketTarget target =
                    target(new Endpoint.Tcp("localhost", 1)).withEndpoint(new Endpoint.Unix(dir.resolve("none")));
            assertTrue(String.valueOf(failure(loops, target).getMessage()).contains("none: "));
        }
    }

    @Test
    void silentServerTimesOut() throws Exception {
        try (Loops loops = Loops.open(1);
                ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            WebSocketTarget target =
                    target(new Endpoint.Tcp("127.0.0.1", silent.getLocalPort())).withTimeout(Duration.ofMillis(200));
            assertTrue(String.valueOf(failure(loops, target).getMessage()).endsWith("no answer within 200 ms"));
        }
    }

    @Test
    void serverThatSpeaksNoHttpIsRefused() throws Exception {
        StreamDoor rude = peer -> new StreamHandler() {
            @Override
            public void onOpen(ByteStream stream) {
                stream.output().write("SSH-2.0-x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }

            @Override
            public void onBytes(ByteStream stream, byte[] buf, int off, int len) {}

            @Override
            public void onClose(ByteStream stream, int code, String reason) {}
        };
        try (Served served = new Served(Doors.stream(rude))) {
            NetException e = failure(served.loops, target(served.at()));
            assertTrue(String.valueOf(e.getMessage()).endsWith("the answer is not HTTP"), e.getMessage());
        }
    }

    @Test
    void closeOfTheServerIsTold() throws Exception {
        MessageHandler closing = new MessageHandler() {
            @Override
            public void onOpen(WebSocket socket) {
                socket.closeAfterFlush(4100, "invalid public key");
            }

            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {}

            @Override
            public void onClose(WebSocket socket, int code, String reason) {}
        };
        try (Served served = Served.webSocket(WebSocketSettings.DEFAULT, closing)) {
            WebSocket socket = connect(served, target(served.at()));
            assertNull(socket.subprotocol());
            assertEquals("4100 invalid public key", message.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void messagesSentOnOpenAreNotLost() throws Exception {
        MessageHandler greeting = new MessageHandler() {
            @Override
            public void onOpen(WebSocket socket) {
                socket.sendText("welcome");
            }

            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {}

            @Override
            public void onClose(WebSocket socket, int code, String reason) {}
        };
        try (Served served = Served.webSocket(WebSocketSettings.DEFAULT, greeting)) {
            connect(served, target(served.at()));
            assertEquals("welcome", message.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void compressedMessagesComeBack() throws Exception {
        WebSocketSettings deflate = WebSocketSettings.DEFAULT.withDeflate(true);
        try (Served served = Served.webSocket(deflate, new Echo())) {
            WebSocket socket = Client.webSocket(served.loops, target(served.at()), deflate, new Collect(message))
                    .get(30, TimeUnit.SECONDS);
            String text = "polywire ".repeat(100_000);
            socket.execute(() -> socket.sendText(text));
            assertEquals(text, message.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void unknownHostIsNamed() {
        try (Loops loops = Loops.open(1)) {
            NetException e = failure(loops, target(new Endpoint.Tcp("no-such-host.invalid", 1)));
            assertTrue(String.valueOf(e.getMessage()).startsWith("cannot connect to no-such-host.invalid:1"));
        }
    }
}
