package io.polywire.wamp.door;

import java.time.Duration;

/**
 * Limits and times of the WAMP door.
 *
 * @param path of the WebSocket endpoint
 * @param messageLimit most octets of a message from a client, 512 to 16 MiB
 * @param queueLimit most octets that wait for a client; above it events and invocations for it are refused
 * @param queueBudget most octets that wait for all clients of a loop together; the fuller it is, the less of it a
 *     single client gets
 * @param helloTimeout a client that has not said HELLO by then is cut off
 * @param authenticateTimeout the same for AUTHENTICATE after a CHALLENGE
 * @param stuckTimeout a client whose queue was above twice the limit for so long is cut off
 * @param keepalive a WebSocket that was silent for so long is pinged; zero for never
 * @param deflate whether permessage-deflate is offered
 * @param agent WELCOME.Details.agent
 * @param overflow what happens to events for a client whose queue is full
 * @param origins of which web pages may connect
 */
public record WampDoorSettings(
        String path,
        int messageLimit,
        int queueLimit,
        long queueBudget,
        Duration helloTimeout,
        Duration authenticateTimeout,
        Duration stuckTimeout,
        Duration keepalive,
        boolean deflate,
        String agent,
        Overflow overflow,
        Origins origins) {
    public static final WampDoorSettings DEFAULT = new WampDoorSettings(
            "/ws",
            16 << 20,
            16 << 20,
            256L << 20,
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            false,
            "Polywire");

    /** What happens to an event for a client that reads too slowly; everything that is lost is counted. */
    public enum Overflow {
        /** It is lost: the client gets what was published first. */
        DROP_NEWEST,
        /** An older one is lost: the client gets what was published last. */
        DROP_OLDEST,
        /** The client is cut off, with ABORT {@code wamp.error.network_failure}. */
        DISCONNECT
    }

    /** The newest events are dropped; all web pages may connect. */
    public WampDoorSettings(
            String path,
            int messageLimit,
            int queueLimit,
            long queueBudget,
            Duration helloTimeout,
            Duration authenticateTimeout,
            Duration stuckTimeout,
            Duration keepalive,
            boolean deflate,
            String agent) {
        this(
                path,
                messageLimit,
                queueLimit,
                queueBudget,
                helloTimeout,
                authenticateTimeout,
                stuckTimeout,
                keepalive,
                deflate,
                agent,
                Overflow.DROP_NEWEST,
                Origins.ALL);
    }

    public WampDoorSettings withOverflow(Overflow other) {
        return new WampDoorSettings(
                path,
                messageLimit,
                queueLimit,
                queueBudget,
                helloTimeout,
                authenticateTimeout,
                stuckTimeout,
                keepalive,
                deflate,
                agent,
                other,
                origins);
    }

    public WampDoorSettings withOrigins(Origins other) {
        return new WampDoorSettings(
                path,
                messageLimit,
                queueLimit,
                queueBudget,
                helloTimeout,
                authenticateTimeout,
                stuckTimeout,
                keepalive,
                deflate,
                agent,
                overflow,
                other);
    }

    public WampDoorSettings {
        if (messageLimit < 512 || messageLimit > 1 << 24) {
            throw new IllegalArgumentException("message limit " + messageLimit + " is not in 512..16777216");
        }
    }
}
