package io.polywire.hemi.client;

import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.Envelopes;
import io.polywire.hemi.message.HemiException;
import io.polywire.hemi.message.InvalidCommandException;
import io.polywire.hemi.message.PingRequest;
import io.polywire.hemi.message.PingResponse;
import io.polywire.hemi.message.Received;
import io.polywire.net.CloseCode;
import io.polywire.net.Loops;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A client of a Hemi server. It connects when told to or when first used; a connection that is lost is made again by
 * itself, with a fresh login, until {@link #close()}, or until the server does not let the key in. Calls under way fail at
 * once when the connection is lost, and are not repeated. Pings of the server are answered, but not its first message.
 *
 * <p>Thread-safe. The state is guarded by this object's lock, under which nothing waits; what a listener hears runs on
 * virtual threads ({@link Inbox}), answers are delivered by event loops.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What is hung on a future here only passes on how it ended.
public final class HemiClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.polywire.hemi");
    private static final Duration CLOSING = Duration.ofSeconds(5);

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
    private final Unsolicited unsolicited;
    private final Inbox inbox = new Inbox();
    private final Object lock = new Object();

    private State state = State.IDLE;
    private @Nullable ClientConnection connection;
    private @Nullable Future<?> timer;

    /** Completes when the attempt that is under way, or scheduled, has succeeded or failed. */
    private CompletableFuture<ClientConnection> ready = new CompletableFuture<>();

    private final Map<String, CompletableFuture<Envelope>> calls = new HashMap<>();
    private long lastCall;
    private boolean hasBeenOnline;
    private int failures;

    /** What becomes of messages that answer no call; called on the inbox. */
    interface Unsolicited {
        void message(Envelope envelope);

        void online();

        void offline(ConnectionException why);
    }

    /**
     * @param loops serve the connection
     */
    public HemiClient(Loops loops, HemiClientSettings settings, HemiListener listener) {
        this(loops, settings, new Heard(settings.commands(), listener));
    }

    HemiClient(Loops loops, HemiClientSettings settings, Unsolicited unsolicited) {
        this.loops = loops;
        this.settings = settings;
        this.commands = settings.commands();
        this.pingCommand = commands.api() + "-ping-request";
        this.unsolicited = unsolicited;
    }

    HemiClientSettings settings() {
        return settings;
    }

    Loops loops() {
        return loops;
    }

    int waiting() {
        return inbox.size();
    }

    /** Whether there is a connection that is logged in; it may be lost without this having noticed. */
    public boolean isOnline() {
        synchronized (lock) {
            return state == State.ONLINE;
        }
    }

    // --- connecting ------------------------------------------------------------------------------------------------

    /**
     * Connects and logs in, and returns when calls can be made; at once if the client is online.
     *
     * @throws ConnectionException if it did not work; then the next use tries again
     */
    public void connect() throws InterruptedException {
        try {
            var _ = connectAsync().get();
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    /** As {@link #connect}; the future completes on an event loop. */
    public CompletableFuture<Void> connectAsync() {
        return online().thenApply(c -> null);
    }

    /** Connects, and tries again from the first failure on. */
    void stayOnline() {
        synchronized (lock) {
            hasBeenOnline = true;
        }
        online();
    }

    private CompletableFuture<ClientConnection> online() {
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

    void online(ClientConnection by) {
        CompletableFuture<ClientConnection> waiting;
        synchronized (lock) {
            if (connection != by || state != State.CONNECTING) {
                return;
            }
            stopTimer();
            state = State.ONLINE;
            hasBeenOnline = true;
            failures = 0;
            waiting = ready;
        }
        inbox.add(unsolicited::online);
        waiting.complete(by);
    }

    void offline(ClientConnection by, ConnectionException why) {
        CompletableFuture<ClientConnection> waiting = null;
        Map<String, CompletableFuture<Envelope>> lost;
        synchronized (lock) {
            if (connection != by) {
                return;
            }
            connection = null;
            stopTimer();
            if (state == State.CONNECTING) {
                waiting = ready;
            }
            ready = new CompletableFuture<>();
            lost = Map.copyOf(calls);
            calls.clear();
            if (hasBeenOnline && !why.isKeyRefused()) {
                state = State.WAITING;
                timer = loops.next().schedule(this::again, pause());
            } else {
                state = State.IDLE;
            }
        }
        inbox.add(() -> unsolicited.offline(why));
        if (waiting != null) {
            waiting.completeExceptionally(why);
        }
        lost.values().forEach(call -> call.completeExceptionally(why));
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

    // --- calling ---------------------------------------------------------------------------------------------------

    /**
     * Sends a request and waits for its response; connects first if need be. An error that the server reports is in the
     * response ({@code error}).
     *
     * @param response the record class of the response
     * @param timeout for all of it
     * @throws ConnectionException if there is no connection, or it is lost meanwhile
     * @throws CallTimeoutException if there is no answer in time
     * @throws InvalidCommandException if the answer is of another class
     */
    public <R extends Record> R call(Record request, Class<R> response, Duration timeout) throws InterruptedException {
        CompletableFuture<R> answer = callAsync(request, response, timeout);
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } catch (InterruptedException e) {
            answer.cancel(false);
            throw e;
        }
    }

    /** As {@link #call}; the future completes on an event loop, which what depends on it must not block. */
    public <R extends Record> CompletableFuture<R> callAsync(Record request, Class<R> response, Duration timeout) {
        String command = commands.command(request.getClass());
        if (command == null) {
            return CompletableFuture.failedFuture(new HemiException(
                    "command unknown for payload " + request.getClass().getName()));
        }
        CompletableFuture<Envelope> call = new CompletableFuture<>();
        CompletableFuture<R> result = call.thenApply(envelope -> response(envelope, response));
        result.whenComplete((r, failure) -> {
            if (result.isCancelled()) {
                call.cancel(false);
            }
        });
        begin(call, command, id -> commands.write(id, request), timeout);
        return result;
    }

    /**
     * Calls with a payload that is JSON already; for commands that no {@link CommandSet} knows. The future completes as
     * that of {@link #callAsync}.
     *
     * @param payload a JSON value in UTF-8
     */
    public CompletableFuture<Envelope> callAsync(String command, byte[] payload, Duration timeout) {
        CompletableFuture<Envelope> call = new CompletableFuture<>();
        begin(call, command, id -> Envelopes.write(command, id, payload, 0, payload.length), timeout);
        return call;
    }

    private interface MessageWriter {
        byte[] write(String id);
    }

    private void begin(CompletableFuture<Envelope> call, String command, MessageWriter writer, Duration timeout) {
        Future<?> limit = loops.next()
                .schedule(
                        () -> call.completeExceptionally(new CallTimeoutException(
                                command + " had no answer within " + timeout.toMillis() + " ms")),
                        timeout);
        call.whenComplete((answer, failure) -> limit.cancel(false));
        online().whenComplete((_, failure) -> {
            if (failure != null) {
                call.completeExceptionally(failure);
            } else {
                send(call, writer);
            }
        });
    }

    private void send(CompletableFuture<Envelope> call, MessageWriter writer) {
        ClientConnection to;
        String id;
        synchronized (lock) {
            to = connection;
            if (state != State.ONLINE || to == null) {
                call.completeExceptionally(
                        new ConnectionException("the connection was lost", CloseCode.ABNORMAL, "", null));
                return;
            }
            id = Long.toUnsignedString(++lastCall);
            calls.put(id, call);
        }
        call.whenComplete((answer, failure) -> {
            if (failure != null) {
                forget(id);
            }
        });
        try {
            to.send(writer.write(id));
        } catch (RuntimeException e) {
            call.completeExceptionally(e);
        }
    }

    private @Nullable CompletableFuture<Envelope> forget(String id) {
        synchronized (lock) {
            return calls.remove(id);
        }
    }

    private <R extends Record> R response(Envelope envelope, Class<R> type) {
        Received received = commands.read(envelope);
        if (received.payload() == null) {
            throw new HemiException("reply payload is nil");
        }
        if (!type.isInstance(received.payload())) {
            throw new InvalidCommandException("the answer is " + received.command());
        }
        return type.cast(received.payload());
    }

    /**
     * Sends one message with an id of the caller's choice; connects first if need be.
     *
     * @param id may be empty; a decimal number could be taken for that of a call
     * @throws ConnectionException if there is no connection
     */
    public void write(String id, Record payload) throws InterruptedException {
        byte[] message = commands.write(id, payload);
        try {
            online().get().send(message);
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    // --- what the server sends -------------------------------------------------------------------------------------

    /** On the connection's loop. How many messages wait for the listener. */
    int received(ClientConnection from, Envelope envelope) {
        CompletableFuture<Envelope> call = envelope.id().isEmpty() ? null : forget(envelope.id());
        if (call != null && call.complete(envelope)) {
            return 0;
        }
        if (envelope.command().equals(pingCommand)) {
            answerPing(from, envelope);
            return 0;
        }
        return inbox.add(() -> unsolicited.message(envelope));
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

    private record Heard(CommandSet commands, HemiListener listener) implements Unsolicited {
        @Override
        public void message(Envelope envelope) {
            try {
                listener.onMessage(commands.read(envelope));
            } catch (InvalidCommandException unknown) {
                LOG.log(Level.DEBUG, "a message of the server was dropped: " + unknown.text());
            }
        }

        @Override
        public void online() {
            listener.onOnline();
        }

        @Override
        public void offline(ConnectionException why) {
            listener.onOffline(why);
        }
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    /** Closes with 1000. Final: nothing can be called any more. Waits up to 5 s for the server's close frame. */
    @Override
    public void close() {
        close(CloseCode.NORMAL, "");
    }

    /** Closes with another code. */
    public void close(int code, String reason) {
        ClientConnection last;
        CompletableFuture<ClientConnection> waiting;
        Map<String, CompletableFuture<Envelope>> lost;
        ConnectionException why = new ConnectionException("the client was closed", code, reason, null);
        synchronized (lock) {
            last = connection;
            connection = null;
            state = State.CLOSED;
            stopTimer();
            waiting = ready;
            ready = CompletableFuture.failedFuture(why);
            lost = Map.copyOf(calls);
            calls.clear();
        }
        waiting.completeExceptionally(why);
        lost.values().forEach(call -> call.completeExceptionally(why));
        if (last != null) {
            await(last.close(code, reason));
        }
    }

    private void await(CompletableFuture<Void> closed) {
        if (loops.all().stream().anyMatch(io.polywire.net.Loop::inLoop)) {
            return;
        }
        try {
            closed.get(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, "the server did not answer the close frame in time");
        }
    }

    private static HemiException unwrapped(ExecutionException e) {
        return e.getCause() instanceof HemiException hemi ? hemi : new HemiException(String.valueOf(e.getMessage()), e);
    }
}
