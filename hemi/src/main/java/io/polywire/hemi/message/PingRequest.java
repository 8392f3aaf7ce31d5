package io.polywire.hemi.message;

import java.time.Instant;

/**
 * {@code <api>-ping-request}.
 *
 * @param timestamp the sender's clock, Unix time in seconds
 */
public record PingRequest(long timestamp) {
    public static PingRequest now() {
        return new PingRequest(Instant.now().getEpochSecond());
    }
}
