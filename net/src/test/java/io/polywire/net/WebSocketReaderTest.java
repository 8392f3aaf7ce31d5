package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Hex in, outcome out. */
final class WebSocketReaderTest {
    private static final WebSocketSettings SETTINGS = WebSocketSettings.ofLimit(1 << 20);

    private final Recorder seen = new Recorder();
    private final WebSocketReader reader = new WebSocketReader(seen, true, SETTINGS, null);

    private void read(String hex) {
        byte[] bytes = RawPeer.hex(hex);
        reader.read(bytes, 0, bytes.length);
    }

    private void violates(int code, String reason, String hex) {
        Violation v = assertThrows(Violation.class, () -> read(hex));
        assertEquals(code + " " + reason, v.code() + " " + v.reason());
        read("81 80 00000000");
        assertEquals(List.of(), seen.events, "nothing is delivered after a violation");
    }

    @Test
    void textFrameIsUnmasked() {
        read("""
             81          # FIN, text
             85          # masked, 5 octets
             37fa213d    # key
             7f9f4d5158  # Hello
             """);
        assertEquals(List.of("text Hello"), seen.events);
    }

    @Test
    void binaryFrameIsBinary() {
        read("82 83 00000000 01ff02");
        assertEquals(List.of("binary 01ff02"), seen.events);
    }

    @Test
    void emptyMessageIsDelivered() {
        read("81 80 01020304");
        assertEquals(List.of("text "), seen.events);
    }

    @Test
    void messageInsideOneReadIsASliceOfIt() {
        byte[] in = RawPeer.text("Hello");
        reader.read(in, 0, in.length);
        assertSame(in, seen.last);
    }

    @Test
    void severalFramesInOneReadComeInOrder() {
        read("81 81 00000000 61  82 81 00000000 62  89 81 00000000 63  81 80 00000000");
        assertEquals(List.of("text a", "binary 62", "ping c", "text "), seen.events);
    }

    @Test
    void fragmentsAreJoined() {
        read("01 82 00000000 6162  00 81 01010101 62  80 80 00000000");
        assertEquals(List.of("text abc"), seen.events);
    }

    @Test
    void controlFramesBetweenFragmentsAreDeliveredAtOnce() {
        read("01 81 00000000 61  89 81 00000000 70  8a 80 00000000  80 81 00000000 62");
        assertEquals(List.of("ping p", "pong", "text ab"), seen.events);
    }

