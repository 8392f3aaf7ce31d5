package io.polywire.hemi.message;

import java.time.Instant;

/**
 * {@code <api>-ping-response}.
 *
 * @param origintimestamp the request's
 * @param timestamp the responder's clock, Unix time in seconds
 */
public record PingResponse(long origintimestamp, long timestamp) {
    public static PingResponse to(PingRequest request) {
        return new PingResponse(request.timestamp(), Instant.now().getEpochSecond());
    }
}
