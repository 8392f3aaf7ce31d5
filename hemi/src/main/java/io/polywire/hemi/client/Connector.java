package io.polywire.hemi.client;

import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.HemiException;
import io.polywire.hemi.message.PingRequest;
import io.polywire.hemi.message.PingResponse;
import io.polywire.net.Loops;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client connected: one {@link ClientConnection} at a time, and the next one after a pause when it is lost.
 *
 * <p>Thread-safe. The state is guarded by a lock under which nothing waits and nothing is completed; what the listener hears
 * runs on virtual threads ({@link Inbox}).
 */
final class Connector {
    private static final System.Logger LOG = System.getLogger("io.polywire.hemi");

    private enum State {
        /** Not connected; the next use connects. */
        IDLE,
        CONNECTING,
        ONLINE,
        /** The connection was lost, the next attempt is scheduled. */
        WAITING,
        CLOSED
    }

    private final Loops loops;
    private final HemiClientSettings settings;
    private final CommandSet commands;
    private final String pingCommand;
    private final HemiListener listener;
    private final Inbox inbox = new Inbox();
    private final Object lock = new Object();

    private State state = State.IDLE;
    private @Nullable ClientConnection connection;
    private @Nullable Future<?> timer;

    /** Completes when the attempt that is under way, or scheduled, has succeeded or failed. */
    private CompletableFuture<ClientConnection> ready = new CompletableFuture<>();

    private boolean keepsTrying;
    private int failures;

    Connector(Loops loops, HemiClientSettings settings, HemiListener listener) {
        this.loops = loops;
        this.settings = settings;
        this.commands = settings.commands();
        this.pingCommand = commands.api() + "-ping-request";
        this.listener = listener;
    }

    Loops loops() {
        return loops;
    }

    HemiClientSettings settings() {
        return settings;
    }

    boolean isOnline() {
        synchronized (lock) {
            return state == State.ONLINE;
        }
    }

    /** Connects, and tries again from the first failure on. */
    @SuppressWarnings("FutureReturnValueIgnored") // the listener hears how it ended
    void stayOnline() {
        synchronized (lock) {
            keepsTrying = true;
        }
        online();
    }

    /** The connection, made if there is none; the future completes on an event loop. */
    CompletableFuture<ClientConnection> online() {
        ClientConnection dialling;
        CompletableFuture<ClientConnection> result;
        synchronized (lock) {
            result = ready;
            if (state != State.IDLE) {
                return result;
            }
            dialling = begin();
        }
        start(dialling);
        return result;
    }

    /** With the lock. */
    private ClientConnection begin() {
        ClientConnection next = new ClientConnection(this);
        connection = next;
        state = State.CONNECTING;
        return next;
    }

    private void start(ClientConnection dialling) {
        Future<?> limit = loops.next().schedule(dialling::giveUp, settings.connectTimeout());
        synchronized (lock) {
            if (connection == dialling && state == State.CONNECTING) {
                timer = limit;
            }
        }
        dialling.dial();
    }

    private void again() {
        ClientConnection dialling;
        synchronized (lock) {
            if (state != State.WAITING) {
                return;
            }
            dialling = begin();
        }
        start(dialling);
    }

    // --- what a connection tells -----------------------------------------------------------------------------------

    /** It is logged in and welcomed. */
    void online(ClientConnection by) {
        CompletableFuture<ClientConnection> waiting;
        synchronized (lock) {
            if (connection != by || state != State.CONNECTING) {
                return;
            }
            stopTimer();
            state = State.ONLINE;
            keepsTrying = true;
            failures = 0;
            waiting = ready;
        }
        inbox.add(listener::onOnline);
        waiting.complete(by);
    }

    /** It is over. */
    void offline(ClientConnection by, ConnectionException why) {
        CompletableFuture<ClientConnection> waiting;
        synchronized (lock) {
            if (connection != by) {
                return;
            }
            connection = null;
            stopTimer();
            waiting = ready;
            ready = new CompletableFuture<>();
            if (keepsTrying && !why.isKeyRefused()) {
                state = State.WAITING;
                timer = loops.next().schedule(this::again, pause());
            } else {
                state = State.IDLE;
            }
        }
        inbox.add(() -> listener.onOffline(why));
        waiting.completeExceptionally(why); // without effect if the connection was ready before
    }

    /** Doubles with every failure; up to a fifth is left to chance, so that clients do not come back all at once. */
    private Duration pause() {
        long most = settings.longestRetry().toNanos();
        long nanos = Math.min(most, settings.firstRetry().toNanos() << Math.min(failures++, 20));
        return Duration.ofNanos(nanos - ThreadLocalRandom.current().nextLong(nanos / 5 + 1));
    }

    private void stopTimer() {
        Future<?> running = timer;
        timer = null;
        if (running != null) {
            running.cancel(false);
        }
    }

    /** A message that answers no call, on the connection's loop. How many wait for the listener. */
    int unsolicited(ClientConnection from, Envelope envelope) {
        if (envelope.command().equals(pingCommand)) {
            answerPing(from, envelope);
            return 0;
        }
        return inbox.add(() -> listener.onEnvelope(envelope, commands));
    }

    private void answerPing(ClientConnection to, Envelope envelope) {
        try {
            if (commands.read(envelope).payload() instanceof PingRequest ping) {
                to.send(commands.write(envelope.id(), PingResponse.to(ping)));
            }
        } catch (HemiException bad) {
            LOG.log(Level.DEBUG, "a ping was not answered: " + bad.text());
        }
    }

    /** How many messages wait for the listener. */
    int waiting() {
        return inbox.size();
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    /** No connection any more, now and for ever; the future completes when the last one is over. */
    CompletableFuture<Void> close(int code, String reason) {
        ClientConnection last;
        CompletableFuture<ClientConnection> waiting;
        ConnectionException why = new ConnectionException("the client was closed", code, reason, null);
        synchronized (lock) {
            last = connection;
            connection = null;
            state = State.CLOSED;
            stopTimer();
            waiting = ready;
            ready = CompletableFuture.failedFuture(why);
        }
        waiting.completeExceptionally(why);
        return last == null ? CompletableFuture.completedFuture(null) : last.close(why);
    }
}
