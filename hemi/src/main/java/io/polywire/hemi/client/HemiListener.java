package io.polywire.hemi.client;

import io.polywire.hemi.message.Received;

/**
 * Hears what a server sends unasked, and of the connection. Its methods are called one after the other, in the order of
 * what happened, on virtual threads: they may block and make calls.
 */
public interface HemiListener {
    /** A listener that hears nothing. */
    HemiListener NONE = new HemiListener() {};

    /** A message that answers no call: a notification, or the late answer to a call that was given up. */
    default void onMessage(Received message) {}

    /** Connected, logged in, and ready for calls; also after a reconnection. */
    default void onOnline() {}

    /**
     * The connection has ended; it is made again by itself, unless the client was closed or {@link
     * ConnectionException#isKeyRefused()}.
     */
    default void onOffline(ConnectionException why) {}
}