    @Test
    void everySplitOfAFrameSequenceGivesTheSameMessages() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(RawPeer.text("first"));
        all.writeBytes(RawPeer.frame(0x01, "fragm".getBytes(StandardCharsets.UTF_8)));
        all.writeBytes(RawPeer.frame(0x89, "ping".getBytes(StandardCharsets.UTF_8)));
        all.writeBytes(RawPeer.frame(0x00, new byte[0]));
        all.writeBytes(RawPeer.frame(0x80, "ented €".getBytes(StandardCharsets.UTF_8)));
        all.writeBytes(RawPeer.frame(0x82, new byte[300]));
        all.writeBytes(RawPeer.frame(0x88, RawPeer.hex("03e8 6f6b")));
        byte[] bytes = all.toByteArray();
        List<String> expected = null;
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second += 1 + (second - first) / 3) {
                Recorder got = new Recorder();
                WebSocketReader split = new WebSocketReader(got, true, SETTINGS, null);
                for (byte[] part : List.of(
                        Arrays.copyOfRange(bytes, 0, first),
                        Arrays.copyOfRange(bytes, first, second),
                        Arrays.copyOfRange(bytes, second, bytes.length))) {
                    split.read(part, 0, part.length);
                }
                if (expected == null) {
                    expected = got.events;
                    assertEquals(
                            "[text first, ping ping, text fragmented €]",
                            expected.subList(0, 3).toString());
                    assertEquals("close 1000 ok", expected.getLast());
                }
                assertEquals(expected, got.events, "split at " + first + " and " + second);
            }
        }
    }

    @Test
    void singleOctetsGiveTheSameMessage() {
        byte[] payload = new byte[70_000];
        new Random(1).nextBytes(payload);
        byte[] frame = RawPeer.frame(0x82, payload);
        for (byte b : frame) {
            reader.read(new byte[] {b}, 0, 1);
        }
        assertArrayEquals(payload, seen.lastSlice());
    }

    @Test
    void sixteenBitLengthIsRead() {
        byte[] payload = new byte[126];
        Arrays.fill(payload, (byte) 7);
        byte[] frame = RawPeer.frame(0x82, payload);
        assertEquals("82fe007e01020304", java.util.HexFormat.of().formatHex(frame, 0, 8));
        reader.read(frame, 0, frame.length);
        assertArrayEquals(payload, seen.lastSlice());
    }

    @Test
    void clientSentFramesMustBeMasked() {
        violates(1002, "client frame is not masked", "81 01 61");
    }

    @Test
    void serverSentFramesMustNotBeMasked() {
        WebSocketReader client = new WebSocketReader(seen, false, SETTINGS, null);
        byte[] in = RawPeer.text("a");
        Violation v = assertThrows(Violation.class, () -> client.read(in, 0, in.length));
        assertEquals("1002 server frame is masked", v.code() + " " + v.reason());
    }

    @Test
    void reservedBitsMustBeZero() {
        for (String first : List.of("c1", "a1", "91", "f1")) {
            WebSocketReader fresh = new WebSocketReader(seen, true, SETTINGS, null);
            byte[] in = RawPeer.hex(first + "80 00000000");
            Violation v = assertThrows(Violation.class, () -> fresh.read(in, 0, in.length));
            assertEquals("1002 reserved bit set", v.code() + " " + v.reason());
        }
    }

    @Test
    void unknownDataOpcodesAreRefused() {
        violates(1002, "unknown opcode 3", "83 80 00000000");
    }

    @Test
    void unknownControlOpcodesAreRefused() {
        violates(1002, "unknown opcode 11", "8b 80 00000000");
    }

    @Test
    void continuationNeedsAMessage() {
        violates(1002, "continuation without a message", "80 80 00000000");
    }

    @Test
    void fragmentedMessageMustEndBeforeTheNext() {
        violates(1002, "new message inside a fragmented one", "01 81 00000000 61  81 81 00000000 62");
    }

    @Test
    void controlFramesMustNotBeFragmented() {
        violates(1002, "fragmented control frame", "09 80 00000000");
    }

    @Test
    void controlFramesHoldAtMost125Octets() {
        violates(1002, "control frame longer than 125 octets", "89 fe 007e 00000000");
    }

    @Test
    void lengthsMustBeInTheirShortestForm() {
        violates(1002, "payload length not in its shortest form", "82 fe 007d 00000000");
    }

    @Test
    void wideLengthsMustBeInTheirShortestForm() {
        violates(1002, "payload length not in its shortest form", "82 ff 000000000000ffff 00000000");
    }

    @Test
    void lengthsMustNotHaveTheirHighestBitSet() {
        violates(1002, "payload length has its highest bit set", "82 ff 8000000000000000 00000000");
    }

    @Test
    void tooLongMessageIsRefusedByItsHeaderAlone() {
        violates(1009, "message is longer than 1048576 octets", "82 ff 7fffffffffffffff 00000000");
    }

    @Test
    void messageOfExactlyTheLimitIsTaken() {
        WebSocketReader small = new WebSocketReader(seen, true, WebSocketSettings.ofLimit(5), null);
        byte[] in = RawPeer.text("12345");
        small.read(in, 0, in.length);
        assertEquals(List.of("text 12345"), seen.events);
        byte[] longer = RawPeer.text("123456");
        assertEquals(
                1009,
                assertThrows(Violation.class, () -> small.read(longer, 0, longer.length))
                        .code());
    }

    @Test
    void limitCanBeChangedBetweenMessages() {
        reader.limit(3);
        read("82 83 00000000 010203");
        reader.limit(4);
        read("82 84 00000000 01020304");
        assertEquals(List.of("binary 010203", "binary 01020304"), seen.events);
        Violation v = assertThrows(Violation.class, () -> read("82 85 00000000"));
        assertEquals(CloseCode.TOO_BIG, v.code());
    }

    @Test
    void partsAreHandedOverAsTheyArriveWithoutLimit() {
        reader.limit(1);
        reader.passParts();
        read("02 84 01010101 0001"); // Half of a first fragment of four octets,
        read("02");
        read("03 89 80 00000000"); // its rest and a ping,
        read("80 82 00000000 ff"); // and half of the second one.
        assertEquals(List.of("binary 0100", "binary 03", "binary 02", "ping ", "binary ff"), seen.events);
        read("ff 81 81 00000000 ff"); // Its rest and a text that is not UTF-8: parts are not checked.
        assertEquals(List.of("binary ff", "text \uFFFD"), seen.events.subList(5, 7));
        Violation v = assertThrows(Violation.class, () -> read("80 81 00000000 61"));
        assertEquals("continuation without a message", v.reason());
    }

    @Test
    void fragmentsTogetherMustKeepTheLimit() {
        WebSocketReader small = new WebSocketReader(
                seen, true, WebSocketSettings.ofLimit(5).withTooBigReason("read limited at 6 bytes"), null);
        byte[] in = RawPeer.hex("01 83 00000000 616263  80 83 00000000 646566");
        Violation v = assertThrows(Violation.class, () -> small.read(in, 0, in.length));
        assertEquals("1009 read limited at 6 bytes", v.code() + " " + v.reason());
    }

    @Test
    void bufferGrowsWithWhatArrivesNotWithWhatIsAnnounced() {
        WebSocketReader large = new WebSocketReader(seen, true, WebSocketSettings.ofLimit(Integer.MAX_VALUE), null);
        byte[] head = RawPeer.hex("82 ff 000000007fffffff 00000000");
        byte[] part = new byte[1000];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        large.read(head, 0, head.length);
        for (int i = 0; i < 10; i++) {
            large.read(part, 0, part.length);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 100_000, allocated + " octets for 10,000 received");
    }

    @Test
    void invalidUtf8InTextIsRefused() {
        violates(1007, "text message is not UTF-8", "81 82 00000000 c328");
    }

    @Test
    void characterSplitOverFragmentsIsValid() {
        read("01 81 00000000 e2  80 82 00000000 82ac");
        assertEquals(List.of("text €"), seen.events);
    }

    @Test
    void binaryIsNotCheckedForUtf8() {
        read("82 82 00000000 c328");
        assertEquals(List.of("binary c328"), seen.events);
    }

    @Test
    void doorMayRenounceTheCheckOfText() {
        WebSocketReader lax = new WebSocketReader(seen, true, SETTINGS.withUtf8Check(false), null);
        byte[] in = RawPeer.hex("81 82 00000000 c328");
        lax.read(in, 0, in.length);
        assertEquals(1, seen.events.size());
    }

    @Test
    void closeFrameWithoutCodeIs1005() {
        read("88 80 00000000  81 80 00000000");
        assertEquals(List.of("close 1005 "), seen.events);
    }

    @Test
    void closeFrameOfOneOctetIsRefused() {
        violates(1002, "close frame of one octet", "88 81 00000000 03");
    }

    @Test
    void closeCodesThatMayNotBeSentAreRefused() {
        for (int code : List.of(0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)) {
            WebSocketReader fresh = new WebSocketReader(seen, true, SETTINGS, null);
            byte[] in = RawPeer.frame(0x88, new byte[] {(byte) (code >> 8), (byte) code});
            assertEquals(
                    1002,
                    assertThrows(Violation.class, () -> fresh.read(in, 0, in.length))
                            .code());
        }
    }

    @Test
    void closeCodesThatMayBeSentAreTaken() {
        for (int code : List.of(1000, 1001, 1003, 1007, 1011, 1014, 3000, 4100, 4999)) {
            WebSocketReader fresh = new WebSocketReader(seen, true, SETTINGS, null);
            byte[] in = RawPeer.frame(0x88, new byte[] {(byte) (code >> 8), (byte) code});
            fresh.read(in, 0, in.length);
            assertEquals("close " + code + " ", seen.events.getLast());
        }
    }

    @Test
    void closeReasonMustBeUtf8() {
        violates(1007, "close reason is not UTF-8", "88 83 00000000 03e8 ff");
    }

    private static final class Recorder implements WebSocketReader.Sink {
        final List<String> events = new ArrayList<>();
        byte @Nullable [] last;
        private int off;
        private int len;

        byte[] lastSlice() {
            return Arrays.copyOfRange(java.util.Objects.requireNonNull(last), off, off + len);
        }

        @Override
        public void message(byte[] buf, int off, int len, boolean text) {
            last = buf;
            this.off = off;
            this.len = len;
            events.add(
                    text
                            ? "text " + new String(buf, off, len, StandardCharsets.UTF_8)
                            : "binary " + java.util.HexFormat.of().formatHex(buf, off, off + len));
        }

        @Override
        public void ping(byte[] buf, int off, int len) {
            events.add("ping " + new String(buf, off, len, StandardCharsets.UTF_8));
        }

        @Override
        public void pong() {
            events.add("pong");
        }

        @Override
        public void close(int code, String reason) {
            events.add("close " + code + " " + reason);
        }
    }
}
