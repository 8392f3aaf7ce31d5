package io.polywire.gate.service;

/** A call of a service by a program, to be answered once. Thread-safe. */
public interface GuestCall {
    /**
     * Answers the call; a second answer is ignored.
     *
     * @param content at most {@link GuestLink#MAX_CONTENT} bytes
     */
    void reply(byte[] content);
}
