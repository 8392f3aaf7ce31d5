package io.polywire.gate.program;

import io.polywire.gate.message.Status;

/**
 * Is told about one instance. The calls come one after the other, on a thread of the scheduler or on the one that made
 * the request; they must not block.
 */
public interface GuestListener {
    /** Hears nothing. */
    GuestListener NONE = (guest, status) -> {};

    /**
     * The status has changed: the instance runs again or has stopped. Not called for the status that it has when {@link
     * Programs#launch} returns.
     */
    void status(Guest guest, Status status);

    /** The program has written to descriptor 1 or 2. */
    default void debug(Guest guest, byte[] text) {}
}
