package io.polywire.webwire.door;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.Endpoint;
import io.polywire.net.HttpRequest;
import io.polywire.net.HttpResponse;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Payload;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server does on HTTP and WebSocket, octet by octet on a plain socket. */
@Timeout(60)
class TransportTest {
    private static final String UPGRADE = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n";
    private static final String KEY = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    /** Request: FIN and binary, masked, 11 octets, mask 0; type 7f, id, no name, "x". */
    private static final String ECHO = "82 8b 00000000 7f 0102030405060708 00 78";
    /** Its reply: FIN and binary, 10 octets; type bf, id, "x". */
    private static final String REPLY = "820abf010203040506070878";

    private final CountDownLatch hold = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);
    private final HeadedServer server = HeadedServer.open(
            new Endpoint.Tcp("127.0.0.1", 0),
            new Server(
                    new Hooks() {
                        @Override
                        public Payload onRequest(Client client, Request request) throws InterruptedException {
                            if (request.name().equals("hold")) {
                                held.countDown();
                                hold.await();
                            }
                            return request.payload();
                        }

                        @Override
                        public HttpResponse onOptions(HttpRequest request) {
                            return HttpResponse.text(200, "mine");
                        }
                    },
                    null,
                    ServerSettings.DEFAULT));

    /** A connection as it is. */
    private final class Wire implements AutoCloseable {
        final Socket socket;
        final DataInputStream in;
        final OutputStream out;

        Wire() throws IOException {
            Endpoint.Tcp at = (Endpoint.Tcp) server.endpoint();
            socket = new Socket(at.host(), at.port());
            socket.setSoTimeout(20_000);
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        /** The head of the response. */
        String ask(String head) throws IOException {
            out.write((head + "Host: x\r\n\r\n").getBytes(ISO_8859_1));
            StringBuilder text = new StringBuilder();
            while (text.indexOf("\r\n\r\n") < 0) {
                text.append((char) in.readUnsignedByte());
            }
            return text.toString();
        }

        Wire upgraded() throws IOException {
            assertTrue(ask("GET / HTTP/1.1\r\n" + UPGRADE + KEY).startsWith("HTTP/1.1 101 "));
            return this;
        }

        void send(String hex) throws IOException {
            out.write(HexFormat.of().parseHex(hex.replace(" ", "")));
        }

        void expect(String hex) throws IOException {
            byte[] octets = new byte[hex.length() / 2];
            in.readFully(octets);
            assertEquals(hex, HexFormat.of().formatHex(octets));
        }

        void expectEnd() throws IOException {
            assertEquals(-1, in.read());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @AfterEach
    void end() {
        hold.countDown();
        server.close();
    }

    // --- HTTP -----------------------------------------------------------------------------------------------------

    @Test
    void anUpgradeIsAnsweredWithThreeHeadersOnEveryPathAndNothingOfferedIsAccepted() throws Exception {
        try (Wire wire = new Wire()) {
            String head = wire.ask("GET /any/path HTTP/1.1\r\n" + UPGRADE + KEY
                    + "Origin: http://elsewhere.example\r\nSec-WebSocket-Protocol: wamp.2.json\r\n"
                    + "Sec-WebSocket-Extensions: permessage-deflate\r\n");
            assertTrue(head.startsWith("HTTP/1.1 101 "), head);
            assertTrue(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), head); // the example of RFC 6455
            assertEquals(3, head.lines().filter(line -> line.contains(": ")).count(), head);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Connection: keep-alive¦Upgrade: websocket¦Sec-WebSocket-Version: 13¦Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Connection: Upgrade¦Upgrade: h2c¦Sec-WebSocket-Version: 13¦Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Connection: Upgrade¦Upgrade: websocket¦Sec-WebSocket-Version: 8¦Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Connection: Upgrade¦Upgrade: websocket¦Sec-WebSocket-Version: 13",
            })
    void whatIsNoUpgradeIsABadRequest(String headers) throws Exception {
        try (Wire wire = new Wire()) {
            String head = wire.ask("GET / HTTP/1.1\r\n" + headers.replace("¦", "\r\n") + "\r\n");
            assertTrue(head.startsWith("HTTP/1.1 400 "), head);
            assertTrue(head.toLowerCase(java.util.Locale.ROOT).contains("sec-websocket-version: 13"), head);
        }
    }

    @Test
    void metadataCanBeAskedForAgainOnTheConnection() throws Exception {
        try (Wire wire = new Wire()) {
            for (int i = 0; i < 2; i++) {
                String head = wire.ask("WEBWIRE / HTTP/1.1\r\n");
                assertTrue(head.startsWith("HTTP/1.1 200 "), head);
                assertTrue(head.contains("application/json"), head);
                wire.expect(HexFormat.of().formatHex("{\"protocol-version\":\"1.1\"}\n".getBytes(ISO_8859_1)));
            }
        }
    }

    @Test
    void theHookReplacesTheAnswerToOptions() throws Exception {
        try (Wire wire = new Wire()) {
            String head = wire.ask("OPTIONS / HTTP/1.1\r\n");
            assertTrue(head.startsWith("HTTP/1.1 200 "), head);
            assertFalse(head.contains("Access-Control-Allow-Methods"), head);
        }
    }

    @Test
    void anUpgradeDuringTheShutDownIsRefused() throws Exception {
        try (Wire running = new Wire().upgraded();
                Wire late = new Wire()) {
            // Request: 14 octets, mask 0; type 7f, id, name "hold" with its length, "x".
            running.send("82 8f 00000000 7f 0102030405060708 04 686f6c64 78");
            assertTrue(held.await(20, TimeUnit.SECONDS));
            Thread stopping =
                    Thread.ofVirtual().start(() -> server.server().shutDown(java.time.Duration.ofSeconds(20)));
            String head = late.ask("WEBWIRE / HTTP/1.1\r\n");
            late.expect(HexFormat.of().formatHex("{\"protocol-version\":\"1.1\"}\n".getBytes(ISO_8859_1)));
            assertTrue(head.startsWith("HTTP/1.1 200 "), head);
            while (!server.server().isShutDown()) {
                Thread.onSpinWait();
            }
            assertTrue(late.ask("GET / HTTP/1.1\r\n" + UPGRADE + KEY).startsWith("HTTP/1.1 503 "));
            hold.countDown();
            running.expect(REPLY);
            running.expect("88"); // then a close frame
            stopping.join();
        }
    }

    // --- WebSocket ------------------------------------------------------------------------------------------------

    @Test
    void fragmentsAreOneMessageAndPingsBetweenThemAreAnswered() throws Exception {
        try (Wire wire = new Wire().upgraded()) {
            wire.send("02 84 00000000 7f010203"); // binary, not the end: type, 3 octets of the id
            wire.send("89 82 00000000 6869"); // ping "hi"
            wire.expect("8a026869"); // pong "hi"
            wire.send("80 87 00000000 0405060708 00 78"); // the end: id, no name, "x"
            wire.expect(REPLY);
        }
    }

    @Test
    void aCloseFrameIsAnsweredWithItsCodeAlone() throws Exception {
        try (Wire wire = new Wire().upgraded()) {
            wire.send("88 86 00000000 0fa0 62796521"); // 4000 "bye!"
            wire.expect("88020fa0");
            wire.expectEnd();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "not masked, 82 0b 7f 0102030405060708 00 78",
        "reserved bit, c2 8b 00000000 7f 0102030405060708 00 78",
        "unknown opcode, 83 81 00000000 00",
        "continuation of nothing, 80 81 00000000 00",
        "control frame in fragments, 09 80 00000000",
        "long control frame, 89 fe 0080 00000000",
    })
    void aViolationOfTheWebSocketProtocolClosesWith1002(String what, String frame) throws Exception {
        try (Wire wire = new Wire().upgraded()) {
            wire.send(ECHO);
            wire.expect(REPLY);
            wire.send(frame);
            assertEquals(0x88, wire.in.readUnsignedByte(), what);
            wire.in.readUnsignedByte();
            assertEquals(1002, wire.in.readUnsignedShort(), what);
        }
    }

    @Test
    void twoRequestsInOneSegmentAreTwoRequests() throws Exception {
        try (Wire wire = new Wire().upgraded()) {
            wire.send(ECHO + ECHO);
            wire.expect(REPLY);
            wire.expect(REPLY);
        }
    }
}
