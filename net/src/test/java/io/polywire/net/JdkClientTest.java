package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The clients of the JDK talk to the listener. */
final class JdkClientTest {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    private final java.net.http.WebSocket.Listener recorder = new java.net.http.WebSocket.Listener() {
        private final StringBuilder parts = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(java.net.http.WebSocket s, CharSequence data, boolean last) {
            parts.append(data);
            if (last) {
                events.add(parts.toString());
                parts.setLength(0);
            }
            s.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(java.net.http.WebSocket s, java.nio.ByteBuffer message) {
            events.add("pong " + message.remaining());
            s.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(java.net.http.WebSocket s, int code, String reason) {
            events.add("close " + code + " " + reason);
            return null;
        }
    };

    private String event() throws InterruptedException {
        return String.valueOf(events.poll(30, TimeUnit.SECONDS));
    }

    @Test
    void webSocketTalks() throws Exception {
        HttpDoor door =
                r -> new HttpAnswer.Upgrade(new Echo(), WebSocketSettings.DEFAULT, "echo", Headers.of("X-Extra", "1"));
        try (Served served = new Served(Doors.http(door));
                HttpClient client = HttpClient.newHttpClient()) {
            var socket = client.newWebSocketBuilder()
                    .subprotocols("echo", "other")
                    .buildAsync(URI.create("ws://" + served.at() + "/ws"), recorder)
                    .get(30, TimeUnit.SECONDS);
            assertEquals("echo", socket.getSubprotocol());
            String large = "0123456789".repeat(100_000);
            socket.sendText("frag", false).get(30, TimeUnit.SECONDS);
            socket.sendPing(java.nio.ByteBuffer.wrap(new byte[3])).get(30, TimeUnit.SECONDS);
            socket.sendText("ments €", true).get(30, TimeUnit.SECONDS);
            socket.sendText(large, true).get(30, TimeUnit.SECONDS);
            assertEquals("pong 3", event());
            assertEquals("fragments €", event());
            assertEquals(large, event());
            socket.sendClose(4000, "enough").get(30, TimeUnit.SECONDS);
            assertEquals("close 4000 ", event());
        }
    }

    @Test
    void closeOfTheServerArrives() throws Exception {
        MessageHandler closing = new MessageHandler() {
            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                socket.sendText("last words");
                socket.closeAfterFlush(1008, "policy");
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {
                events.add("server " + code + " " + reason);
            }
        };
        try (Served served = Served.webSocket(WebSocketSettings.DEFAULT, closing);
                HttpClient client = HttpClient.newHttpClient()) {
            var socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://" + served.at() + "/"), recorder)
                    .get(30, TimeUnit.SECONDS);
            socket.sendText("go", true).get(30, TimeUnit.SECONDS);
            assertEquals("last words", event());
            assertEquals("close 1008 policy", event());
            assertEquals("server 1008 policy", event());
        }
    }

    @Test
    void httpRequestsShareAConnection() throws Exception {
        HttpDoor door =
                r -> HttpAnswer.gather(1000, (x, body) -> x.respond(HttpResponse.text(200, r.method() + body.length)));
        try (Served served = new Served(Doors.http(door));
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            URI uri = URI.create("http://" + served.at() + "/");
            for (int i = 0; i < 5; i++) {
                var request = java.net.http.HttpRequest.newBuilder(uri)
                        .method("WEBWIRE", BodyPublishers.ofByteArray(new byte[i]))
                        .build();
                assertEquals(
                        "WEBWIRE" + i + "\n",
                        client.send(request, BodyHandlers.ofString()).body());
            }
            assertEquals(1, served.listener.connections());
        }
    }
}
