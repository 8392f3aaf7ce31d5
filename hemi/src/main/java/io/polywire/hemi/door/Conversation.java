package io.polywire.hemi.door;

import io.polywire.hemi.message.Envelope;

/** What is said on one connection after its client was let in. Everything on the connection's loop. */
interface Conversation {
    /**
     * Says that the client may be told now that it is let in.
     */
    void begin();

    /**
     * A message other than a ping request.
     *
     * @throws io.polywire.hemi.message.InvalidCommandException to end the connection
     */
    void receive(Envelope envelope);

    /** All that one read brought was received. */
    default void receivedAll() {}

    /** About every half second. */
    default void tick(long nanoTime) {}

    /** The connection is over, or ends now. Called once. */
    void over();
}
