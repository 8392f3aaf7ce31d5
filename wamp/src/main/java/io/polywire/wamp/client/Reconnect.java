package io.polywire.wamp.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How a client comes back after its connection was lost or the router went down. It does not come back after it was closed,
 * killed, or refused for what a new attempt would not change.
 *
 * @param first wait before the first attempt
 * @param longest wait between attempts at most
 * @param factor the wait grows by from attempt to attempt, at least 1
 * @param jitter part of the wait that is random, 0 to 1, so that not all clients come back at once
 * @param attempts in a row, then the client is closed; {@link Integer#MAX_VALUE} for no end
 */
public record Reconnect(Duration first, Duration longest, double factor, double jitter, int attempts) {
    /** From 200 ms to 30 s, doubling, half of it random, for ever. */
    public static final Reconnect DEFAULT =
            new Reconnect(Duration.ofMillis(200), Duration.ofSeconds(30), 2, 0.5, Integer.MAX_VALUE);

    /** Lost is lost. */
    public static final Reconnect NEVER = new Reconnect(Duration.ZERO, Duration.ZERO, 1, 0, 0);

    public Reconnect {
        if (first.isNegative() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("waits must be 0 <= first <= longest: " + first + ", " + longest);
        }
        if (!(factor >= 1) || !(jitter >= 0 && jitter <= 1) || attempts < 0) {
            throw new IllegalArgumentException(
                    "factor >= 1, jitter in 0..1, attempts >= 0: " + factor + ", " + jitter + ", " + attempts);
        }
    }

    /** The wait before an attempt, the first being number 1. */
    Duration delay(int attempt, RandomGenerator random) {
        double full = Math.min((double) first.toNanos() * Math.pow(factor, attempt - 1), (double) longest.toNanos());
        return Duration.ofNanos((long) (full * (1 - jitter * random.nextDouble())));
    }
}
