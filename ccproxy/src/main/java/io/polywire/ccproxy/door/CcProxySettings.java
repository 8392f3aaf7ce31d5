package io.polywire.ccproxy.door;

import java.time.Duration;
import java.util.Set;

/**
 * Limits of a proxy.
 *
 * @param maxRequest octets of JSON in one request; a connection that announces more is closed
 * @param streamQueue octets of output kept for one slow reader before its VM's I/O channel is no longer read
 * @param vmQueue octets of output kept for all slow readers of one VM before its I/O channel is no longer read
 * @param readyTimeout how long hello waits for the connections and for READY; zero waits for ever
 * @param commandTimeout how long hyper waits for its turn and for the answer; zero waits for ever
 * @param stallTimeout how long a reader that takes nothing may hold up its VM's output; then its descriptor is closed.
 *     Zero lets it do so for ever
 * @param lingerTimeout how long output that was already read is kept for its reader once the VM is gone
 * @param allowedUids user ids of peers that may connect
 * @param allowedGids primary group ids of peers that may connect; if both sets are empty everyone may who can open the
 *     socket
 */
public record CcProxySettings(
        int maxRequest,
        int streamQueue,
        long vmQueue,
        Duration readyTimeout,
        Duration commandTimeout,
        Duration stallTimeout,
        Duration lingerTimeout,
        Set<Integer> allowedUids,
        Set<Integer> allowedGids) {
    private static final int MIN_REQUEST = 16 * 1024;
    private static final int MAX_REQUEST = 1 << 30;
    private static final int MIN_QUEUE = 64 * 1024;

    public CcProxySettings {
        if (maxRequest < MIN_REQUEST || maxRequest > MAX_REQUEST) {
            throw new IllegalArgumentException(
                    "max_request: " + maxRequest + " is not within " + MIN_REQUEST + " and " + MAX_REQUEST);
        }
        if (streamQueue < MIN_QUEUE) {
            throw new IllegalArgumentException("stream_queue: " + streamQueue + " is less than " + MIN_QUEUE);
        }
        if (vmQueue < streamQueue) {
            throw new IllegalArgumentException("vm_queue: " + vmQueue + " is less than stream_queue");
        }
        requireNotNegative("ready_timeout", readyTimeout);
        requireNotNegative("command_timeout", commandTimeout);
        requireNotNegative("stall_timeout", stallTimeout);
        requireNotNegative("linger_timeout", lingerTimeout);
        allowedUids = Set.copyOf(allowedUids);
        allowedGids = Set.copyOf(allowedGids);
    }

    /** 16 MiB requests, queues of 4 MiB a stream and 64 MiB a VM, 2 minutes for the agent, 30 s for readers. */
    public static CcProxySettings defaults() {
        return new CcProxySettings(
                16 << 20,
                4 << 20,
                64L << 20,
                Duration.ofMinutes(2),
                Duration.ofMinutes(2),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Set.of(),
                Set.of());
    }

    private static void requireNotNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(key + ": " + value + " is negative");
        }
    }
}
