package io.polywire.hemi.client;

import io.polywire.hemi.message.Envelope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The calls of one connection that have no answer yet. Thread-safe; completes nothing under its lock. */
final class Calls {
    private final Map<String, CompletableFuture<Envelope>> waiting = new HashMap<>();
    private @Nullable ConnectionException over;

    /** The call waits for the answer with this id; it fails at once if the connection is over. */
    @SuppressWarnings("FutureReturnValueIgnored") // What is hung on the call only takes it out of the table.
    void add(String id, CompletableFuture<Envelope> call) {
        ConnectionException late;
        synchronized (waiting) {
            late = over;
            if (late == null) {
                waiting.put(id, call);
            }
        }
        if (late != null) {
            call.completeExceptionally(late);
            return;
        }
        call.whenComplete((answer, failure) -> {
            if (failure != null) {
                take(id);
            }
        });
    }

    /** Whether the message answers a call that waits. */
    boolean answer(Envelope envelope) {
        CompletableFuture<Envelope> call = envelope.id().isEmpty() ? null : take(envelope.id());
        return call != null && call.complete(envelope);
    }

    private @Nullable CompletableFuture<Envelope> take(String id) {
        synchronized (waiting) {
            return waiting.remove(id);
        }
    }

    /** The connection is over: all calls fail, and those that come later. */
    void fail(ConnectionException why) {
        List<CompletableFuture<Envelope>> lost;
        synchronized (waiting) {
            over = why;
            lost = List.copyOf(waiting.values());
            waiting.clear();
        }
        lost.forEach(call -> call.completeExceptionally(why));
    }
}
