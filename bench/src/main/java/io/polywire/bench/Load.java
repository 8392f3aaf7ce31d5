package io.polywire.bench;

import com.google.errorprone.annotations.FormatMethod;
import io.polywire.codec.Codec;
import io.polywire.codec.Codecs;
import io.polywire.model.Serialization;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of the load generator. */
@CommandLine.Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Loads a WAMP router and prints its CPU time per operation.")
public final class Load implements Callable<Integer> {
    /** What can be measured. */
    enum Mode {
        RPC,
        PUBSUB,
        CONNECT,
        IDLE
    }

    @Parameters(index = "0", description = "rpc, pubsub, connect or idle")
    Mode mode = Mode.RPC;

    @Option(
            names = "--url",
            description = "ws://HOST:PORT/PATH, tcp://HOST:PORT or unix:///PATH (default ${DEFAULT-VALUE})")
    URI url = URI.create("tcp://127.0.0.1:8080");

    @Option(names = "--serialization", description = "json, msgpack or cbor (default ${DEFAULT-VALUE})")
    Serialization serialization = Serialization.MSGPACK;

    @Option(names = "--realm", description = "default ${DEFAULT-VALUE}")
    String realm = "realm1";

    @Option(names = "--pid", description = "process id of the router, for its CPU time and memory")
    @Nullable
    Long pid;

    @Option(names = "--callers", description = "connections that call (default ${DEFAULT-VALUE})")
    int callers = 1;

    @Option(names = "--window", description = "calls or publications outstanding (default ${DEFAULT-VALUE})")
    int window = 64;

    @Option(names = "--subscribers", description = "default ${DEFAULT-VALUE}")
    int subscribers = 100;

    @Option(names = "--payload", description = "octets in each call or event (default ${DEFAULT-VALUE})")
    int payload = 64;

    @Option(names = "--sessions", description = "sessions to open in connect and idle (default ${DEFAULT-VALUE})")
    int sessions = 2000;

    @Option(names = "--warm", description = "seconds before the measurement (default ${DEFAULT-VALUE})")
    int warm = 5;

    @Option(names = "--seconds", description = "seconds of the measurement (default ${DEFAULT-VALUE})")
    int seconds = 5;

    final List<Peer> peers = new ArrayList<>();
    private final Histogram latencies = new Histogram(3_600_000_000_000L, 3);
    private @Nullable Selector selector;
    private boolean measuring;
    private long done;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Load())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        try (Selector open = Selector.open()) {
            selector = open;
            return switch (mode) {
                case RPC -> steady(new Calls(this));
                case PUBSUB -> steady(new Events(this));
                case CONNECT -> connect();
                case IDLE -> idle();
            };
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    Peer open(Peer.Handler handler) throws IOException {
        Selector now = selector;
        if (now == null) {
            throw new IllegalStateException("not running");
        }
        Codec codec = Codecs.of(serialization);
        Peer peer = new Peer(now, url, codec, realm, handler);
        peers.add(peer);
        return peer;
    }

    /** One operation has ended that began at this time. */
    void ended(long startNanos) {
        done++;
        if (measuring) {
            latencies.recordValue(System.nanoTime() - startNanos);
        }
    }

    /** Handles what comes until a time, or until a condition holds. */
    void run(long untilNanos, Callable<Boolean> enough) throws IOException {
        Selector now = selector;
        try {
            while (now != null && System.nanoTime() < untilNanos && !enough.call()) {
                now.select(key -> serve(key), 100);
                for (Peer peer : peers) {
                    peer.flush();
                }
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void serve(SelectionKey key) {
        Peer peer = (Peer) key.attachment();
        try {
            if (key.isReadable()) {
                peer.readable();
            }
            if (key.isValid() && key.isWritable()) {
                peer.flush();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A kind of load that goes on until it is stopped. */
    interface Steady {
        void start() throws IOException;
    }

    private int steady(Steady load) throws IOException {
        load.start();
        run(System.nanoTime() + warm * 1_000_000_000L, () -> false);
        Router router = pid == null ? null : new Router(pid);
        double cpu = router == null ? 0 : router.cpuSeconds();
        long before = done;
        long start = System.nanoTime();
        measuring = true;
        run(start + seconds * 1_000_000_000L, () -> false);
        measuring = false;
        double elapsed = (System.nanoTime() - start) / 1e9;
        long count = done - before;
        print("%s %s %s: %,.0f per second", mode, url.getScheme(), serialization, count / elapsed);
        if (router != null) {
            print(
                    "router CPU %.3f us each, resident %,d KiB",
                    (router.cpuSeconds() - cpu) * 1e6 / count, router.residentKib());
        }
        print(
                "latency us: p50 %.1f, p99 %.1f, p99.9 %.1f, max %.1f",
                at(50), at(99), at(99.9), latencies.getMaxValue() / 1e3);
        return count == 0 ? 1 : 0;
    }

    private double at(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }

    private int connect() throws IOException {
        Router router = pid == null ? null : new Router(pid);
        for (int round = 0; round < 2; round++) { // the first one warms up
            double cpu = router == null ? 0 : router.cpuSeconds();
            long start = System.nanoTime();
            for (int i = 0; i < sessions; i++) {
                open((p, m) -> {}).close();
            }
            peers.clear();
            double elapsed = (System.nanoTime() - start) / 1e9;
            print(
                    "CONNECT round %d: %,.0f joins per second, router CPU %.1f us each",
                    round + 1, sessions / elapsed, router == null ? 0 : (router.cpuSeconds() - cpu) * 1e6 / sessions);
        }
        return 0;
    }

    private int idle() throws IOException {
        Router router = pid == null ? null : new Router(pid);
        long before = router == null ? 0 : router.residentKib();
        for (int i = 0; i < sessions; i++) {
            open((p, m) -> {});
        }
        run(System.nanoTime() + seconds * 1_000_000_000L, () -> false);
        long after = router == null ? 0 : router.residentKib();
        print(
                "IDLE %,d sessions: router resident %,d KiB, %,.0f octets each",
                sessions, after, (after - before) * 1024.0 / sessions);
        return 0;
    }

    @FormatMethod
    private static void print(String format, Object... args) {
        System.out.println(String.format(Locale.ROOT, format, args));
    }
}
