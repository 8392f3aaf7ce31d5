package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * An invocation being handled.
 *
 * <p>Threads: {@link #run} belongs to the handler's thread, {@link #interrupt}, {@link #open} and the timer to the lane; the lock
 * keeps an interrupt inside the handler.
 */
final class Running implements Runnable {
    private static final Logger LOG = System.getLogger("io.polywire.wamp.client");

    private final Session session;
    private final Registration registration;
    private final Invocation invocation;
    private final long id;
    private final Object lock = new Object();
    private @Nullable Thread thread;
    private @Nullable WampException interrupted;

    /** Whether more pieces will come. */
    boolean open;

    @Nullable
    Future<?> timer;

    Running(Session session, Registration registration, Invocation invocation, long id, boolean open) {
        this.session = session;
        this.registration = registration;
        this.invocation = invocation;
        this.id = id;
        this.open = open;
    }

    Invocation invocation() {
        return invocation;
    }

    /** Ends it with that error, unless the handler answers nevertheless. */
    void interrupt(WampException reason) {
        synchronized (lock) {
            if (interrupted == null) {
                interrupted = reason;
                if (thread != null) {
                    thread.interrupt();
                }
            }
        }
    }

    void stopTimer() {
        Future<?> t = timer;
        if (t != null) {
            t.cancel(false);
        }
    }

    @Override
    public void run() {
        synchronized (lock) {
            thread = interrupted == null ? Thread.currentThread() : null;
        }
        Message answer;
        if (thread == null) {
            answer = error(null); // It was over before it began.
        } else {
            try {
                Object value = settled(registration.handler().handle(invocation));
                Payload payload = session.encode(value == null ? Arguments.NONE : Arguments.of(value), null);
                answer = new Message.Yield(id, Dict.EMPTY, payload);
            } catch (Exception e) {
                answer = error(e);
            } catch (Error e) {
                answer = error(new IllegalStateException(e.toString(), e));
            } finally {
                synchronized (lock) {
                    thread = null;
                    Thread.interrupted();
                }
            }
        }
        Message last = answer;
        session.post(() -> session.callee().answer(id, last));
    }

    /** The value itself, waited for. */
    private static @Nullable Object settled(@Nullable Object value) throws Exception {
        if (value instanceof Pending<?> p) {
            return p.await();
        }
        if (!(value instanceof CompletionStage<?> stage)) {
            return value;
        }
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private Message error(@Nullable Exception failure) {
        WampException reason;
        synchronized (lock) {
            reason = interrupted;
        }
        boolean own = failure instanceof WampException && !(failure instanceof CanceledException);
        WampException error = reason != null && !own
                ? reason
                : failure == null ? new CanceledException("canceled") : Invocation.error(failure);
        if (reason == null && !own) {
            // A wrong argument is the caller's fault.
            LOG.log(
                    failure instanceof IllegalArgumentException ? Level.DEBUG : Level.WARNING,
                    "the handler of the " + registration + " failed",
                    failure);
        }
        Payload payload;
        try {
            payload = session.encode(error.arguments(), null);
        } catch (RuntimeException e) {
            payload = Payload.EMPTY;
        }
        return new Message.ErrorMessage(Message.Invocation.CODE, id, error.details(), error.uri(), payload);
    }
}
