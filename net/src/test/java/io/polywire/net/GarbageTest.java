package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One client's fault never hurts another, and costs no memory that was not sent. */
final class GarbageTest {
    private static final long SEED = 20_260_101;

    private final Doors doors = new Doors(
            List.of(r -> new HttpAnswer.Upgrade(new Echo(), WebSocketSettings.DEFAULT)), peer -> new StreamHandler() {
                @Override
                public void onBytes(ByteStream stream, byte[] buf, int off, int len) {
                    stream.output().write(buf, off, len);
                }

                @Override
                public void onClose(ByteStream stream, int code, String reason) {}
            });

    @Test
    void randomOctetsNeverHurtAnother() throws Exception {
        Random random = new Random(SEED);
        try (Served served = new Served(doors);
                RawPeer other = RawPeer.webSocket(served.at())) {
            for (int i = 0; i < 300; i++) {
                byte[] garbage = new byte[1 + random.nextInt(3000)];
                random.nextBytes(garbage);
                try (RawPeer peer = i % 2 == 0 ? RawPeer.connect(served.at()) : RawPeer.webSocket(served.at())) {
                    sendAndEnd(peer, garbage);
                } catch (IOException | AssertionError e) {
                    throw new AssertionError("case " + i + " of seed " + SEED, e);
                }
                other.send(RawPeer.text("still " + i));
                assertEquals("still " + i, other.readText());
            }
        }
    }

    /** A mutated conversation gets further into the state machines than noise. */
    @Test
    void mutatedFramesNeverHurtAnother() throws Exception {
        Random random = new Random(SEED);
        byte[] good = join(
                RawPeer.text("hello"),
                RawPeer.frame(0x02, new byte[200]),
                RawPeer.frame(0x89, new byte[] {1}),
                RawPeer.frame(0x80, new byte[70_000]),
                RawPeer.frame(0x88, new byte[] {3, (byte) 0xE8}));
        try (Served served = new Served(doors);
                RawPeer other = RawPeer.webSocket(served.at())) {
            for (int i = 0; i < 200; i++) {
                byte[] bad = good.clone();
                for (int n = 0; n <= random.nextInt(3); n++) {
                    bad[random.nextInt(random.nextBoolean() ? 40 : bad.length)] ^= (byte) (1 << random.nextInt(8));
                }
                try (RawPeer peer = RawPeer.webSocket(served.at())) {
                    sendAndEnd(peer, Arrays.copyOf(bad, random.nextInt(bad.length)));
                }
                other.send(RawPeer.text("still " + i));
                assertEquals("still " + i, other.readText());
            }
        }
    }

    private static void sendAndEnd(RawPeer peer, byte[] bytes) throws IOException {
        try {
            peer.send(bytes);
            peer.endOutput();
        } catch (IOException e) {
            return; // Refused before all was sent.
        }
        peer.readToEnd();
    }

    private static byte[] join(byte[]... parts) {
        byte[] all = new byte[0];
        for (byte[] part : parts) {
            int length = all.length;
            all = Arrays.copyOf(all, length + part.length);
            System.arraycopy(part, 0, all, length, part.length);
        }
        return all;
    }

    @Test
    void hundredHalfFramesOfTheLargestSizeCostWhatWasSent() throws Exception {
        try (Served served = Served.webSocket(WebSocketSettings.ofLimit(Integer.MAX_VALUE), new Echo())) {
            List<RawPeer> peers = new ArrayList<>();
            long before = used();
            for (int i = 0; i < 100; i++) {
                RawPeer peer = RawPeer.webSocket(served.at());
                peer.sendHex("82 ff 000000007fffffff 00000000"); // 2 GiB - 1 announced
                peer.send(new byte[1000]);
                peer.sendHex("00");
                peers.add(peer);
            }
            try (RawPeer last = RawPeer.webSocket(served.at())) {
                last.sendHex("82 ff 7fffffffffffffff 00000000"); // 2^63 - 1
                assertEquals("1009 message is longer than 2147483647 octets", last.readClose());
            }
            long grown = used() - before;
            assertTrue(grown < 20_000_000, grown + " octets for 100,000 sent");
            for (RawPeer peer : peers) {
                peer.close();
            }
        }
    }

    @SuppressWarnings("SystemGC") // What is live is the question.
    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
