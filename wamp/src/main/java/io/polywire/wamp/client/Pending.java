package io.polywire.wamp.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The outcome of an operation, which is under way already. Wait for it with {@link #await}, or go on with {@link #future}; whoever
 * wants neither may drop it.
 *
 * <pre>{@code
 * long sum = client.call("math.add", 2, 3).await().integer(0);
 * client.call("math.add", 2, 3).future().thenAccept(r -> show(r.integer(0)));
 * }</pre>
 *
 * <p>Thread-safe.
 *
 * @param <T> what comes out
 */
public sealed interface Pending<T> permits Request, Mapped {
    /**
     * Waits; best on a virtual thread. A thread that is interrupted gets a {@link CanceledException}, and a call is canceled on
     * the wire.
     *
     * @throws WampException why it failed
     */
    T await();

    /**
     * Waits so long at most, then gives up as if it had been interrupted.
     *
     * @throws WampException why it failed; {@code wamp.error.timeout} if it took too long
     */
    T await(Duration limit);

    /**
     * The outcome as a future, whose dependent stages run on a virtual thread and may block. It fails with a {@link
     * WampException}. Canceling it cancels a call on the wire.
     */
    CompletableFuture<T> future();

    boolean isDone();

    /** The outcome converted, by the thread that asks for it. */
    default <U> Pending<U> map(Function<? super T, ? extends U> conversion) {
        return new Mapped<>(this, conversion);
    }
}
