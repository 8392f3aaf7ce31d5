package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket.Listener;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SmokeTest {
    @Test
    void jdkWebSocketGetsItsEcho() throws Exception {
        try (Loops loops = Loops.open(1)) {
            HttpDoor echo = r -> new HttpAnswer.Upgrade(new Echo(), WebSocketSettings.DEFAULT);
            io.polywire.net.Listener l = io.polywire.net.Listener.open(
                    loops, new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)), Doors.http(echo));
            CompletableFuture<String> got = new CompletableFuture<>();
            CompletableFuture<Integer> closed = new CompletableFuture<>();
            var ws = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create("ws://" + l.endpoint() + "/x"), new Listener() {
                        @Override
                        public CompletionStage<?> onText(java.net.http.WebSocket s, CharSequence d, boolean last) {
                            got.complete(d.toString());
                            s.request(1);
                            return CompletableFuture.completedStage(null);
                        }

                        @Override
                        public CompletionStage<?> onClose(java.net.http.WebSocket s, int code, String reason) {
                            closed.complete(code);
                            return CompletableFuture.completedStage(null);
                        }
                    })
                    .get(5, TimeUnit.SECONDS);
            ws.sendText("hello", true).get(5, TimeUnit.SECONDS);
            assertEquals("hello", got.get(5, TimeUnit.SECONDS));
            ws.sendClose(1000, "").get(5, TimeUnit.SECONDS);
            assertEquals(1000, closed.get(5, TimeUnit.SECONDS));

            CompletableFuture<String> mine = new CompletableFuture<>();
            CompletableFuture<Integer> mineClosed = new CompletableFuture<>();
            WebSocket c = Client.webSocket(
                            loops,
                            WebSocketTarget.of(URI.create("ws://" + l.endpoint() + "/x")),
                            WebSocketSettings.DEFAULT,
                            new MessageHandler() {
                                @Override
                                public void onMessage(WebSocket s, byte[] b, int off, int len, boolean text) {
                                    mine.complete(new String(b, off, len, StandardCharsets.UTF_8));
                                }

                                @Override
                                public void onClose(WebSocket s, int code, String reason) {
                                    mineClosed.complete(code);
                                }
                            })
                    .get(5, TimeUnit.SECONDS);
            c.execute(() -> c.sendText("hello"));
            assertEquals("hello", mine.get(5, TimeUnit.SECONDS));
            c.closeAfterFlush(1000, "bye");
            assertEquals(1000, mineClosed.get(5, TimeUnit.SECONDS));
            l.close();
        }
    }
}
