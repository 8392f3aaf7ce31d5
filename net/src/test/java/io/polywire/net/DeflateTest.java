package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class DeflateTest {
    private final Deflate deflate = new Deflate();

    @Test
    void exampleOfTheSpecificationIsInflated() {
        byte[] in = RawPeer.hex("f248cdc9c90700"); // RFC 7692, section 7.2.3.1
        assertEquals("Hello", new String(deflate.inflate(in, 0, in.length, 100, ""), StandardCharsets.US_ASCII));
    }

    @Test
    void exampleWithFinalBlockIsInflated() {
        byte[] in = RawPeer.hex("f348cdc9c9070000"); // RFC 7692, section 7.2.3.4
        assertEquals("Hello", new String(deflate.inflate(in, 0, in.length, 100, ""), StandardCharsets.US_ASCII));
    }

    @Test
    void textIsCompressedAsInTheExample() {
        byte[] in = "Hello".getBytes(StandardCharsets.US_ASCII);
        assertArrayEquals(RawPeer.hex("f248cdc9c90700"), deflate.deflate(in, 0, in.length));
    }

    @Property(tries = 200)
    void everyMessageComesBack(@ForAll @Size(max = 2000) byte[] message) {
        byte[] small = deflate.deflate(message, 0, message.length);
        assertArrayEquals(message, deflate.inflate(small, 0, small.length, 2000, ""));
    }

    @Test
    void bombIsStoppedAtTheLimit() {
        byte[] zeros = new byte[64 << 20];
        byte[] bomb = deflate.deflate(zeros, 0, zeros.length);
        assertTrue(bomb.length < 100_000);
        Violation v = assertThrows(Violation.class, () -> deflate.inflate(bomb, 0, bomb.length, 1 << 20, "too big"));
        assertEquals("1009 too big", v.code() + " " + v.reason());
    }

    @Test
    void messageOfExactlyTheLimitIsTaken() {
        byte[] in = new byte[5000];
        byte[] small = deflate.deflate(in, 0, in.length);
        assertEquals(5000, deflate.inflate(small, 0, small.length, 5000, "").length);
        assertThrows(Violation.class, () -> deflate.inflate(small, 0, small.length, 4999, ""));
    }

    @Test
    void garbageIsAViolation() {
        byte[] in = RawPeer.hex("ffffffff");
        assertEquals(
                1002,
                assertThrows(Violation.class, () -> deflate.inflate(in, 0, 4, 100, ""))
                        .code());
    }

    @Test
    void offersOfBrowsersAreAccepted() {
        assertNotNull(Deflate.accept(List.of("permessage-deflate; client_max_window_bits")));
        assertNotNull(Deflate.accept(List.of("permessage-deflate; server_max_window_bits=10", "permessage-deflate")));
    }

    @Test
    void offersThatCannotBeKeptAreDeclined() {
        assertNull(Deflate.accept(List.of("permessage-deflate; server_max_window_bits=10")));
        assertNull(Deflate.accept(List.of("x-webkit-deflate-frame")));
        assertNull(Deflate.accept(List.of()));
    }

    @Test
    void answerMustKeepToTheOffer() {
        assertTrue(Deflate.agreed(List.of(Deflate.PARAMETERS)));
        assertFalse(Deflate.agreed(List.of("permessage-deflate")));
        assertFalse(Deflate.agreed(List.of(Deflate.PARAMETERS + "; client_max_window_bits=9")));
    }

    @Test
    void compressedFrameOverTheLimitIs1009AndGarbageIs1002() throws Exception {
        WebSocketSettings settings = WebSocketSettings.ofLimit(1000).withDeflate(true);
        try (Served served = Served.webSocket(settings, new Echo())) {
            byte[] zeros = new byte[100_000];
            byte[] bomb = deflate.deflate(zeros, 0, zeros.length);
            assertEquals("1009 message is longer than 1000 octets", answer(served, RawPeer.frame(0xC2, bomb)));
            assertEquals(
                    "1002 compressed message is no deflate stream",
                    answer(served, RawPeer.frame(0xC2, RawPeer.hex("ffffffff"))));
            assertEquals(
                    "1002 reserved bit set",
                    answer(served, RawPeer.frame(0xC0, new byte[0])),
                    "only the first frame of a message has the bit");
        }
    }

    private static String answer(Served served, byte[] frame) throws Exception {
        try (RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(RawPeer.UPGRADE.replace(
                    "\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"));
            String head = peer.readHead();
            assertTrue(head.contains("Sec-WebSocket-Extensions: " + Deflate.PARAMETERS), head);
            peer.send(frame);
            return peer.readClose();
        }
    }
}
