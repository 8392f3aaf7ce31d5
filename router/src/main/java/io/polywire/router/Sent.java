package io.polywire.router;

/** What became of a message that a realm gave to a link. */
public enum Sent {
    /** It is queued. */
    OK,
    /** The queue is full; nothing was queued. Only events and invocations are refused for that. */
    FULL,
    /** It is over the size that the peer takes; nothing was queued. */
    TOO_LARGE,
    /** The peer is gone. */
    CLOSED
}
