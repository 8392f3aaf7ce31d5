package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class WebSocketTest {
    private static final WebSocketSettings SETTINGS = WebSocketSettings.DEFAULT;

    private final BlockingQueue<String> closes = new LinkedBlockingQueue<>();

    /** Echoes; says "close CODE" and it closes; records how it ended. */
    private final MessageHandler echo = new MessageHandler() {
        @Override
        public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
            String said = new String(buf, off, Math.min(len, 20), StandardCharsets.ISO_8859_1);
            if (said.equals("fail")) {
                throw new IllegalStateException("secret");
            }
            socket.send(buf, off, len, text);
            if (said.startsWith("close ")) {
                socket.closeAfterFlush(Integer.parseInt(said.substring(6)), "as told");
            }
        }

        @Override
        public void onClose(WebSocket socket, int code, String reason) {
            closes.add(code + " " + reason);
        }
    };

    private String closed() throws InterruptedException {
        return String.valueOf(closes.poll(30, TimeUnit.SECONDS));
    }

    @Test
    void upgradeIsAnsweredWithTheThreeHeadersOnly() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(RawPeer.UPGRADE);
            assertEquals(
                    List.of(
                            "HTTP/1.1 101 Switching Protocols",
                            "Upgrade: websocket",
                            "Connection: Upgrade",
                            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
                    peer.readHead().lines().filter(l -> !l.isEmpty()).toList());
        }
    }

    @Test
    void doorChoosesSubprotocolAndHeaders() throws Exception {
        HttpDoor door =
                r -> new HttpAnswer.Upgrade(echo, SETTINGS, r.subprotocols().getLast(), Headers.of("X-More", "yes"));
        try (Served served = new Served(Doors.http(door));
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(RawPeer.UPGRADE.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: a, b\r\n\r\n"));
            String head = peer.readHead();
            assertTrue(head.contains("\r\nSec-WebSocket-Protocol: b\r\nX-More: yes\r\n"), head);
        }
    }

    @Test
    void wrongVersionIsRefusedWithTheRightOne() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(RawPeer.UPGRADE.replace("Version: 13", "Version: 12"));
            String head = peer.readHead();
            assertTrue(head.startsWith("HTTP/1.1 400 ") && head.contains("Sec-WebSocket-Version: 13\r\n"), head);
        }
    }

    @Test
    void badKeyIsRefused() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(RawPeer.UPGRADE.replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="));
            assertTrue(peer.readHead().startsWith("HTTP/1.1 400 "));
        }
    }

    @Test
    void plainRequestIsToldToUpgrade() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            String head = peer.readHead();
            assertTrue(head.startsWith("HTTP/1.1 426 ") && head.contains("Upgrade: websocket\r\n"), head);
        }
    }

    @Test
    void serverFramesAreUnmaskedAndOfTheShortestLength() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.send(RawPeer.text("Hello"));
            assertEquals("81" + "05" + "48656c6c6f", peer.readHex(7));
            peer.send(RawPeer.frame(0x82, new byte[125]));
            assertEquals("82" + "7d", peer.readHex(2));
            assertEquals("00".repeat(125), peer.readHex(125));
            peer.send(RawPeer.frame(0x82, new byte[126]));
            assertEquals("82" + "7e" + "007e", peer.readHex(4));
            assertEquals("00".repeat(126), peer.readHex(126));
            peer.send(RawPeer.frame(0x82, new byte[65535]));
            assertEquals("82" + "7e" + "ffff", peer.readHex(4));
            assertEquals(65535, peer.read(65535).length);
            peer.send(RawPeer.frame(0x82, new byte[65536]));
            assertEquals("82" + "7f" + "0000000000010000", peer.readHex(10));
            assertEquals(65536, peer.read(65536).length);
        }
    }

    @Test
    void framesBehindTheUpgradeRequestAreNotLost() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.connect(served.at())) {
            byte[] head = RawPeer.UPGRADE.getBytes(StandardCharsets.US_ASCII);
            byte[] frame = RawPeer.text("early");
            byte[] both = java.util.Arrays.copyOf(head, head.length + frame.length);
            System.arraycopy(frame, 0, both, head.length, frame.length);
            peer.send(both);
            assertTrue(peer.readHead().startsWith("HTTP/1.1 101 "));
            assertEquals("early", peer.readText());
        }
    }

    @Test
    void fourMebibytesComeBack() throws Exception {
        byte[] payload = new byte[4 << 20];
        new Random(2).nextBytes(payload);
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    peer.send(RawPeer.frame(0x82, payload));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertArrayEquals(payload, peer.readFrame(0x82));
            sender.join();
        }
    }

    @Test
    void fragmentsSentOctetByOctetAreOneMessage() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            for (byte b : RawPeer.hex("01 82 01020304 6061  89 81 00000000 70  80 81 00000000 63")) {
                peer.send(new byte[] {b});
            }
            assertEquals("70", java.util.HexFormat.of().formatHex(peer.readFrame(0x8A)));
            assertEquals("acc", peer.readText());
        }
    }

    @Test
    void pingIsAnsweredWithItsPayload() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.sendHex("89 84 01020304 71736a63");
            assertEquals("8a" + "04" + "70716967", peer.readHex(6));
        }
    }

    @Test
    void closeIsAnsweredWithTheSameCodeAndNoReason() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.send(RawPeer.frame(0x88, RawPeer.hex("1004 627965"))); // 4100 "bye"
            assertEquals("88" + "02" + "1004", peer.readHex(4));
            assertEquals("", peer.readToEnd());
            assertEquals("4100 bye", closed());
        }
    }

    @Test
    void closeWithoutCodeIsAnsweredWithoutCode() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.sendHex("88 80 00000000");
            assertEquals("88" + "00", peer.readHex(2));
            assertEquals("", peer.readToEnd());
            assertEquals("1005 ", closed());
        }
    }

    @Test
    void everythingQueuedIsFlushedBeforeTheCloseFrame() throws Exception {
        MessageHandler flood = new MessageHandler() {
            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                for (int i = 0; i < 200; i++) {
                    socket.send(new byte[50_000], 0, 50_000, false);
                }
                socket.closeAfterFlush(4000, "done");
                socket.sendText("too late");
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {
                closes.add(code + " " + reason);
            }
        };
        try (Served served = Served.webSocket(SETTINGS, flood);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.send(RawPeer.text("go"));
            for (int i = 0; i < 200; i++) {
                assertEquals(50_000, peer.readFrame(0x82).length);
            }
            assertEquals("4000 done", peer.readClose());
            peer.send(RawPeer.frame(0x88, RawPeer.hex("0fa0")));
            assertEquals("", peer.readToEnd());
            assertEquals("4000 done", closed());
        }
    }

    @Test
    void nothingIsDeliveredAfterClosing() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            byte[] close = RawPeer.text("close 1000");
            byte[] more = RawPeer.text("more");
            byte[] both = java.util.Arrays.copyOf(close, close.length + more.length);
            System.arraycopy(more, 0, both, close.length, more.length);
            peer.send(both);
            assertEquals("close 1000", peer.readText());
            assertEquals("1000 as told", peer.readClose());
            peer.send(RawPeer.frame(0x88, RawPeer.hex("03e8")));
            assertEquals("", peer.readToEnd());
        }
    }

    @Test
    void longReasonIsCutAtACharacter() throws Exception {
        MessageHandler chatty = new MessageHandler() {
            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                socket.closeAfterFlush(1000, "€".repeat(100));
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {}
        };
        try (Served served = Served.webSocket(SETTINGS, chatty);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.send(RawPeer.text("go"));
            assertEquals("1000 " + "€".repeat(41), peer.readClose());
        }
    }

    @Test
    void violationClosesWithItsCodeAndOthersStay() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer other = RawPeer.webSocket(served.at())) {
            for (List<String> rule : List.of(
                    List.of("810161", "1002 client frame is not masked"),
                    List.of("c18000000000", "1002 reserved bit set"),
                    List.of("838000000000", "1002 unknown opcode 3"),
                    List.of("808000000000", "1002 continuation without a message"),
                    List.of("89fe007e00000000", "1002 control frame longer than 125 octets"),
                    List.of("818200000000c328", "1007 text message is not UTF-8"),
                    List.of("82ff7fffffffffffffff00000000", "1009 message is longer than 16777216 octets"))) {
                try (RawPeer peer = RawPeer.webSocket(served.at())) {
                    peer.sendHex(rule.get(0));
                    assertEquals(rule.get(1), peer.readClose());
                    peer.endOutput();
                    assertEquals("", peer.readToEnd());
                    assertEquals(rule.get(1), closed());
                }
            }
            other.send(RawPeer.text("still here"));
            assertEquals("still here", other.readText());
        }
    }

    @Test
    void peerThatFloodsAfterAViolationStillReadsTheCloseFrame() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            byte[] flood = new byte[1 << 20]; // Begins with an unmasked continuation frame.
            peer.send(flood);
            assertEquals("1002 client frame is not masked", peer.readClose());
        }
    }

    @Test
    void failingHandlerClosesWith1011AndTellsNothing() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.send(RawPeer.text("fail"));
            assertEquals("1011 internal error", peer.readClose());
            peer.endOutput();
            assertEquals("1011 internal error", closed());
        }
    }

    @Test
    void lostConnectionIs1006() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo)) {
            RawPeer.webSocket(served.at()).close();
            assertTrue(closed().startsWith("1006 "));
        }
    }

    @Test
    void resetConnectionIs1006() throws Exception {
        try (Served served = Served.webSocket(SETTINGS, echo)) {
            RawPeer peer = RawPeer.webSocket(served.at());
            peer.socket().setSoLinger(true, 0);
            peer.close();
            assertTrue(closed().startsWith("1006 "));
        }
    }

    @Test
    void shutdownClosesWith1001() throws Exception {
        Served served = Served.webSocket(SETTINGS, echo);
        try (RawPeer peer = RawPeer.webSocket(served.at())) {
            Thread closer = Thread.startVirtualThread(served::close);
            assertEquals("1001 shutting down", peer.readClose());
            peer.send(RawPeer.frame(0x88, RawPeer.hex("03e9")));
            assertEquals("1001 shutting down", closed());
            closer.join();
        }
    }

    @Test
    void silentPeerIsPingedAndThenDropped() throws Exception {
        try (Served served = Served.webSocket(SETTINGS.withPing(Duration.ofMillis(400), 2), echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            assertEquals("8900", peer.readHex(2));
            assertEquals("8900", peer.readHex(2));
            assertEquals("", peer.readToEnd());
            assertEquals("1006 no answer to 2 pings", closed());
        }
    }

    @Test
    void peerThatAnswersPingsStays() throws Exception {
        try (Served served = Served.webSocket(SETTINGS.withPing(Duration.ofMillis(400), 1), echo);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            for (int i = 0; i < 4; i++) {
                assertEquals("8900", peer.readHex(2));
                peer.sendHex("8a 80 00000000");
            }
            assertEquals(0, closes.size());
        }
    }

    @Test
    void queueIsCountedAndItsDrainIsTold() throws Exception {
        AtomicReference<WebSocket> server = new AtomicReference<>();
        BlockingQueue<Long> queued = new LinkedBlockingQueue<>();
        BlockingQueue<Long> drained = new LinkedBlockingQueue<>();
        MessageHandler flood = new MessageHandler() {
            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                server.set(socket);
                for (int i = 0; i < 320; i++) {
                    socket.send(new byte[100_000], 0, 100_000, false);
                }
                queued.add(socket.queuedBytes());
            }

            @Override
            public void onDrained(WebSocket socket) {
                drained.add(socket.queuedBytes());
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {}
        };
        try (Served served = Served.webSocket(SETTINGS, flood);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.send(RawPeer.text("go"));
            assertTrue(queued.take() >= 32_000_000, "everything appended counts");
            for (int i = 0; i < 320; i++) {
                assertEquals(100_000, peer.readFrame(0x82).length);
            }
            Long left = drained.poll(30, TimeUnit.SECONDS);
            assertTrue(left != null && left < 65536, "told at " + left);
            peer.sendHex("89 80 00000000");
            assertEquals("8a00", peer.readHex(2));
            WebSocket socket = server.get();
            socket.execute(() -> queued.add(socket.queuedBytes())); // In a turn after the one that wrote.
            assertEquals(0, queued.take());
        }
    }

    @Test
    void peerThatIsNotReadIsNotBlamedForItsSilence() throws Exception {
        BlockingQueue<WebSocket> sockets = new LinkedBlockingQueue<>();
        AtomicInteger ticks = new AtomicInteger();
        MessageHandler pausing = new MessageHandler() {
            @Override
            public void onOpen(WebSocket socket) {
                socket.pauseReading();
            }

            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                socket.send(buf, off, len, text);
            }

            @Override
            public void onTick(WebSocket socket) {
                if (ticks.incrementAndGet() == 4) {
                    sockets.add(socket);
                }
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {}
        };
        try (Served served = Served.webSocket(SETTINGS.withPing(Duration.ofMillis(100), 1), pausing);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.send(RawPeer.text("late"));
            sockets.take().resumeReading(); // After 2 s, where 1 s without a sign of life would be too long.
            assertEquals("late", peer.readTextBehindPings());
        }
    }

    @Test
    void pausedPeerIsReadAgainAfterResume() throws Exception {
        BlockingQueue<WebSocket> paused = new LinkedBlockingQueue<>();
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        MessageHandler pausing = new MessageHandler() {
            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                got.add(new String(buf, off, len, StandardCharsets.UTF_8));
                if (paused.isEmpty()) {
                    socket.pauseReading();
                    socket.sendText("paused");
                    paused.add(socket);
                }
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {}
        };
        try (Served served = Served.webSocket(SETTINGS, pausing);
                RawPeer peer = RawPeer.webSocket(served.at());
                RawPeer other = RawPeer.webSocket(served.at())) {
            peer.send(RawPeer.text("one"));
            assertEquals("paused", peer.readText());
            peer.send(RawPeer.text("two"));
            other.sendHex("89 80 00000000");
            assertEquals("8a00", other.readHex(2)); // A turn of the loop has passed.
            assertEquals("one", got.take());
            assertEquals(0, got.size());
            paused.element().resumeReading();
            assertEquals("two", got.poll(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void messageInPiecesMustHaveItsAnnouncedLength() throws Exception {
        BlockingQueue<Throwable> faults = new LinkedBlockingQueue<>();
        MessageHandler pieces = new MessageHandler() {
            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                socket.begin(len + 2, true);
                faults.add(assertThrows(IllegalStateException.class, socket::end));
                socket.append(new byte[] {'<'}, 0, 1);
                socket.append(buf, off, len);
                faults.add(assertThrows(IllegalStateException.class, () -> socket.append(new byte[2], 0, 2)));
                socket.append(new byte[] {'>'}, 0, 1);
                socket.end();
                faults.add(assertThrows(IllegalStateException.class, socket::end));
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {}
        };
        try (Served served = Served.webSocket(SETTINGS, pieces);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            peer.send(RawPeer.text("abc"));
            assertEquals("<abc>", peer.readText());
            assertEquals(3, faults.size());
        }
    }

    @Test
    void sharedBufferGoesToManyUncopiedAndIsReleased() throws Exception {
        byte[] payload = new byte[100_000];
        new Random(3).nextBytes(payload);
        ByteBuf shared = Unpooled.directBuffer(payload.length).writeBytes(payload);
        List<WebSocket> sockets = new java.util.concurrent.CopyOnWriteArrayList<>();
        MessageHandler waiting = new MessageHandler() {
            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                sockets.add(socket);
                socket.sendText("ready");
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {}
        };
        try (Served served = Served.webSocket(SETTINGS, waiting);
                RawPeer one = RawPeer.webSocket(served.at());
                RawPeer two = RawPeer.webSocket(served.at())) {
            for (RawPeer peer : List.of(one, two)) {
                peer.send(RawPeer.text("hi"));
                assertEquals("ready", peer.readText());
            }
            sockets.getFirst().execute(() -> {
                for (WebSocket socket : sockets) {
                    socket.sendText("before");
                    socket.send(shared, false);
                    socket.sendText("after");
                }
                shared.release();
            });
            for (RawPeer peer : List.of(one, two)) {
                assertEquals("before", peer.readText());
                assertArrayEquals(payload, peer.readFrame(0x82));
                assertEquals("after", peer.readText());
                peer.sendHex("89 80 00000000");
                assertEquals("8a00", peer.readHex(2));
            }
            assertEquals(0, shared.refCnt());
        }
    }

    @Test
    void peerThatNeitherReadsNorAnswersIsCutAfterTenSeconds() throws Exception {
        MessageHandler flood = new MessageHandler() {
            @Override
            public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
                if (len > 0) {
                    socket.send(new byte[32 << 20], 0, 32 << 20, false);
                }
                socket.closeAfterFlush(1000, "");
            }

            @Override
            public void onClose(WebSocket socket, int code, String reason) {
                closes.add(code + " " + reason);
            }
        };
        try (Served served = Served.webSocket(SETTINGS, flood);
                RawPeer deaf = RawPeer.webSocket(served.at());
                RawPeer mute = RawPeer.webSocket(served.at())) {
            long start = System.nanoTime();
            deaf.send(RawPeer.text("go"));
            mute.send(RawPeer.text(""));
            assertEquals("1000", mute.readClose());
            assertEquals("", mute.readToEnd());
            assertEquals("1000 ", closed());
            assertEquals("1000 ", closed());
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(millis >= 9_500 && millis < 20_000, millis + " ms");
        }
    }
}
