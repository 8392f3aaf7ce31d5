package io.polywire.wamp.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The WebSocket transports (WAMP, "WebSocket Transport", "Batched WebSocket Transport"). */
@Timeout(120)
class WebSocketTest {
    private static final char SEPARATOR = 0x1E;

    private final Served served = Served.patient(false);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        http.shutdownNow();
        served.close();
    }

    /** What comes back: messages as text (binary ones as ISO-8859-1), then "close CODE". */
    private static final class Heard implements WebSocket.Listener {
        final BlockingQueue<String> all = new LinkedBlockingQueue<>();
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                all.add(message.toString());
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            return onText(socket, StandardCharsets.ISO_8859_1.decode(data), last);
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            all.add("close " + code);
            return null;
        }

        String next() throws InterruptedException {
            String heard = all.poll(20, TimeUnit.SECONDS);
            return heard == null ? Assertions.fail("nothing came") : heard;
        }
    }

    private WebSocket open(String path, Heard heard, String first, String... more) {
        return http.newWebSocketBuilder()
                .subprotocols(first, more)
                .buildAsync(URI.create("ws://127.0.0.1:" + served.port() + path), heard)
                .join();
    }

    @Test
    void theFirstSubprotocolOfTheClientThatThereIsIsTaken() {
        WebSocket socket = open("/ws", new Heard(), "wamp.2.flatbuffers", "wamp.2.cbor", "wamp.2.json");
        assertEquals("wamp.2.cbor", socket.getSubprotocol());
        socket.abort();
    }

    @Test
    void anUpgradeWithoutAKnownSubprotocolIsRefusedWith400() {
        CompletableFuture<WebSocket> refused = http.newWebSocketBuilder()
                .subprotocols("wamp.2.flatbuffers")
                .buildAsync(URI.create("ws://127.0.0.1:" + served.port() + "/ws"), new Heard());
        CompletionException e = Assertions.assertThrows(CompletionException.class, refused::join);
        assertTrue(String.valueOf(e.getCause()).contains("WebSocketHandshakeException"), e.toString());
    }

    @Test
    void aPlainRequestIsToldToUpgrade() throws Exception {
        HttpRequest get = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + served.port() + "/ws"))
                .build();
        assertEquals(426, http.send(get, HttpResponse.BodyHandlers.ofString()).statusCode());
        HttpRequest elsewhere = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + served.port() + "/nothing"))
                .build();
        assertEquals(
                404, http.send(elsewhere, HttpResponse.BodyHandlers.ofString()).statusCode());
    }

    @Test
    void aSessionOverJsonEndsWithGoodbyeAnd1000() throws Exception {
        Heard heard = new Heard();
        WebSocket socket = open("/ws", heard, "wamp.2.json");
        socket.sendText(RawPeer.HELLO, true).join();
        assertTrue(heard.next().startsWith("[2,"));
        socket.sendText("[32,1,{}", false).join(); // in fragments
        socket.sendText(",\"a.b\"]", true).join();
        assertTrue(heard.next().startsWith("[33,1,"));
        socket.sendText("[6,{},\"wamp.close.close_realm\"]", true).join();
        assertEquals("[6,{},\"wamp.close.goodbye_and_out\"]", heard.next());
        assertEquals("close 1000", heard.next());
    }

    @Test
    void aViolationClosesWith1002AfterAbort() throws Exception {
        Heard heard = new Heard();
        open("/ws", heard, "wamp.2.json").sendText("[48,1,{},\"a.b\"]", true).join();
        assertTrue(heard.next().startsWith("[3,{\"message\":\"CALL is not allowed before HELLO\"}"));
        assertEquals("close 1002", heard.next());
    }

    @Test
    void aBinaryFrameInJsonClosesWith1003AfterAbort() throws Exception {
        Heard heard = new Heard();
        open("/ws", heard, "wamp.2.json")
                .sendBinary(ByteBuffer.wrap(RawPeer.HELLO.getBytes(StandardCharsets.UTF_8)), true)
                .join();
        assertTrue(heard.next().contains("wamp.error.protocol_violation"));
        assertEquals("close 1003", heard.next());
    }

    @Test
    void aTextFrameInMessagePackClosesWith1003AfterAbort() throws Exception {
        Heard heard = new Heard();
        open("/ws", heard, "wamp.2.msgpack").sendText(RawPeer.HELLO, true).join();
        assertTrue(heard.next().contains("wamp.error.protocol_violation"));
        assertEquals("close 1003", heard.next());
    }

    @Test
    void aMessageOverTheLimitClosesWith1009() throws Exception {
        Heard heard = new Heard();
        WebSocket socket = open("/ws", heard, "wamp.2.json");
        var _ = socket.sendText("[" + " ".repeat(1 << 20), true); // the answer may come before all of it is sent
        assertEquals("close 1009", heard.next());
    }

    @Test
    void inBatchedJsonEachMessageEndsWithTheSeparator() throws Exception {
        Heard heard = new Heard();
        WebSocket socket = open("/ws", heard, "wamp.2.json.batched");
        socket.sendText(RawPeer.HELLO + SEPARATOR, true).join();
        String welcome = heard.next();
        assertTrue(welcome.startsWith("[2,") && welcome.endsWith("]" + SEPARATOR), welcome);
        socket.sendText("[32,1,{},\"a.b\"]" + SEPARATOR + "[32,2,{},\"a.c\"]" + SEPARATOR, true)
                .join();
        String both = heard.next();
        if (both.indexOf(SEPARATOR) == both.length() - 1) {
            both += heard.next();
        }
        assertTrue(both.matches("\\[33,1,\\d+\\]\u001e\\[33,2,\\d+\\]\u001e"), both);
    }

    @Test
    void inBatchedMessagePackEachMessageFollowsItsLength() throws Exception {
        Heard heard = new Heard();
        WebSocket socket = open("/ws", heard, "wamp.2.msgpack.batched");
        byte[] hello = {
            (byte) 0x93,
            1, // HELLO
            (byte) 0xA6,
            'r',
            'e',
            'a',
            'l',
            'm',
            '1',
            (byte) 0x81,
            (byte) 0xA5,
            'r',
            'o',
            'l',
            'e',
            's',
            (byte) 0x81,
            (byte) 0xA6,
            'c',
            'a',
            'l',
            'l',
            'e',
            'r',
            (byte) 0x80
        };
        ByteBuffer batch = ByteBuffer.allocate(2 * 4 + 2 * hello.length);
        batch.putInt(hello.length).put(hello);
        batch.putInt(hello.length).put(hello); // a second HELLO is a violation
        socket.sendBinary(batch.flip(), true).join();
        String welcome = heard.next();
        ByteBuffer octets = ByteBuffer.wrap(welcome.getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(octets.capacity() - 4, octets.getInt());
        assertEquals((byte) 0x93, octets.get());
        assertEquals(2, octets.get());
        assertTrue(heard.next().contains("wamp.error.protocol_violation"));
        assertEquals("close 1002", heard.next());
    }

    @Test
    void anEmptyBatchAndOneThatEndsInsideAMessageAreViolations() throws Exception {
        for (ByteBuffer batch : new ByteBuffer[] {
            ByteBuffer.allocate(0),
            ByteBuffer.wrap(new byte[] {0, 0, 0}),
            ByteBuffer.wrap(new byte[] {0, 0, 0, 9, 1}),
            ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, 1})
        }) {
            Heard heard = new Heard();
            open("/ws", heard, "wamp.2.cbor.batched").sendBinary(batch, true).join();
            assertTrue(heard.next().contains("wamp.error.protocol_violation"));
            assertEquals("close 1002", heard.next());
        }
        Heard heard = new Heard();
        open("/ws", heard, "wamp.2.json.batched").sendText(RawPeer.HELLO, true).join();
        assertTrue(heard.next().contains("wamp.error.protocol_violation"));
    }

    @Test
    void aWampUpgradeIsTakenOnEveryPath() {
        assertEquals("wamp.2.json", open("/", new Heard(), "wamp.2.json").getSubprotocol());
    }

    @Test
    void textThatIsNotUtf8ClosesWith1007() throws Exception {
        try (java.net.Socket socket = new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), served.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(head("Host: h"));
            // FIN text, masked, 2 octets, mask 0, the first octet of a character without its second one
            socket.getOutputStream().write(new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, (byte) 0xC3, '"'});
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            int close = all.lastIndexOf('\u0088');
            assertTrue(close > 0, all);
            assertEquals(1007, all.charAt(close + 2) << 8 | all.charAt(close + 3));
        }
    }

    @Test
    void inBatchedCborEachMessageFollowsItsLength() throws Exception {
        Heard heard = new Heard();
        WebSocket socket = open("/ws", heard, "wamp.2.cbor.batched");
        // [1, "realm1", {"roles": {"caller": {}}}]
        byte[] hello = java.util.HexFormat.of().parseHex("8301667265616c6d31a165726f6c6573a16663616c6c6572a0");
        socket.sendBinary(
                        ByteBuffer.allocate(4 + hello.length)
                                .putInt(hello.length)
                                .put(hello)
                                .flip(),
                        true)
                .join();
        ByteBuffer welcome = ByteBuffer.wrap(heard.next().getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(welcome.capacity() - 4, welcome.getInt());
        assertEquals((byte) 0x83, welcome.get());
        assertEquals(2, welcome.get());
    }

    /** An upgrade to WAMP with these further lines. */
    private static byte[] head(String... lines) {
        String upgrade = String.join(
                "\r\n",
                "GET /ws HTTP/1.1",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Sec-WebSocket-Protocol: wamp.2.json",
                String.join("\r\n", lines));
        return (upgrade + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private int upgrade(int port, @Nullable String origin) throws Exception {
        try (java.net.Socket socket = new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(
                            origin == null
                                    ? head("Host: app.example.com")
                                    : head("Host: app.example.com", "Origin: " + origin));
            byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 101".length());
            return Integer.parseInt(new String(status, 9, 3, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void onlyWebPagesOfAllowedOriginsConnect() throws Exception {
        assertEquals(101, upgrade(served.port(), "https://anywhere.example"));
        Origins origins = new Origins(java.util.List.of("https://example.com", "https://*.example.org", "same"));
        try (Served strict = new Served(Served.PATIENT.withOrigins(origins), new Anonymous("anonymous"), false)) {
            for (String good : new String[] {
                "https://example.com", "HTTPS://EXAMPLE.COM", "https://a.b.example.org", "http://app.example.com"
            }) {
                assertEquals(101, upgrade(strict.port(), good), good);
            }
            for (String bad : new String[] {
                "https://example.org",
                "https://badexample.org",
                "https://example.com.evil.net",
                "http://example.com",
                "https://example.com:8443",
                "https://evil.net/app.example.com",
                "null"
            }) {
                assertEquals(403, upgrade(strict.port(), bad), bad);
            }
            assertEquals(101, upgrade(strict.port(), null), "no web page");
        }
        Assertions.assertThrows(IllegalArgumentException.class, () -> new Origins(java.util.List.of("example.com")));
    }

    @Test
    void shutdownClosesWith1001() throws Exception {
        Heard heard = new Heard();
        WebSocket socket = open("/ws", heard, "wamp.2.json");
        socket.sendText(RawPeer.HELLO, true).join();
        assertTrue(heard.next().startsWith("[2,"));
        served.close();
        assertEquals("close 1001", heard.next());
    }
}
