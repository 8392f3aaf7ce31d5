package io.polywire.wamp.auth;

import io.polywire.net.TokenBuckets;
import java.time.Duration;
import java.util.function.LongSupplier;

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

    private final LongSupplier clock;
    private final TokenBuckets<String> addresses;
    private final TokenBuckets<String> names;

    public Attempts(Limits limits) {
        this(limits, System::nanoTime);
    }

    Attempts(Limits limits, LongSupplier nanoClock) {
        this.clock = nanoClock;
        this.addresses = new TokenBuckets<>(limits.perAddress(), limits.window());
        this.names = new TokenBuckets<>(limits.perName(), limits.window());
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
}
