package io.polywire.webwire.door;

import io.polywire.net.WebSocketSettings;
import java.time.Duration;

/**
 * Limits of a server.
 *
 * @param messageLimit most octets of a message from a client; above it the connection is closed with 1009
 * @param inboxLimit a client is not read while so many of its messages wait for their turn; what was read already (64 KiB at
 *     most, beyond the message that is arriving) still comes
 * @param queueLimit while more octets than this wait for a client to read them, who sends to it waits too, and the client
 *     is not read
 * @param stuckTimeout a client that keeps others waiting for so long is cut off
 * @param keepalive a connection that was silent for so long is pinged, and cut off after two pings without answer; zero
 *     for never, as the original
 */
public record ServerSettings(
        int messageLimit, int inboxLimit, int queueLimit, Duration stuckTimeout, Duration keepalive) {
    /** 16 MiB, 256 messages, 1 MiB, 10 s, 60 s. */
    public static final ServerSettings DEFAULT =
            new ServerSettings(16 << 20, 256, 1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(60));

    public ServerSettings {
        if (messageLimit < 1 || inboxLimit < 1 || queueLimit < 1) {
            throw new IllegalArgumentException("a limit below 1");
        }
    }

    public ServerSettings withMessageLimit(int octets) {
        return new ServerSettings(octets, inboxLimit, queueLimit, stuckTimeout, keepalive);
    }

    public ServerSettings withQueueLimit(int octets) {
        return new ServerSettings(messageLimit, inboxLimit, octets, stuckTimeout, keepalive);
    }

    public ServerSettings withStuckTimeout(Duration time) {
        return new ServerSettings(messageLimit, inboxLimit, queueLimit, time, keepalive);
    }

    public ServerSettings withKeepalive(Duration silence) {
        return new ServerSettings(messageLimit, inboxLimit, queueLimit, stuckTimeout, silence);
    }

    /** Text messages need not be UTF-8: they are taken like binary ones. */
    WebSocketSettings webSocket() {
        return WebSocketSettings.ofLimit(messageLimit).withUtf8Check(false).withPing(keepalive, 2);
    }
}
