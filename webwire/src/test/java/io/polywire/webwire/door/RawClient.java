package io.polywire.webwire.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.polywire.net.Client;
import io.polywire.net.CloseCode;
import io.polywire.net.Endpoint;
import io.polywire.net.Loops;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import io.polywire.net.WebSocketSettings;
import io.polywire.net.WebSocketTarget;
import java.net.URI;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sends and gets octets as they are. */
final class RawClient implements MessageHandler, AutoCloseable {
    final WebSocket socket;
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final LinkedBlockingQueue<String> got = new LinkedBlockingQueue<>();

    RawClient(Loops loops, Endpoint at) {
        socket = Client.webSocket(
                        loops, WebSocketTarget.of(URI.create("ws://" + at + "/")), WebSocketSettings.DEFAULT, this)
                .join();
    }

    void send(String hex) {
        byte[] octets = HexFormat.of().parseHex(hex.replace(" ", ""));
        socket.execute(() -> socket.sendBinary(octets));
    }

    void sendText(String text) {
        socket.execute(() -> socket.sendText(text));
    }

    /** The next message in hexadecimal digits. */
    String next() throws InterruptedException {
        String next = got.poll(20, TimeUnit.SECONDS);
        assertNotNull(next, "nothing came");
        return next;
    }

    boolean hasMore() {
        return !got.isEmpty();
    }

    /** Whether the connection still serves: an echo is the very next message. */
    void alive() throws InterruptedException {
        send("7f 6161616161616161 00 7a"); // a request, id aaaaaaaa, without name, "z"
        assertEquals("bf61616161616161617a", next());
    }

    int closeCode() throws Exception {
        return closed.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void onMessage(WebSocket from, byte[] buf, int off, int len, boolean text) {
        got.add(HexFormat.of().formatHex(Arrays.copyOfRange(buf, off, off + len)));
    }

    @Override
    public void onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
    }

    @Override
    public void close() {
        disconnect();
    }

    void disconnect() {
        socket.closeAfterFlush(CloseCode.NORMAL, "");
    }
}
