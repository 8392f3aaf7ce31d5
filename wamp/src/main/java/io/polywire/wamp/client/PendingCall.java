package io.polywire.wamp.client;

import java.lang.reflect.Type;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A call that is under way.
 *
 * <pre>{@code
 * Order order = client.call("shop.order", 7).as(Order.class).await();
 * }</pre>
 */
public final class PendingCall extends Request<Result> {
    private final Session session;
    final String procedure;
    final CallOptions options;
    final @Nullable Serial progress;

    /** Owned by the lane; 0 before the call was sent. */
    long id;

    /** Owned by the lane. */
    @Nullable
    Future<?> timer;

    PendingCall(Session session, String procedure, CallOptions options) {
        this.session = session;
        this.procedure = procedure;
        this.options = options;
        this.progress = options.progress() == null ? null : new Serial();
    }

    /** The first value of the result as that type: a record, for example. */
    public <T> Pending<T> as(Class<T> type) {
        return map(result -> result.as(type));
    }

    /** The first value of the result as that type. */
    Pending<Object> as(Type type) {
        return map(result -> Arguments.required("the result", result.value(), type));
    }

    /** Cancels with {@link CancelMode#KILLNOWAIT}. */
    public void cancel() {
        cancel(CancelMode.KILLNOWAIT);
    }

    /** Asks to cancel the call, without waiting: the outcome is still to be awaited. Without effect when the call is over. */
    public void cancel(CancelMode mode) {
        session.post(() -> session.caller().cancel(this, mode));
    }

    @Override
    void abandon(WampException cause) {
        if (!isDone()) {
            fail(cause);
            cancel(CancelMode.KILLNOWAIT);
        }
    }
}
