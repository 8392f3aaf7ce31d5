package io.polywire.ccproxy.door;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.client.IoChannel;
import io.polywire.ccproxy.hyperstart.IoFrame;
import io.polywire.testkit.hyperstart.MockHyperstart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * Many streams at once with checksums: {@code java ... io.polywire.ccproxy.door.Soak [STREAMS [MIB [ROUNDS]]]}, 200
 * streams of 64 MiB and 10,000 rounds of hello, allocateIO, bye unless told.
 */
final class Soak {
    private static final int CHUNK = 8192 - IoFrame.HEADER;

    private Soak() {}

    public static void main(String[] args) throws Exception {
        int streams = args.length > 0 ? Integer.parseInt(args[0]) : 200;
        int mib = args.length > 1 ? Integer.parseInt(args[1]) : 64;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 10_000;
        Path directory = Files.createTempDirectory("soak");
        try (CcProxy proxy = Peers.proxy()) {
            long start = System.nanoTime();
            run(proxy, directory, streams, (long) mib << 20);
            System.out.printf(
                    "%d streams of %d MiB: every checksum agrees, %.1f s%n",
                    streams, mib, (System.nanoTime() - start) / 1e9);
            MockRounds.run(proxy, directory, Math.min(rounds, 500));
            report("before", proxy);
            start = System.nanoTime();
            MockRounds.run(proxy, directory, rounds);
            System.out.printf("%d rounds, %.1f s%n", rounds, (System.nanoTime() - start) / 1e9);
            report("after", proxy);
        }
        Files.delete(directory);
    }

    private static void report(String when, CcProxy proxy) throws IOException {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        String resident = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .findFirst()
                .orElse("");
        System.out.printf(
                "%s: %d descriptors, heap %d KiB, %s, %s%n",
                when,
                Peers.openDescriptors(),
                (runtime.totalMemory() - runtime.freeMemory()) / 1024,
                resident,
                proxy.census());
    }

    /** Moves {@code octets} over each of {@code streams} at once, and compares the checksums of both ends. */
    static void run(CcProxy proxy, Path directory, int streams, long octets) throws Exception {
        Path own = Files.createTempDirectory(directory, "soak");
        try (MockHyperstart mock = MockHyperstart.started(own);
                CcProxyClient client = new CcProxyClient(Peers.connect(proxy))) {
            client.timeout(java.time.Duration.ZERO);
            client.hello("soak", mock.controlPath(), mock.ioPath());
            List<CompletableFuture<Long>> sums = new ArrayList<>();
            long[] bases = new long[streams];
            for (int i = 0; i < streams; i++) {
                IoChannel channel = client.allocateIo(1);
                bases[i] = channel.ioBase();
                CompletableFuture<Long> sum = new CompletableFuture<>();
                sums.add(sum);
                Thread.ofVirtual().start(() -> read(channel, octets, sum));
            }
            List<Long> expected = send(mock, bases, octets);
            for (int i = 0; i < streams; i++) {
                long sum = sums.get(i).get(10, TimeUnit.MINUTES);
                if (sum != expected.get(i)) {
                    throw new AssertionError("stream " + bases[i] + ": the checksum differs");
                }
            }
            client.bye("soak");
        }
        Files.delete(own);
    }

    private static List<Long> send(MockHyperstart mock, long[] bases, long octets) {
        CRC32C[] sums = new CRC32C[bases.length];
        java.util.Arrays.setAll(sums, i -> new CRC32C());
        byte[] payload = new byte[CHUNK];
        new java.util.Random(1).nextBytes(payload);
        for (long sent = 0; sent < octets; sent += CHUNK) {
            int n = (int) Math.min(CHUNK, octets - sent);
            for (int i = 0; i < bases.length; i++) {
                ByteBuffer.wrap(payload).putInt(i).putInt((int) (sent / CHUNK));
                byte[] piece = n == CHUNK ? payload : java.util.Arrays.copyOf(payload, n);
                sums[i].update(piece);
                mock.output(bases[i], piece);
            }
        }
        for (long base : bases) {
            mock.output(base, new byte[0]);
        }
        return java.util.Arrays.stream(sums).map(CRC32C::getValue).toList();
    }

    private static void read(IoChannel channel, long octets, CompletableFuture<Long> sum) {
        CRC32C crc = new CRC32C();
        long got = 0;
        try (channel) {
            for (IoFrame frame = channel.read(); frame != null && !frame.end(); frame = channel.read()) {
                crc.update(frame.payload());
                got += frame.payload().length;
            }
            if (got == octets) {
                sum.complete(crc.getValue());
            } else {
                sum.completeExceptionally(new IOException(got + " of " + octets + " octets"));
            }
        } catch (IOException e) {
            sum.completeExceptionally(e);
        }
    }
}
