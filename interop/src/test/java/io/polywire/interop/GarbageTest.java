package io.polywire.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever comes in at the port: the connection it comes on is closed, a session that was there before goes on, and the
 * server's memory stays where it was.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class GarbageTest {
    /** How long the server waits for a handshake or a message that has begun, and this test for the server. */
    private static final String TIMEOUT = "1s";

    private static final int PATIENCE_MILLIS = 8_000;
    private static final int OTHERS_WAIT_MILLIS = 5_000;
    private static final long MAY_GROW_KIB = 96 * 1024;

    private @Nullable ServerProcess running;
    private @Nullable RawSession bystander;
    private long residentBefore;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("polywire.yaml"), """
                listeners:
                  - tcp: 127.0.0.1:0
                    handshake_timeout: %1$s
                rates:
                  exempt_loopback: true
                wamp:
                  hello_timeout: %1$s
                realms:
                  - name: realm1
                    anonymous: true
                    roles: [{name: anonymous, unrestricted: true}]
                """.formatted(TIMEOUT));
        running = ServerProcess.serve("--config", file.toString());
        bystander = RawSession.join(server().port());
        for (int i = 0; i < 200; i++) {
            bystander().exercise();
        }
        everyWire().forEach(this::sendAndForget); // once, so that what is loaded on first use is loaded
        residentBefore = server().residentKiB();
    }

    @AfterAll
    void stop() {
        if (running != null) {
            running.close();
        }
    }

    @AfterEach
    void nobodyElseIsHurt() throws IOException {
        long start = System.nanoTime();
        bystander().exercise();
        try (RawSession another = RawSession.join(server().port())) {
            another.exercise();
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis < OTHERS_WAIT_MILLIS, "others waited " + millis + " ms");
        long grown = server().residentKiB() - residentBefore;
        assertTrue(grown < MAY_GROW_KIB, "memory has grown by " + grown + " KiB");
    }

    private ServerProcess server() {
        if (running == null) {
            throw new IllegalStateException();
        }
        return running;
    }

    private RawSession bystander() {
        if (bystander == null) {
            throw new IllegalStateException();
        }
        return bystander;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server().port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Sends the octets; true if the server has closed the connection before patience ran out. */
    private boolean closedAfter(byte[]... octets) throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            for (byte[] part : octets) {
                out.write(part);
            }
            return ended(socket);
        } catch (SocketException e) {
            return true;
        }
    }

    /** Whether the server ends the connection: at once, or by a close frame, whose answer it then waits for. */
    private static boolean ended(Socket socket) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try {
            InputStream in = socket.getInputStream();
            byte[] part = new byte[4096];
            for (int n = in.read(part); n >= 0; n = in.read(part)) {
                answer.write(part, 0, n);
                if (endsInCloseFrame(answer.toByteArray())) {
                    return true;
                }
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    /** Whether an answer to an upgrade has a close frame among the WebSocket frames that follow its head. */
    private static boolean endsInCloseFrame(byte[] answer) {
        int head = new String(answer, US_ASCII).indexOf("\r\n\r\n");
        if (answer.length == 0 || answer[0] != 'H' || head < 0) {
            return false;
        }
        for (int at = head + 4; at + 2 <= answer.length; ) {
            if ((answer[at] & 0x0F) == 8) {
                return true;
            }
            int length = answer[at + 1] & 0x7F;
            at += 2
                    + (length == 126 && at + 4 <= answer.length
                            ? 2 + ((answer[at + 2] & 0xFF) << 8 | answer[at + 3] & 0xFF)
                            : length);
        }
        return false;
    }

    private void sendAndForget(byte[] octets) {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(octets);
        } catch (IOException e) {
            // The server may have closed it already.
        }
    }

    private static byte[] bytes(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteBuffer all =
                ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    private static byte[] repeated(int octet, int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) octet);
        return bytes;
    }

    /** RawSocket handshake: messages up to 16 MiB, the serializer. */
    private static byte[] raw(int serializer) {
        return bytes(0x7F, 0xF0 | serializer, 0, 0);
    }

    private static byte[] rawFrame(byte[] message) {
        return join(bytes(0, message.length >> 16, message.length >> 8, message.length), message);
    }

    private static byte[] upgrade(String subprotocol) {
        return ("GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                        + "Sec-WebSocket-Protocol: " + subprotocol + "\r\n\r\n")
                .getBytes(US_ASCII);
    }

    /** A masked WebSocket frame with FIN; the mask is zero, so the payload stands as it is. */
    private static byte[] webSocketFrame(int opcode, byte[] payload) {
        int n = payload.length;
        byte[] header = n < 126
                ? bytes(0x80 | opcode, 0x80 | n)
                : n < 65536
                        ? bytes(0x80 | opcode, 0xFE, n >> 8, n)
                        : bytes(0x80 | opcode, 0xFF, 0, 0, 0, 0, n >> 24, n >> 16, n >> 8, n);
        return join(header, new byte[4], payload);
    }

    /** The beginning of a connection of every kind. */
    private static Stream<byte[]> everyWire() {
        return Stream.of(
                raw(1),
                raw(2),
                raw(3),
                upgrade("wamp.2.json"),
                upgrade("wamp.2.msgpack"),
                upgrade("wamp.2.cbor"),
                upgrade("wamp.2.json.batched"),
                upgrade("wamp.2.msgpack.batched"));
    }

    @Test
    void randomOctetsFromTheFirstOn() throws IOException {
        Random random = new Random(42);
        for (int i = 0; i < 300; i++) {
            byte[] octets = new byte[1 + random.nextInt(4000)];
            random.nextBytes(octets);
            sendAndForget(octets);
        }
    }

    @Test
    void randomOctetsAfterEveryHandshake() {
        Random random = new Random(43);
        for (int i = 0; i < 40; i++) {
            everyWire().forEach(start -> {
                byte[] octets = new byte[1 + random.nextInt(4000)];
                random.nextBytes(octets);
                sendAndForget(join(start, octets));
            });
        }
    }

    @Test
    void randomMessagesInProperFrames() {
        Random random = new Random(44);
        for (int i = 0; i < 60; i++) {
            byte[] octets = new byte[1 + random.nextInt(300)];
            random.nextBytes(octets);
            octets[0] = (byte) (0x90 | random.nextInt(8)); // a short list in MessagePack
            for (int serializer = 1; serializer <= 3; serializer++) {
                sendAndForget(join(raw(serializer), rawFrame(octets)));
            }
            sendAndForget(join(upgrade("wamp.2.cbor"), webSocketFrame(2, octets)));
            sendAndForget(join(upgrade("wamp.2.json"), webSocketFrame(1, octets)));
        }
    }

    @Test
    void framesCutOffAnywhere() {
        byte[] hello = "[1,\"realm1\",{\"roles\":{\"caller\":{}}}]".getBytes(US_ASCII);
        for (byte[] whole :
                List.of(join(raw(1), rawFrame(hello)), join(upgrade("wamp.2.json"), webSocketFrame(1, hello)))) {
            for (int length = 1; length < whole.length; length++) {
                sendAndForget(Arrays.copyOf(whole, length));
            }
        }
    }

    @Test
    void twoHundredThousandNestedArrays() throws IOException {
        int depth = 200_000;
        assertTrue(closedAfter(raw(1), rawFrame(repeated('[', depth))), "JSON");
        assertTrue(closedAfter(raw(2), rawFrame(repeated(0x91, depth))), "MessagePack");
        assertTrue(closedAfter(raw(3), rawFrame(repeated(0x81, depth))), "CBOR");
        assertTrue(closedAfter(upgrade("wamp.2.json"), webSocketFrame(1, repeated('[', depth))), "WebSocket JSON");
        assertTrue(closedAfter(upgrade("wamp.2.cbor"), webSocketFrame(2, repeated(0x9F, depth))), "endless CBOR");
    }

    @Test
    void nestedArraysAsPayloadOfAJoinedSession() throws IOException {
        try (RawSession session = RawSession.join(server().port())) {
            session.send("[48,1,{},\"probe.nested\",[" + "[".repeat(200_000) + "]".repeat(200_000) + "]]");
            assertTrue(session.read().contains("wamp.error.protocol_violation"));
        }
    }

    @Test
    void headersThatClaimMoreThanThereIs() throws IOException {
        byte[][] cbor = {
            bytes(0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01), // a list of 2^63-1
            bytes(0x9B, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x01), // of 2^63
            bytes(0xBB, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01), // a map
            bytes(0x83, 0x01, 0x7B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF), // HELLO with text of 2^63-1
            bytes(0x83, 0x01, 0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF), // with octets
        };
        byte[][] msgpack = {
            bytes(0xDD, 0xFF, 0xFF, 0xFF, 0xFF, 0x01), // a list of 2^32-1
            bytes(0xDF, 0x7F, 0xFF, 0xFF, 0xFF, 0x01), // a map of 2^31-1
            bytes(0x93, 0x01, 0xDB, 0x7F, 0xFF, 0xFF, 0xFF), // HELLO with text of 2^31-1
            bytes(0x93, 0x01, 0xC6, 0xFF, 0xFF, 0xFF, 0xFF), // with octets
        };
        for (byte[] message : cbor) {
            assertTrue(closedAfter(raw(3), rawFrame(message)), Arrays.toString(message));
            assertTrue(closedAfter(upgrade("wamp.2.cbor"), webSocketFrame(2, message)), Arrays.toString(message));
        }
        for (byte[] message : msgpack) {
            assertTrue(closedAfter(raw(2), rawFrame(message)), Arrays.toString(message));
            assertTrue(closedAfter(upgrade("wamp.2.msgpack"), webSocketFrame(2, message)), Arrays.toString(message));
        }
    }

    @Test
    void textInABinaryProtocolAndTheOtherWayRound() throws IOException {
        byte[] hello = "[1,\"realm1\",{\"roles\":{\"caller\":{}}}]".getBytes(US_ASCII);
        assertTrue(closedAfter(raw(2), rawFrame(hello)));
        assertTrue(closedAfter(raw(3), rawFrame(hello)));
        assertTrue(closedAfter(upgrade("wamp.2.msgpack"), webSocketFrame(1, hello)));
        assertTrue(closedAfter(upgrade("wamp.2.json"), webSocketFrame(2, hello)));
        assertTrue(closedAfter(upgrade("wamp.2.json"), webSocketFrame(1, bytes(0xC0, 0x80, 0xFF))));
    }

    @Test
    void framesAgainstTheRules() throws IOException {
        for (int type = 3; type < 16; type++) {
            assertTrue(closedAfter(raw(1), bytes(type, 0, 0, 1, '[')), "RawSocket frame type " + type);
        }
        assertTrue(closedAfter(bytes(0x7F, 0xF0, 0, 0)), "serializer 0");
        assertTrue(closedAfter(bytes(0x7F, 0xFF, 0, 0)), "serializer 15");
        assertTrue(closedAfter(bytes(0x7F, 0xF1, 0, 1)), "reserved octets");
        byte[] open = upgrade("wamp.2.json");
        assertTrue(closedAfter(open, bytes(0x81, 0x01, 'x')), "not masked");
        assertTrue(closedAfter(open, bytes(0xC1, 0x80, 0, 0, 0, 0)), "reserved bit");
        assertTrue(closedAfter(open, bytes(0x83, 0x80, 0, 0, 0, 0)), "unknown opcode");
        assertTrue(closedAfter(open, bytes(0x89, 0xFE, 0x01, 0x00, 0, 0, 0, 0)), "ping of 256 octets");
        assertTrue(closedAfter(open, bytes(0x80, 0x80, 0, 0, 0, 0)), "continuation of nothing");
        assertTrue(
                closedAfter(open, bytes(0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0)),
                "2^64-1 octets");
        assertTrue(closedAfter("GET / HTTP/9.9\r\n\r\n\r\n".getBytes(US_ASCII)), "HTTP version");
        assertTrue(
                closedAfter("GET / HTTP/1.1\r\nHost: x\r\nA: ".getBytes(US_ASCII), repeated('a', 200_000)),
                "endless header");
    }

    @Test
    void announcedButUnsentMessagesTakeNoMemory() throws IOException {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                Socket socket = connect();
                open.add(socket);
                socket.getOutputStream().write(join(raw(1), bytes(0, 0xFF, 0xFF, 0xFF, '[')));
                Socket web = connect();
                open.add(web);
                web.getOutputStream()
                        .write(join(
                                upgrade("wamp.2.json"),
                                bytes(0x81, 0xFF, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, '[')));
            }
            nobodyElseIsHurt(); // while they are open
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void slowlyDrippingConnectionsAreClosed() throws IOException, InterruptedException {
        List<Socket> open = new ArrayList<>();
        try {
            byte[][] starts = {
                {}, bytes(0x7F), "GET /ws HT".getBytes(US_ASCII), raw(1), upgrade("wamp.2.json"), bytes(0x16, 3)
            };
            for (int i = 0; i < 300; i++) {
                Socket socket = connect();
                socket.setTcpNoDelay(true);
                socket.getOutputStream().write(starts[i % starts.length]);
                open.add(socket);
            }
            nobodyElseIsHurt();
            int left = 0;
            for (Socket socket : open) {
                if (!ended(socket)) {
                    left++;
                }
            }
            assertEquals(0, left, "connections that the server kept");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
