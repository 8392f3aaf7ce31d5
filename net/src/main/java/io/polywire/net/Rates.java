package io.polywire.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How often an address may connect and shake hands: a token bucket for each, as many tokens as the limit, filled in the
 * window. IPv6 addresses count by their network of 64 bits; UNIX sockets are not counted.
 *
 * <p>A connection is counted when it is accepted, before TLS; one too many is closed without an answer. A handshake is a
 * WebSocket upgrade, that of a byte stream, and whatever else a door counts as one; one too many is answered.
 *
 * <p>Thread-safe. Several listeners may share one.
 */
public final class Rates {
    /**
     * @param connections in a window; 0: any number
     * @param handshakes in a window; 0: any number
     * @param window in which an empty bucket is filled
     * @param exemptLoopback whether addresses of this machine are not counted
     */
    public record Limits(int connections, int handshakes, Duration window, boolean exemptLoopback) {
        /** 10,000 each in 10 s, those of this machine too. */
        public static final Limits DEFAULT = new Limits(10_000, 10_000, Duration.ofSeconds(10), false);

        public Limits {
            if (connections < 0 || handshakes < 0 || window.toMillis() < 1) {
                throw new IllegalArgumentException("rates must not be negative, their window positive");
            }
        }

        /** The same with this machine exempt, or not. */
        public Limits withExemptLoopback(boolean exempt) {
            return new Limits(connections, handshakes, window, exempt);
        }
    }

    /** Any number. */
    public static Rates unlimited() {
        return new Rates(new Limits(0, 0, Duration.ofSeconds(1), true));
    }

    private final boolean exemptLoopback;
    private final LongSupplier clock;
    private final @Nullable TokenBuckets<String> connections;
    private final @Nullable TokenBuckets<String> handshakes;
    private final LongAdder refusedConnections = new LongAdder();
    private final LongAdder refusedHandshakes = new LongAdder();

    public Rates(Limits limits) {
        this(limits, System::nanoTime);
    }

    Rates(Limits limits, LongSupplier nanoClock) {
        exemptLoopback = limits.exemptLoopback();
        clock = nanoClock;
        connections = limits.connections() == 0 ? null : new TokenBuckets<>(limits.connections(), limits.window());
        handshakes = limits.handshakes() == 0 ? null : new TokenBuckets<>(limits.handshakes(), limits.window());
    }

    /** Connections that were closed for being too many. */
    public long refusedConnections() {
        return refusedConnections.sum();
    }

    /** Handshakes that were refused for being too many. */
    public long refusedHandshakes() {
        return refusedHandshakes.sum();
    }

    /** Counts a connection; false if it is one too many. */
    boolean connection(@Nullable SocketAddress from) {
        if (connections == null || !(from instanceof InetSocketAddress inet) || exempt(inet.getAddress())) {
            return true;
        }
        boolean allowed = take(connections, Peer.network(inet.getAddress())) == 0;
        if (!allowed) {
            refusedConnections.increment();
        }
        return allowed;
    }

    /** Counts a handshake; zero if it may go on, else how long the peer should wait before it comes again. */
    public Duration handshake(Peer peer) {
        InetAddress from = handshakes == null ? null : peer.inet();
        if (handshakes == null || from == null || exempt(from)) {
            return Duration.ZERO;
        }
        long wait = take(handshakes, Peer.network(from));
        if (wait > 0) {
            refusedHandshakes.increment();
        }
        return Duration.ofNanos(wait);
    }

    private boolean exempt(InetAddress from) {
        return exemptLoopback && from.isLoopbackAddress();
    }

    private long take(TokenBuckets<String> of, String key) {
        long now = clock.getAsLong();
        synchronized (of) {
            return of.take(key, now);
        }
    }

    /** The door with its WebSocket upgrades counted: one too many is answered with 429. */
    public HttpDoor limit(HttpDoor door) {
        return request -> {
            HttpAnswer answer = door.answer(request);
            if (!(answer instanceof HttpAnswer.Upgrade)) {
                return answer;
            }
            Duration wait = handshake(request.peer());
            return wait.isZero()
                    ? answer
                    : HttpResponse.text(429, "too many handshakes from this address; try again later")
                            .with(
                                    "Retry-After",
                                    Long.toString(wait.plusMillis(999).toSeconds()));
        };
    }
}
