package io.polywire.webwire.door;

import io.polywire.net.WebSocket;
import io.polywire.webwire.message.Composer;
import io.polywire.webwire.message.Message.SessionClosed;
import io.polywire.webwire.message.Message.SessionCreated;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.message.Session;
import java.lang.System.Logger.Level;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A client that is connected to the server. Thread-safe. */
public final class Client {
    private final Server server;
    private final WebSocket socket;
    private final Outbox outbox;
    private final long connected = System.currentTimeMillis();

    // Written under the lock of this; hooks are never called under it.
    private volatile @Nullable Session session;
    private volatile boolean gone;
    private boolean closing; // the session

    Client(Server server, WebSocket socket) {
        this.server = server;
        this.socket = socket;
        this.outbox = new Outbox(socket, server.settings().queueLimit());
    }

    /** The session of this connection, null for none. */
    public @Nullable Session session() {
        return session;
    }

    /** When the connection was established. */
    public Instant connectionTime() {
        return Instant.ofEpochMilli(connected);
    }

    /** {@code HOST:PORT} of the client. */
    public String remoteAddress() {
        return socket.peer().address();
    }

    /** Whether messages can still be sent. */
    public boolean isConnected() {
        return !gone;
    }

    /**
     * Sends a signal, at once: it may overtake the reply of a request that is being handled. Waits while the client does
     * not read what was sent before.
     *
     * @return false if the client is gone
     * @throws IllegalArgumentException if the payload is empty, UTF-16 with an odd number of octets, or the name longer
     *     than 255 characters or with others than U+0020 to U+007E
     */
    public boolean signal(String name, Payload payload) {
        if (payload.isEmpty()) {
            throw new IllegalArgumentException("a signal needs a payload");
        }
        return outbox.send(Composer.compose(new Signal(name, payload)));
    }

    /**
     * Gives the connection a new session, tells the client, and calls {@link SessionHooks#onSessionCreated}.
     *
     * @param info attached to the session and told the client: a value of the types of {@link io.polywire.model.Dict}
     * @throws SessionException if the connection has a session already or is over, or the server has no sessions
     * @throws IllegalArgumentException if the info has other types
     */
    public Session createSession(@Nullable Object info) {
        SessionHooks hooks = hooks();
        Session made = Session.of(info);
        byte[] message = Composer.compose(new SessionCreated(made.toJson()));
        synchronized (this) {
            Session before = session;
            if (before != null) {
                throw new SessionException("Another session (" + before.key() + ") on this client is already active");
            }
            if (gone || !outbox.post(message)) {
                throw new SessionException("The client is disconnected");
            }
            server.activeSessions().claim(made.key(), this);
            session = made;
        }
        try {
            hooks.onSessionCreated(this);
        } catch (Exception e) {
            Server.LOG.log(Level.WARNING, "OnSessionCreated failed; the session stays", e);
        }
        return made;
    }

    /**
     * Closes the session of this connection: it cannot be restored any more. Calls {@link SessionHooks#onSessionClosed},
     * then tells the client. Does nothing if there is none.
     *
     * @throws SessionException if the server has no sessions
     */
    public void closeSession() {
        SessionHooks hooks = hooks();
        synchronized (this) {
            Session open = session;
            if (open == null || closing) {
                return;
            }
            closing = true;
            server.activeSessions().release(open.key(), this);
        }
        try {
            hooks.onSessionClosed(this);
        } catch (Exception e) {
            Server.LOG.log(Level.WARNING, "OnSessionClosed failed; the session is closed", e);
        }
        synchronized (this) {
            session = null;
            closing = false;
            outbox.post(Composer.compose(new SessionClosed()));
        }
    }

    private SessionHooks hooks() {
        SessionHooks hooks = server.sessionHooks();
        if (hooks == null) {
            throw new SessionException("Sessions disabled");
        }
        return hooks;
    }

    /**
     * Finds a session and attaches it; the one there was before is given up, not closed.
     *
     * @throws RequestException if it is active or unknown
     * @throws Exception if it is not to be found out
     */
    Session restoreSession(SessionHooks hooks, String key) throws Exception {
        Claim active = new Claim(key);
        try {
            Session found = hooks.onSessionLookup(key);
            if (found == null) {
                throw Answers.sessionNotFound(key);
            }
            var _ = found.toJson(); // fails before anything has changed
            active.replaceBy(found.key());
            attach(found);
            active.keep();
            return found;
        } finally {
            active.end();
        }
    }

    private synchronized void attach(Session found) {
        Session before = session;
        if (before != null) {
            server.activeSessions().release(before.key(), this);
        }
        session = found;
        if (gone) {
            server.activeSessions().release(found.key(), this);
        }
    }

    /** The claim of a restoration on a key, given up unless it is kept. */
    private final class Claim {
        private String key;
        private boolean kept;

        Claim(String key) {
            this.key = key;
            claim(key);
        }

        private void claim(String wanted) {
            if (!server.activeSessions().claim(wanted, Client.this)) {
                throw Answers.sessionActive(wanted);
            }
        }

        /** The application may know the session by another key than the client does. */
        void replaceBy(String other) {
            if (!other.equals(key)) {
                claim(other);
                server.activeSessions().release(key, Client.this);
                key = other;
            }
        }

        void keep() {
            kept = true;
        }

        void end() {
            if (!kept) {
                server.activeSessions().release(key, Client.this);
            }
        }
    }

    Outbox outbox() {
        return outbox;
    }

    /** The connection is over: the session may be restored elsewhere from now on. */
    void lost() {
        synchronized (this) {
            gone = true;
            Session left = session;
            if (left != null) {
                server.activeSessions().release(left.key(), this);
            }
        }
        outbox.close();
    }

    @Override
    public String toString() {
        return "client " + remoteAddress();
    }
}
