package io.polywire.gate.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Packets in both directions, byte by byte. */
class PacketsTest {
    private final Echo echo = new Echo();
    private final GuestServices services =
            new GuestServices(Map.of("catalog", new Catalog(List.of()), "echo", echo), "me", "id");

    /** A service that keeps calls until told to answer, and answers infos with infos. */
    private static final class Echo implements GuestService {
        private final List<GuestCall> calls = new ArrayList<>();
        private final List<byte[]> contents = new ArrayList<>();
        private final List<String> events = new ArrayList<>();

        @Override
        public String name() {
            return "echo";
        }

        @Override
        public GuestSession open(GuestLink link, @Nullable Saved saved) {
            events.add("open " + link.principal() + " " + link.instance() + (saved == null ? "" : " restored"));
            if (saved != null) {
                calls.addAll(saved.pending());
            }
            return new GuestSession() {
                @Override
                public void call(GuestCall call, byte[] content) {
                    calls.add(call);
                    contents.add(content);
                }

                @Override
                public void info(byte[] content) {
                    link.info(content);
                }

                @Override
                public void suspended() {
                    events.add("suspended");
                }

                @Override
                public void resumed() {
                    events.add("resumed");
                }

                @Override
                public byte[] state() {
                    return new byte[] {7};
                }

                @Override
                public void close() {
                    events.add("close");
                }
            };
        }
    }

    /** A peer that writes down what it hears. */
    private static final class Peer implements GuestPeer {
        private final List<String> events = new ArrayList<>();

        @Override
        public void connected(GuestStream s) {
            events.add("connected");
        }

        @Override
        public void refused() {
            events.add("refused");
        }

        @Override
        public void credit(int bytes) {
            events.add("credit " + bytes);
        }

        @Override
        public void output(byte[] data) {
            events.add("output " + new String(data, StandardCharsets.US_ASCII));
        }

        @Override
        public void outputEnd() {
            events.add("outputEnd");
        }

        @Override
        public void inputEnd() {
            events.add("inputEnd");
        }

        @Override
        public void closed() {
            events.add("closed");
        }

        List<String> take() {
            List<String> all = List.copyOf(events);
            events.clear();
            return all;
        }
    }

    private static byte[] hex(String... parts) {
        return HexFormat.of().parseHex(String.join("", parts).replace(" ", ""));
    }

    private void send(String... parts) {
        byte[] b = hex(parts);
        assertEquals(b.length, services.send(b, 0, b.length));
    }

    private String receive() {
        byte[] b = new byte[1 << 20];
        return HexFormat.of().formatHex(b, 0, services.receive(b, 0, b.length));
    }

    private static String text(String... parts) {
        return String.join("", parts).replace(" ", "");
    }

    private void violates(String text, String... packet) {
        byte[] b = hex(packet);
        AbiViolationException e = assertThrows(AbiViolationException.class, () -> services.send(b, 0, b.length));
        assertEquals(text, e.text());
    }

    /** size 17, code -1, domain 0, index 0, count 1, "origin", padding. */
    private void discoverOrigin() {
        send("11000000 ffff 00 00", "0100", "06 6f726967696e", "00000000000000");
        assertEquals(text("0b000000 ffff 00 00", "0100", "01", "0000000000"), receive());
    }

    private GuestStream connect(Peer peer) {
        GuestStream s = services.stream(peer);
        services.connect(s);
        return s;
    }

    // ---- violations

    @Test
    void aSizeBelowTheHeaderIsAViolation() {
        violates("runtime: invalid op packet size: 7", "07000000 0000 00 00");
    }

    @Test
    void aSizeOver65536IsAViolationBeforeThePacketIsComplete() {
        violates("runtime: invalid op packet size: 65537", "01000100 0000 00 00");
        violates("runtime: invalid op packet size: 4294967295", "ffffffff 0000 00 00");
    }

    @Test
    void aCodeBelowDiscoveryIsAViolation() {
        violates("invalid code in incoming packet: -2", "08000000 feff 00 00");
        violates("invalid code in incoming packet: -32768", "08000000 0080 00 00");
    }

    @Test
    void aServiceThatWasNotDiscoveredIsAViolation() {
        violates("invalid service code in packet: 0", "08000000 0000 00 00");
        discoverOrigin();
        violates("invalid service code in packet: 1", "08000000 0100 00 00");
    }

