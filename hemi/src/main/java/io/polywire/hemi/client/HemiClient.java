package io.polywire.hemi.client;

import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.Envelopes;
import io.polywire.hemi.message.HemiException;
import io.polywire.hemi.message.InvalidCommandException;
import io.polywire.hemi.message.Received;
import io.polywire.net.CloseCode;
import io.polywire.net.Loop;
import io.polywire.net.Loops;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client of a Hemi server. It connects when told to or when first used; a connection that is lost is made again by
 * itself, with a fresh login, until {@link #close()}, or until the server does not let the key in. Calls under way fail at
 * once when the connection is lost, and are not repeated. Pings of the server are answered, but not its first message.
 *
 * <p>Thread-safe. What a listener hears runs on virtual threads, answers are delivered by event loops.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What is hung on a future here only passes on how it ended.
public final class HemiClient implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.polywire.hemi");
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final Loops loops;
    private final CommandSet commands;
    private final Connector connector;

    /** Of this client, not of a connection: an id is never used again. */
    private final AtomicLong lastCall = new AtomicLong();

    /**
     * @param loops serve the connection
     */
    public HemiClient(Loops loops, HemiClientSettings settings, HemiListener listener) {
        this.loops = loops;
        this.commands = settings.commands();
        this.connector = new Connector(loops, settings, listener);
    }

    /** Whether there is a connection that is logged in; it may be lost without this having noticed. */
    public boolean isOnline() {
        return connector.isOnline();
    }

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
        return connector.online().thenApply(c -> null);
    }

    /** Connects in the background, and tries again from the first failure on; the listener hears how it goes. */
    public void stayOnline() {
        connector.stayOnline();
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
        connector.online().whenComplete((connection, failure) -> {
            if (failure != null) {
                call.completeExceptionally(failure);
            } else {
                send(connection, call, writer);
            }
        });
    }

    private void send(ClientConnection to, CompletableFuture<Envelope> call, MessageWriter writer) {
        String id = Long.toUnsignedString(lastCall.incrementAndGet());
        to.calls().add(id, call);
        try {
            to.send(writer.write(id));
        } catch (RuntimeException e) {
            call.completeExceptionally(e);
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
            connector.online().get().send(message);
        } catch (ExecutionException e) {
            throw unwrapped(e);
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
        await(connector.close(code, reason));
    }

    private void await(CompletableFuture<Void> closed) {
        if (loops.all().stream().anyMatch(Loop::inLoop)) {
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
