package io.polywire.webwire.door;

import io.polywire.webwire.message.Session;
import org.jspecify.annotations.Nullable;

/**
 * Stores the sessions of an application; a server that has these hooks has sessions. {@link StoredSessions} is one that
 * needs no more. Called on virtual threads, may block.
 */
public interface SessionHooks {
    /** The client has a new {@link Client#session()}, and was told of it. An exception is logged; the session stays. */
    void onSessionCreated(Client client) throws Exception;

    /**
     * A client wants its session back.
     *
     * @param key what it says is the key: any text
     * @return the session, null if there is none of that key
     * @throws Exception if it cannot be found out: the client is told {@code INTERNAL_ERROR} and disconnected
     */
    @Nullable
    Session onSessionLookup(String key) throws Exception;

    /**
     * The session of the client, which is still attached, is being closed by either side and has to be forgotten. Not called
     * when a client disconnects. An exception is logged.
     */
    void onSessionClosed(Client client) throws Exception;
}