    @Test
    void aDomainOver3IsAViolation() {
        discoverOrigin();
        violates("invalid domain in packet: 4", "08000000 0000 04 00");
        violates("invalid domain in packet: 15", "08000000 0000 ff 00");
    }

    @Test
    void theHighBitsOfTheDomainDoNotCount() {
        discoverOrigin();
        Peer peer = new Peer();
        connect(peer);
        send("08000000 0000 f0 00");
        assertEquals(List.of("connected"), peer.take());
    }

    @Test
    void aDataPacketUnder16BytesIsAViolation() {
        discoverOrigin();
        violates("data packet is too short: 12 bytes", "0c000000 0000 03 00", "00000000", "00000000");
    }

    @Test
    void discoveryInAnotherDomainIsAViolation() {
        violates("service discovery packet has wrong domain: 1", "0a000000 ffff 01 00", "0000", "000000000000");
    }

    @Test
    void aDiscoveryWithoutCountIsAViolation() {
        violates("service discovery packet is too short: 8 bytes", "08000000 ffff 00 00");
        violates("service discovery packet is too short: 9 bytes", "09000000 ffff 00 00", "00 00000000000000");
    }

    @Test
    void aDiscoveryWhoseNamesAreCutIsAViolation() {
        violates("name data is truncated in service discovery packet", "0a000000 ffff 00 00", "0100", "000000000000");
        violates(
                "name data is truncated in service discovery packet",
                "0d000000 ffff 00 00",
                "0100",
                "06 6f72",
                "000000");
    }

    @Test
    void aNameOf0OrOver127BytesIsAViolation() {
        String text = "service name length in discovery packet is out of bounds";
        violates(text, "0b000000 ffff 00 00", "0100", "00", "0000000000");
        violates(text, "8b000000 ffff 00 00", "0100", "80", "61".repeat(128), "0000000000");
    }

    @Test
    void anAvailableServiceThatIsDiscoveredTwiceIsAViolation() {
        discoverOrigin();
        violates("duplicate service", "11000000 ffff 00 00", "0100", "06 6f726967696e", "00000000000000");
    }

    // ---- discovery

    @Test
    void anUnknownServiceHasACodeAndNoStateAndItsPacketsAreDropped() {
        send("0c000000 ffff 00 00", "0100", "01 78", "00000000"); // "x"
        assertEquals(text("0b000000 ffff 00 00", "0100", "00", "0000000000"), receive());
        send("08000000 0000 00 00");
        send("10000000 0000 03 00", "00000000 00000000");
        assertEquals("", receive());
        send("0c000000 ffff 00 00", "0100", "01 78", "00000000"); // an unknown one may be asked for again
        assertEquals(text("0c000000 ffff 00 00", "0200", "0000", "00000000"), receive());
    }

    @Test
    void aReplyListsOldAndNewServices() {
        discoverOrigin();
        // "catalog", "x"
        send("14000000 ffff 00 00", "0200", "07 636174616c6f67", "01 78", "00000000");
        assertEquals(text("0d000000 ffff 00 00", "0300", "010100", "000000"), receive());
    }

    @Test
    void moreThan256ServicesAreCutOff() {
        ByteArrayOutputStream b = new ByteArrayOutputStream();
        int size = 10 + 300 * 3;
        b.writeBytes(hex("%02x%02x0000 ffff 00 00".formatted(size & 255, size >> 8), "2c01"));
        for (int i = 0; i < 300; i++) {
            b.writeBytes(hex("02 %02x %02x".formatted('a' + i / 26, 'a' + i % 26)));
        }
        b.write(new byte[-size & 7], 0, -size & 7);
        assertEquals(b.size(), services.send(b.toByteArray(), 0, b.size()));
        String reply = receive();
        assertEquals(text("0a010000 ffff 00 00", "0001", "00".repeat(256), "000000000000"), reply);
    }

    @Test
    void bytesMayComeAndGoOneByOne() {
        byte[] b = hex("11000000 ffff 00 00", "0100", "06 6f726967696e", "00000000000000");
        for (int i = 0; i < b.length; i++) {
            assertEquals(1, services.send(b, i, 1));
        }
        StringBuilder got = new StringBuilder();
        byte[] one = new byte[1];
        while (services.receive(one, 0, 1) == 1) {
            got.append(HexFormat.of().formatHex(one));
        }
        assertEquals(text("0b000000 ffff 00 00", "0100", "01", "0000000000"), got.toString());
    }

