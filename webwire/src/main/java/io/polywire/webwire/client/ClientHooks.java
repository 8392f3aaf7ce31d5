package io.polywire.webwire.client;

import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Session;

/**
 * What a client is told. Called on a virtual thread, one after the other, in the order of the messages; a hook may block,
 * and make requests itself.
 */
public interface ClientHooks {
    /** Nothing is of interest. */
    ClientHooks NONE = new ClientHooks() {};

    /** The server sent a signal. */
    default void onServerSignal(Signal signal) {}

    /** The server gave this connection a session. Not called for a restored one. */
    default void onSessionCreated(Session session) {}

    /** The session was closed, by either side. */
    default void onSessionClosed() {}

    /** The connection is over. The session is kept for the next {@link WebWireClient#connect}. */
    default void onDisconnected() {}
}
