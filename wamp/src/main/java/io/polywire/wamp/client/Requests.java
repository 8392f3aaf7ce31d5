package io.polywire.wamp.client;

import io.polywire.model.Ids;
import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The request ids of a session, and the requests but calls that wait for their answers. Owned by the lane. */
final class Requests {
    /** @param code of the request */
    private record Waiting(int code, Request<?> request, Consumer<Message> answer, long deadline) {}

    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final Session session;
    private final long patience;
    private final Map<Long, Waiting> waiting = new LinkedHashMap<>();
    private long last;
    private boolean wrapped;
    private boolean sweeping;

    /** @param replyTimeout after which a request fails */
    Requests(Session session, Duration replyTimeout) {
        this.session = session;
        this.patience = replyTimeout.toNanos();
    }

    long next() {
        wrapped |= last == Ids.MAX;
        last = Ids.next(last);
        return last;
    }

    /** Whether a request had this id. */
    boolean issued(long id) {
        return wrapped || id <= last;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** @param answer takes the positive answer */
    void add(int code, long id, Request<?> request, Consumer<Message> answer) {
        waiting.put(id, new Waiting(code, request, answer, System.nanoTime() + patience));
        sweepLater();
    }

    /** Looks after requests that wait too long, as long as there are any. */
    private void sweepLater() {
        if (!sweeping && !waiting.isEmpty()) {
            sweeping = true;
            var _ = session.link().schedule(this::sweep, SWEEP);
        }
    }

    void answered(int code, long id, Message answer) {
        take(code, id, "an answer").answer().accept(answer);
    }

    void failed(Message.ErrorMessage error) {
        Waiting w = take(error.requestType(), error.request(), "an ERROR");
        w.request()
                .fail(new WampException(
                        error.error(), new Arguments(error.payload(), error.details()), error.details(), null));
    }

    private Waiting take(int code, long id, String what) {
        Waiting w = waiting.get(id);
        if (w == null || w.code() != code) {
            throw new ProtocolViolation(what + " for request " + id + " of type " + code + ", which is not waiting");
        }
        waiting.remove(id);
        return w;
    }

    /** Fails what waits too long; all wait equally long, so the oldest come first. */
    private void sweep() {
        sweeping = false;
        sweepLater();
        long now = System.nanoTime();
        for (Iterator<Waiting> i = waiting.values().iterator(); i.hasNext(); ) {
            Waiting w = i.next();
            if (w.deadline() - now > 0) {
                return;
            }
            // It stays, so that a late answer is no violation.
            w.request().fail(new WampException(Reasons.TIMEOUT, "the router did not answer"));
        }
    }

    void failAll(WampException cause) {
        waiting.values().forEach(w -> w.request().fail(cause));
        waiting.clear();
    }
}