    // ---- origin

    @Test
    void aStreamFromAcceptToBothEnds() {
        discoverOrigin();
        Peer peer = new Peer();
        GuestStream s = connect(peer);
        assertEquals(List.of(), peer.take());
        send("08000000 0000 00 00"); // accept
        assertEquals(List.of("connected"), peer.take());
        assertEquals(
                text(
                        "10000000 0000 00 00", "00000000 00000000", // stream 0, no error
                        "10000000 0000 02 00", "00000000 00000200"), // 131072 bytes may be sent
                receive());
        send("10000000 0000 02 00", "00000000 05000000"); // five bytes are wanted
        assertEquals(List.of("credit 131072"), peer.take());
        s.input(ByteBuffer.wrap("abcdefg".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(text("15000000 0000 03 00", "00000000 00000000", "6162636465", "000000"), receive());
        assertEquals("", receive(), "not more than was granted");
        send("10000000 0000 02 00", "00000000 64000000");
        assertEquals(text("12000000 0000 03 00", "00000000 00000000", "6667", "000000000000"), receive());
        s.inputEnd();
        assertEquals(text("10000000 0000 03 00", "00000000 00000000"), receive(), "end of input");
        send("13000000 0000 03 00", "00000000 00000000", "78797a", "0000000000");
        assertEquals(List.of("output xyz"), peer.take());
        send("10000000 0000 03 00", "00000000 00000000"); // end of output
        assertEquals(List.of("outputEnd"), peer.take());
        assertEquals("", receive(), "confirmed when it is written, not before");
        s.outputWritten();
        assertEquals(List.of("closed"), peer.take());
        assertEquals(text("10000000 0000 02 00", "00000000 00000000"), receive(), "confirmed with flow 0");
    }

    @Test
    void flow0EndsTheInterestInInputAndIsConfirmedWithAnEmptyDataPacket() {
        discoverOrigin();
        Peer peer = new Peer();
        GuestStream s = connect(peer);
        send("08000000 0000 00 00");
        receive();
        send("10000000 0000 02 00", "00000000 00000000");
        assertEquals(List.of("connected", "inputEnd"), peer.take());
        s.input(ByteBuffer.wrap(new byte[3]));
        assertEquals(text("10000000 0000 03 00", "00000000 00000000"), receive());
    }

    @Test
    void dataOverTheWindowAreDroppedAndConsumedBytesAreGrantedAgain() {
        discoverOrigin();
        Peer peer = new Peer();
        GuestStream s = connect(peer);
        send("08000000 0000 00 00");
        receive();
        byte[] packet = new byte[65536];
        System.arraycopy(hex("00000100 0000 03 00", "00000000 00000000"), 0, packet, 0, 16);
        for (int i = 0; i < 5; i++) {
            assertEquals(packet.length, services.send(packet, 0, packet.length));
        }
        // 131072 bytes hold two packets of 65520 bytes of data
        assertEquals(3, peer.take().size(), "connected and two packets");
        assertEquals("", receive());
        s.consumed(65520);
        assertEquals(text("10000000 0000 02 00", "00000000 f0ff0000"), receive());
        assertThrows(IllegalArgumentException.class, () -> s.consumed(65521));
    }

    @Test
    void inputOverTheCreditIsRefused() {
        discoverOrigin();
        Peer peer = new Peer();
        GuestStream s = connect(peer);
        send("08000000 0000 00 00");
        assertThrows(IllegalArgumentException.class, () -> s.input(ByteBuffer.wrap(new byte[1])));
    }

    @Test
    void theLossOfTheClientShowsAsEmptyDataAndFlow0() {
        discoverOrigin();
        Peer peer = new Peer();
        GuestStream s = connect(peer);
        send("08000000 0000 00 00");
        receive();
        s.lost();
        assertEquals(
                text("10000000 0000 03 00", "00000000 00000000", "10000000 0000 02 00", "00000000 00000000"),
                receive());
    }

    @Test
    void theSmallestStreamIdThatIsFreeOnBothSidesIsUsed() {
        discoverOrigin();
        send("08000000 0000 00 00".repeat(3));
        GuestStream first = connect(new Peer());
        connect(new Peer());
        receive();
        first.lost();
        send("10000000 0000 02 00", "00000000 00000000", "10000000 0000 03 00", "00000000 00000000");
        receive();
        connect(new Peer());
        assertTrue(receive().startsWith(text("10000000 0000 00 00", "00000000 00000000")), "0 again");
        send("08000000 0000 00 00");
        connect(new Peer());
        assertTrue(receive().startsWith(text("10000000 0000 00 00", "02000000 00000000")), "then 2");
    }

    @Test
    void theCatalogAnswersNothingToWhatIsNotJson() {
        send("12000000 ffff 00 00", "0100", "07 636174616c6f67", "000000000000"); // "catalog"
        receive();
        send("0b000000 0000 00 00", "786d6c", "0000000000"); // "xml"
        send("08000000 0000 00 00");
        assertEquals(text("08000000 0000 00 00", "08000000 0000 00 00"), receive());
    }

    @Test
    void packetsForUnknownStreamsAreIgnored() {
        discoverOrigin();
        send("10000000 0000 02 00", "09000000 05000000");
        send("11000000 0000 03 00", "09000000 00000000", "78 00000000000000");
        assertEquals("", receive());
    }

    // ---- further services

    @Test
    void repliesCarryTheIndexOfThePendingCallTheyAnswer() {
        send("0f000000 ffff 00 00", "0100", "04 6563686f", "00"); // "echo"
        receive();
        assertEquals(List.of("open me id"), echo.events);
        for (int i = 1; i <= 3; i++) {
            send("09000000 0000 00 00", "0%d 00000000000000".formatted(i));
        }
        assertEquals(3, echo.calls.size());
        assertEquals(1, echo.contents.getFirst()[0]);
        echo.calls.get(1).reply(new byte[] {22});
        assertEquals(text("09000000 0000 00 01", "16 00000000000000"), receive(), "the second of three");
        echo.calls.get(2).reply(new byte[] {33});
        echo.calls.get(2).reply(new byte[] {34});
        echo.calls.get(0).reply(new byte[] {11});
        assertEquals(
                text("09000000 0000 00 01", "21 00000000000000", "09000000 0000 00 00", "0b 00000000000000"),
                receive());
    }

    @Test
    void infoPacketsGoBothWays() {
        send("0f000000 ffff 00 00", "0100", "04 6563686f", "00");
        receive();
        send("0a000000 0000 01 00", "0102 000000000000");
        assertEquals(text("0a000000 0000 01 00", "0102 000000000000"), receive());
    }

    @Test
    void aProgramThatDoesNotReadItsRepliesCannotSendMore() {
        send("12000000 ffff 00 00", "0100", "07 636174616c6f67", "000000000000"); // "catalog"
        receive();
        byte[] call = hex("0c000000 0000 00 00", "6a736f6e 00000000"); // "json"
        int sent = 0;
        while (services.send(call, 0, call.length) == call.length) {
            sent++;
            assertTrue(sent < 10_000);
        }
        assertFalse(services.writable());
        assertNotNull(services.untilReady(false, true));
        receive();
        assertTrue(services.writable());
        assertNull(services.untilReady(false, true));
    }

    @Test
    void tooManyUnansweredCallsStopTheProgramFromSending() {
        send("0f000000 ffff 00 00", "0100", "04 6563686f", "00");
        receive();
        byte[] call = hex("08000000 0000 00 00");
        int sent = 0;
        while (services.send(call, 0, call.length) == call.length) {
            sent++;
        }
        assertEquals(255, sent);
        echo.calls.get(100).reply(new byte[0]);
        assertEquals(text("08000000 0000 00 64"), receive());
        assertTrue(services.writable());
    }

    // ---- suspension

    @Test
    void aRestartTellsTheStatesOfServicesAndEndsOldStreams() {
        discoverOrigin();
        Peer peer = new Peer();
        GuestStream s = connect(peer);
        send("08000000 0000 00 00".repeat(2));
        receive();
        send("10000000 0000 02 00", "00000000 02000000");
        s.input(ByteBuffer.wrap("abc".getBytes(StandardCharsets.US_ASCII)));
        Peer late = new Peer();
        byte[] saved = services.save();
        assertNotNull(saved);
        services.stop();
        assertEquals("closed", peer.take().getLast());
        connect(late);
        assertEquals(List.of("refused"), late.take());

        GuestServices copy = new GuestServices(Map.of(), null, "");
        copy.restore(saved);
        for (GuestServices each : List.of(services, copy)) {
            each.start();
            byte[] b = new byte[1000];
            String got = HexFormat.of().formatHex(b, 0, each.receive(b, 0, b.length));
            assertTrue(got.contains(text("0b000000 ffff 01 00", "0100", "01", "0000000000")), "states: " + got);
            assertTrue(got.contains(text("12000000 0000 03 00", "00000000 00000000", "6162")), "data: " + got);
            assertTrue(got.contains(text("10000000 0000 02 00", "00000000 00000000")), "flow 0: " + got);
            Peer next = new Peer();
            GuestStream n = each.stream(next);
            each.connect(n);
            assertEquals(List.of("connected"), next.take(), "the second accept call is still pending");
        }
    }

    @Test
    void unreadAndUnfinishedBytesAndPendingCallsAreKept() {
        send("0f000000 ffff 00 00", "0100", "04 6563686f", "00");
        byte[] b = new byte[4];
        assertEquals(4, services.receive(b, 0, 4)); // a part of the reply
        send("08000000 0000 00 00", "09000000 0000"); // a call and a part of another
        byte[] saved = services.save();
        assertNotNull(saved);
        echo.events.clear();
        GuestServices copy = new GuestServices(Map.of("echo", echo), "you", "2");
        copy.restore(saved);
        assertEquals(List.of("open you 2 restored"), echo.events);
        byte[] rest = new byte[100];
        int n = copy.receive(rest, 0, 100);
        assertEquals(
                text("ffff 00 00", "0100", "01", "0000000000"), HexFormat.of().formatHex(rest, 0, n));
        byte[] end = hex("00 00", "05 00000000000000");
        assertEquals(end.length, copy.send(end, 0, end.length));
        assertEquals(5, echo.contents.getLast()[0]);
        echo.calls.get(1).reply(new byte[] {1}); // the restored one
        n = copy.receive(rest, 0, 100);
        assertEquals(
                text("09000000 0000 00 00", "01 00000000000000"), HexFormat.of().formatHex(rest, 0, n));
    }

    @Test
    void servicesHearOfSuspensionResumptionAndTheEnd() {
        send("0f000000 ffff 00 00", "0100", "04 6563686f", "00");
        services.stop();
        services.start();
        services.close();
        assertEquals(List.of("open me id", "suspended", "resumed", "close"), echo.events);
    }

    // ---- hostile input

    @Property(tries = 2000)
    void whateverAProgramSendsIsTakenOrAViolation(@ForAll @Size(max = 400) byte[] bytes) {
        GuestServices s = new GuestServices(Map.of("catalog", new Catalog(List.of())), null, "");
        byte[] discovery = hex("11000000 ffff 00 00", "0100", "06 6f726967696e", "00000000000000");
        s.send(discovery, 0, discovery.length);
        try {
            for (int at = 0; at < bytes.length; ) {
                int n = s.send(bytes, at, Math.min(7, bytes.length - at));
                assertTrue(n > 0);
                at += n;
            }
        } catch (AbiViolationException e) {
            assertFalse(e.text().isEmpty());
        }
    }

    @Property(tries = 2000)
    void whateverASavedBufferSaysIsRestoredOrRefused(@ForAll @Size(max = 200) byte[] bytes, @ForAll byte place) {
        byte[] good = hex(
                "00 00 01",
                "06 6f726967696e",
                "10", // no bytes, one service with 16 bytes of state
                "02 01",
                "00 05 05 03 616263 05 80 02 00",
                "000000");
        boolean mutated = place % 2 != 0;
        byte[] b = mutated ? good : bytes;
        if (mutated && bytes.length > 0) {
            b[Math.floorMod(place, b.length)] = bytes[0];
        }
        GuestServices s = new GuestServices(Map.of(), null, "");
        try {
            s.restore(b);
            s.start();
            byte[] to = new byte[100_000];
            s.receive(to, 0, to.length);
            s.save();
        } catch (IllegalArgumentException e) {
            assertNotNull(e.getMessage());
        }
    }
}
