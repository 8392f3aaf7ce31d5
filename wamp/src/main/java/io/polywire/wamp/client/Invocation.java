package io.polywire.wamp.client;

import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A call to a procedure registered here. Its methods are for the handler's thread. */
public final class Invocation extends Arguments {
    private final String registered;
    private final BlockingQueue<Message.Invocation> pieces = new LinkedBlockingQueue<>();
    private final BiConsumer<Invocation, Arguments> progress;
    private final LongConsumer taken;
    private boolean open;

    /** @param taken told the cost of a piece when it was taken */
    Invocation(
            String registered,
            Message.Invocation message,
            BiConsumer<Invocation, Arguments> progress,
            LongConsumer taken) {
        super(message.payload().compact(), message.details());
        this.registered = registered;
        this.progress = progress;
        this.taken = taken;
        this.open = opens(message);
    }

    static boolean opens(Message.Invocation message) {
        return Boolean.TRUE.equals(message.details().get("progress"));
    }

    static long cost(Payload payload) {
        return 1024L + payload.length();
    }

    void add(Message.Invocation piece) {
        pieces.add(piece);
    }

    /** What was called, also for a registration with a pattern. */
    public String procedure() {
        return details().get("procedure") instanceof String uri ? uri : registered;
    }

    /** Session id of the caller; 0 where it is not disclosed. */
    public long caller() {
        return details().get("caller") instanceof Long id ? id : 0;
    }

    /** Authid of the caller; null where it is not disclosed. */
    public @Nullable String callerAuthid() {
        return details().get("caller_authid") instanceof String id ? id : null;
    }

    /** Authrole of the caller; null where it is not disclosed. */
    public @Nullable String callerAuthrole() {
        return details().get("caller_authrole") instanceof String role ? role : null;
    }

    /** Whether the caller takes progressive results. */
    public boolean wantsProgress() {
        return Boolean.TRUE.equals(details().get("receive_progress"));
    }

    /**
     * Sends a progressive result; without effect if the caller wants none. Blocks while too much waits to leave.
     *
     * @throws CanceledException if the thread was interrupted: the call was canceled
     */
    public void progress(@Nullable Object... values) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CanceledException("the call was canceled");
        }
        if (wantsProgress()) {
            progress.accept(this, Arguments.of(values));
        }
    }

    /**
     * The pieces of a call whose arguments come one by one, the first one included; only that one for an ordinary call. Iterating
     * waits for the next piece, and throws a {@link CanceledException} when the call is canceled. To be iterated once.
     */
    public Iterable<Arguments> pieces() {
        return Pieces::new;
    }

    private final class Pieces implements Iterator<Arguments> {
        private boolean first = true;

        @Override
        public boolean hasNext() {
            return first || open;
        }

        @Override
        public Arguments next() {
            if (first) {
                first = false;
                return Invocation.this;
            }
            if (!open) {
                throw new NoSuchElementException();
            }
            try {
                Message.Invocation piece = pieces.take();
                open = opens(piece);
                taken.accept(cost(piece.payload()));
                return new Arguments(piece.payload(), piece.details());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CanceledException("the call was canceled");
            }
        }
    }

    /** What the handler's failure is to the caller. */
    static WampException error(Exception failure) {
        return switch (failure) {
            case WampException e -> e;
            case IllegalArgumentException e -> new WampException(Reasons.INVALID_ARGUMENT, text(e));
            default -> new WampException("wamp.error.runtime_error", text(failure));
        };
    }

    private static String text(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
