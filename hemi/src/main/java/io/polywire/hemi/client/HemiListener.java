package io.polywire.hemi.client;

import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.InvalidCommandException;
import io.polywire.hemi.message.Received;
import java.lang.System.Logger.Level;

/**
 * Hears what a server sends unasked, and of the connection. Its methods are called one after the other, in the order of
 * what happened, on virtual threads: they may block and make calls.
 */
public interface HemiListener {
    /** A listener that hears nothing. */
    HemiListener NONE = new HemiListener() {};

    /** A message that answers no call: a notification, or the late answer to a call that was given up. */
    default void onMessage(Received message) {}

    /**
     * The same message before it is understood; for those who want its JSON. Does what has to be done to call {@link
     * #onMessage}; a message that is not of the client's commands is dropped.
     */
    default void onEnvelope(Envelope envelope, CommandSet commands) {
        Received message;
        try {
            message = commands.read(envelope);
        } catch (InvalidCommandException unknown) {
            System.getLogger("io.polywire.hemi")
                    .log(Level.DEBUG, "a message of the server was dropped: " + unknown.text());
            return;
        }
        onMessage(message);
    }

    /** Connected, logged in, and ready for calls; also after a reconnection. */
    default void onOnline() {}

    /**
     * The connection has ended; it is made again by itself, unless the client was closed or {@link
     * ConnectionException#isKeyRefused()}.
     */
    default void onOffline(ConnectionException why) {}
}
