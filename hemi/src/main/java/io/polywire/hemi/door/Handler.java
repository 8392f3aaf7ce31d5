package io.polywire.hemi.door;

import org.jspecify.annotations.Nullable;

/** Answers requests of one class. Thread-safe. */
@FunctionalInterface
public interface Handler<Q extends Record> {
    /**
     * Answers a request.
     *
     * @return the response, or null to send none
     * @throws io.polywire.hemi.message.RequestException to tell the caller what is wrong with its request
     * @throws Exception any other one is logged with a trace id, and the caller gets an internal error with that id
     */
    @Nullable
    Record handle(HemiSession session, Q request) throws Exception;
}
