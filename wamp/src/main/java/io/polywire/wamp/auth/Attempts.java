package io.polywire.wamp.auth;

import io.polywire.net.Peer;
import io.polywire.wamp.crypto.Crypto;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits how often authentication may fail, for each address and for each name.
 *
 * <p>A token bucket for each: an attempt takes a token, a success gives it back, time fills the bucket. The buckets of the
 * 65,536 addresses and names that were seen last are kept; who was not seen for longer has a full one. An attempt that the
 * address is refused for does not count for the name. IPv6 addresses count by their network of 64 bits.
 *
 * <p>Thread-safe.
 */
public final class Attempts {
    /**
     * How many attempts may fail.
     *
     * @param perAddress in a window
     * @param perName in a window; a name is an authid in a realm
     * @param window in which an empty bucket is filled
     */
    public record Limits(int perAddress, int perName, Duration window) {
        public static final Limits DEFAULT = new Limits(60, 20, Duration.ofMinutes(1));

        public Limits {
            if (perAddress < 1 || perName < 1 || window.toMillis() < 1) {
                throw new IllegalArgumentException("limits of attempts must be positive");
            }
        }
    }

    private static final int MOST = 1 << 16;

    private final LongSupplier clock;
    private final Buckets addresses;
    private final Buckets names;

    public Attempts(Limits limits) {
        this(limits, System::nanoTime);
    }

    Attempts(Limits limits, LongSupplier nanoClock) {
        this.clock = nanoClock;
        this.addresses = new Buckets(limits.perAddress(), limits.window());
        this.names = new Buckets(limits.perName(), limits.window());
    }

    /** Takes a token of each; zero if there were, else how long to wait. */
    synchronized Duration take(String address, String name) {
        long now = clock.getAsLong();
        long wait = addresses.wait(address, now);
        if (wait == 0) {
            wait = names.wait(name, now);
        }
        if (wait == 0) {
            addresses.add(address, -1, now);
            names.add(name, -1, now);
        }
        return Duration.ofNanos(wait);
    }

    /** Gives the tokens back. */
    synchronized void succeeded(String address, String name) {
        long now = clock.getAsLong();
        addresses.add(address, 1, now);
        names.add(name, 1, now);
    }

    /** What is counted of a peer: its address without the port, or its user. */
    static String address(Peer peer) {
        Peer.Credentials user = peer.credentials();
        if (user != null) {
            return "uid " + user.uid();
        }
        int colon = peer.address().lastIndexOf(':');
        if (colon < 0) {
            return peer.address();
        }
        String host = peer.address().substring(0, colon);
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return bare.contains(":") ? network(bare) : bare;
    }

    private static String network(String ipv6) {
        try {
            byte[] octets = InetAddress.ofLiteral(ipv6).getAddress();
            return Crypto.hex(Arrays.copyOf(octets, 8));
        } catch (IllegalArgumentException e) {
            return ipv6;
        }
    }

    private static final class Bucket {
        double tokens;
        long at;
    }

    private static final class Buckets {
        private final int size;
        private final double nanosPerToken;

        @SuppressWarnings("serial") // It is never serialized.
        private final Map<String, Bucket> byKey = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                return size() > MOST;
            }
        };

        Buckets(int size, Duration window) {
            this.size = size;
            this.nanosPerToken = (double) window.toNanos() / size;
        }

        long wait(String key, long now) {
            Bucket bucket = filled(key, now);
            return bucket == null || bucket.tokens >= 1
                    ? 0
                    : Math.max(1, (long) Math.ceil((1 - bucket.tokens) * nanosPerToken));
        }

        void add(String key, int tokens, long now) {
            Bucket bucket = filled(key, now);
            if (bucket == null) {
                if (tokens > 0) {
                    return; // full already
                }
                bucket = new Bucket();
                bucket.tokens = size;
                bucket.at = now;
                byKey.put(key, bucket);
            }
            bucket.tokens = Math.min(size, bucket.tokens + tokens);
            if (bucket.tokens >= size) {
                byKey.remove(key);
            }
        }

        private @Nullable Bucket filled(String key, long now) {
            Bucket bucket = byKey.get(key);
            if (bucket != null) {
                bucket.tokens = Math.min(size, bucket.tokens + (now - bucket.at) / nanosPerToken);
                bucket.at = now;
            }
            return bucket;
        }
    }
}
