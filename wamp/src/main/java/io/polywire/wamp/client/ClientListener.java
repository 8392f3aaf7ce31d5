package io.polywire.wamp.client;

import java.time.Duration;

/** Hears what happens to a client; on virtual threads, one after the other, so it may block. */
public interface ClientListener {
    /** Hears nothing. */
    ClientListener NONE = new ClientListener() {};

    /** A session was joined, the first one or a later one; registrations and subscriptions are back. */
    default void connected(SessionInfo session) {}

    /** The session is over. Another one is tried, unless {@link #closed} follows. */
    default void disconnected(WampException cause) {}

    /** An attempt to come back will be made after that wait. */
    default void reconnecting(int attempt, Duration delay) {}

    /** The client is closed for good: by {@link WampClient#close} or since coming back is not allowed or hopeless. */
    default void closed(WampException cause) {}

    /** The router took a registration away, or did not take it again after a reconnection (then the next one tries again). */
    default void lost(Registration registration, WampException cause) {}

    /** The same for a subscription. */
    default void lost(Subscription subscription, WampException cause) {}

    /**
     * An event was dropped, because handlers are too slow and this side waits for answers, so that it cannot stop reading.
     *
     * @param total how many this client has dropped so far
     */
    default void dropped(Subscription subscription, long total) {}
}
