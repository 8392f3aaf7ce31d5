package io.polywire.webwire.client;

import io.polywire.net.Client;
import io.polywire.net.CloseCode;
import io.polywire.net.Endpoint;
import io.polywire.net.Loops;
import io.polywire.net.MessageHandler;
import io.polywire.net.NetException;
import io.polywire.net.WebSocket;
import io.polywire.net.WebSocketSettings;
import io.polywire.net.WebSocketTarget;
import io.polywire.webwire.client.WebWireException.ConnectFailed;
import io.polywire.webwire.client.WebWireException.Disconnected;
import io.polywire.webwire.client.WebWireException.ServerError;
import io.polywire.webwire.client.WebWireException.TimedOut;
import io.polywire.webwire.message.Composer;
import io.polywire.webwire.message.MalformedMessage;
import io.polywire.webwire.message.Message;
import io.polywire.webwire.message.Message.CloseSession;
import io.polywire.webwire.message.Message.ErrorReply;
import io.polywire.webwire.message.Message.Reply;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.RestoreSession;
import io.polywire.webwire.message.Message.SessionClosed;
import io.polywire.webwire.message.Message.SessionCreated;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Parser;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.message.Session;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A client of one server. It outlives its connections: the session is restored by the next {@link #connect}.
 *
 * <p>Thread-safe; methods that wait for the server block their caller and must not be called on an event loop. {@link
 * #connect}, {@link #restoreSession}, {@link #closeSession} and {@link #close} wait for each other.
 */
public final class WebWireClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.polywire.webwire.client");
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** A server may not have noticed yet that this session's last connection is gone. */
    private static final int RESTORE_ATTEMPTS = 5;

    private static final Duration RESTORE_PAUSE = Duration.ofMillis(100);

    private final Loops loops;
    private final Endpoint.Tcp at;
    private final Duration timeout;
    private final ClientHooks hooks;
    private final HookThread hookThread = new HookThread();
    private final ReentrantLock life = new ReentrantLock();
    private final AtomicLong lastId = new AtomicLong();

    private volatile @Nullable Connection connection;
    private volatile @Nullable Session session;

    /**
     * Not connected yet.
     *
     * @param timeout for the answer of a request that names none
     */
    public WebWireClient(Loops loops, Endpoint.Tcp at, Duration timeout, ClientHooks hooks) {
        this.loops = loops;
        this.at = at;
        this.timeout = timeout;
        this.hooks = hooks;
    }

    /** Whether there is a connection. */
    public boolean isConnected() {
        return connection != null;
    }

    /** The session, active or to be restored by the next {@link #connect}; null for none. */
    public @Nullable Session session() {
        return session;
    }

    /** Answers that are waited for. */
    public int pendingRequests() {
        Connection c = connection;
        return c == null ? 0 : c.pending.size();
    }

    /**
     * Connects, unless that is done: checks that the server speaks this protocol, opens the connection, and restores the
     * session if there was one. If the server does not know it any more it is dropped, and the connection stays.
     *
     * @throws ConnectFailed if there is no such server
     */
    public void connect() {
        life.lock();
        try {
            if (connection != null) {
                return;
            }
            Metadata.check(at, CONNECT_TIMEOUT);
            Connection opened = new Connection();
            opened.open();
            Session before = session;
            if (before != null) {
                restoreAgain(before.key());
            }
        } finally {
            life.unlock();
        }
    }

    private void restoreAgain(String key) {
        for (int attempt = 1; ; attempt++) {
            try {
                session = restore(key);
                return;
            } catch (ServerError e) {
                if (!e.code().equals("SESSION_ACTIVE") || attempt == RESTORE_ATTEMPTS || !pause()) {
                    LOG.log(Level.WARNING, "the session could not be restored: {0}", e.getMessage());
                    session = null;
                    return;
                }
            } catch (WebWireException e) {
                LOG.log(Level.WARNING, "the session could not be restored: {0}", e.getMessage());
                session = null;
                return;
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(RESTORE_PAUSE);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Sends a request and waits for its reply, for the client's timeout at most; throws like the other. */
    public Payload request(String name, Payload payload) {
        return request(name, payload, timeout);
    }

    /**
     * Sends a request and waits for its reply.
     *
     * @param name at most 255 characters of U+0020 to U+007E; empty for none
     * @param payload not empty: servers refuse that
     * @throws ServerError if the server answers with an error
     * @throws TimedOut if it does not answer in time; a later answer is ignored
     * @throws Disconnected if there is no connection, or it is lost meanwhile
     * @throws IllegalArgumentException if name or payload cannot be sent; nothing was
     */
    public Payload request(String name, Payload payload, Duration patience) {
        if (payload.isEmpty()) {
            throw new IllegalArgumentException("a request needs a payload");
        }
        long id = lastId.incrementAndGet();
        return ask(id, Composer.compose(new Request(id, name, payload)), patience);
    }

    /**
     * Sends a signal. There is no acknowledgement.
     *
     * @throws Disconnected if there is no connection
     * @throws IllegalArgumentException if name or payload cannot be sent
     */
    public void signal(String name, Payload payload) {
        if (payload.isEmpty()) {
            throw new IllegalArgumentException("a signal needs a payload");
        }
        connected("Trying to send a signal on a disconnected client").send(Composer.compose(new Signal(name, payload)));
    }

    /**
     * Restores a session by its key.
     *
     * @throws IllegalStateException if there is a session already
     * @throws WebWireException as requests do
     */
    public Session restoreSession(String key) {
        life.lock();
        try {
            if (session != null) {
                throw new IllegalStateException("there is a session already");
            }
            Session restored = restore(key);
            session = restored;
            return restored;
        } finally {
            life.unlock();
        }
    }

    private Session restore(String key) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("an empty session key");
        }
        long id = lastId.incrementAndGet();
        Payload json = ask(id, Composer.compose(new RestoreSession(id, key)), timeout);
        try {
            return Session.parse(json.data());
        } catch (MalformedMessage e) {
            throw new WebWireException("the server restored a session that cannot be read: " + e.text());
        }
    }

    /**
     * Closes the session, here and on the server. Without connection it is only forgotten here. Does nothing if there is
     * none.
     *
     * @throws WebWireException as requests do; the session stays then
     */
    public void closeSession() {
        life.lock();
        try {
            if (session == null) {
                return;
            }
            if (connection != null) {
                long id = lastId.incrementAndGet();
                ask(id, Composer.compose(new CloseSession(id)), timeout);
            }
            session = null;
        } finally {
            life.unlock();
        }
    }

    /** The same as {@link #disconnect}: a closed client can connect again. */
    @Override
    public void close() {
        disconnect();
    }

    /** Closes the connection; the session is kept for the next {@link #connect}. */
    public void disconnect() {
        life.lock();
        try {
            Connection c = connection;
            if (c != null) {
                c.close();
            }
        } finally {
            life.unlock();
        }
    }

    private Payload ask(long id, byte[] message, Duration patience) {
        Connection to = connected("Trying to send a request on a disconnected socket");
        CompletableFuture<Payload> answer = new CompletableFuture<>();
        to.pending.put(id, answer);
        try {
            to.send(message);
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TimedOut("Request timed out");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof WebWireException known ? known : new WebWireException("request failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WebWireException("interrupted while waiting for the answer");
        } finally {
            to.pending.remove(id);
        }
    }

    private Connection connected(String otherwise) {
        Connection c = connection;
        if (c == null) {
            throw new Disconnected(otherwise);
        }
        return c;
    }

    /** One connection. The handler's methods run on its loop. */
    private final class Connection implements MessageHandler {
        final ConcurrentHashMap<Long, CompletableFuture<Payload>> pending = new ConcurrentHashMap<>();
        private @Nullable WebSocket socket;
        private volatile boolean over;

        void open() {
            WebSocketTarget target =
                    WebSocketTarget.of(URI.create("ws://" + at + "/")).withTimeout(CONNECT_TIMEOUT);
            try {
                // Other than the original a server may send any size; the limit is that of an array.
                WebSocketSettings settings =
                        WebSocketSettings.ofLimit(Integer.MAX_VALUE - 8).withUtf8Check(false);
                socket = Client.webSocket(loops, target, settings, this).get();
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                throw new ConnectFailed(
                        cause instanceof NetException ? String.valueOf(cause.getMessage()) : "cannot connect to " + at,
                        e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ConnectFailed("interrupted while connecting to " + at);
            }
            connection = this;
            if (over) {
                lost();
                throw new ConnectFailed(at + " closed the connection");
            }
        }

        void send(byte[] message) {
            WebSocket to = socket;
            if (to == null || over) {
                throw new Disconnected("the connection is lost");
            }
            to.execute(() -> to.send(message, 0, message.length, false));
        }

        void close() {
            WebSocket to = socket;
            lost();
            if (to != null) {
                to.closeAfterFlush(CloseCode.NORMAL, "");
            }
        }

        @Override
        public void onMessage(WebSocket from, byte[] buf, int off, int len, boolean text) {
            try {
                receive(Parser.parseFromServer(buf, off, len));
            } catch (MalformedMessage e) {
                LOG.log(Level.WARNING, "ignored from {0}: {1}", at, e.text());
            }
        }

        private void receive(Message message) {
            switch (message) {
                case Reply m -> {
                    CompletableFuture<Payload> answer = pending.remove(m.id());
                    if (answer != null) {
                        answer.complete(m.payload());
                    }
                }
                case ErrorReply m -> {
                    CompletableFuture<Payload> answer = pending.remove(m.id());
                    if (answer != null) {
                        answer.completeExceptionally(new ServerError(m.code(), m.message()));
                    }
                }
                case SessionCreated m -> {
                    Session created = Session.parse(m.session());
                    session = created;
                    hookThread.run(() -> hooks.onSessionCreated(created));
                }
                case SessionClosed m -> {
                    session = null;
                    hookThread.run(hooks::onSessionClosed);
                }
                case Signal m -> hookThread.run(() -> hooks.onServerSignal(m));
                default -> LOG.log(Level.WARNING, "ignored from {0}: a client''s message", at);
            }
        }

        @Override
        public void onClose(WebSocket from, int code, String reason) {
            lost();
        }

        private void lost() {
            over = true;
            synchronized (this) {
                if (connection == this) {
                    connection = null;
                    hookThread.run(hooks::onDisconnected);
                }
            }
            for (CompletableFuture<Payload> answer : pending.values()) {
                answer.completeExceptionally(new Disconnected("the connection was lost before the answer"));
            }
        }
    }
}
