package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Reasons;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A {@link Pending} that an answer completes. Completed on the lane, where no user's code may run: none is ever attached here. */
sealed class Request<T> implements Pending<T> permits PendingCall {
    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    static <T> Request<T> done(T value) {
        Request<T> request = new Request<>();
        request.complete(value);
        return request;
    }

    static <T> Request<T> failed(WampException cause) {
        Request<T> request = new Request<>();
        request.fail(cause);
        return request;
    }

    final void complete(T value) {
        outcome.complete(value);
    }

    final void fail(WampException cause) {
        outcome.completeExceptionally(cause);
    }

    /** Nobody waits any more. */
    void abandon(WampException cause) {
        fail(cause);
    }

    @Override
    public final T await() {
        try {
            return outcome.get();
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    @Override
    public final T await(Duration limit) {
        try {
            return outcome.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (TimeoutException e) {
            WampException late = new WampException(
                    Reasons.TIMEOUT, Arguments.of("no answer within " + limit.toMillis() + " ms"), Dict.EMPTY, null);
            abandon(late);
            throw late;
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private CanceledException interrupted() {
        Thread.currentThread().interrupt();
        CanceledException canceled = new CanceledException("interrupted while waiting");
        abandon(canceled);
        return canceled;
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        return cause instanceof WampException e ? e.here() : new IllegalStateException(cause);
    }

    @Override
    public final CompletableFuture<T> future() {
        CompletableFuture<T> future = new CompletableFuture<>();
        var _ = outcome.whenCompleteAsync(
                (value, failure) -> {
                    if (failure == null) {
                        future.complete(value);
                    } else {
                        future.completeExceptionally(failure);
                    }
                },
                Serial.VIRTUAL);
        var _ = future.whenComplete((value, failure) -> {
            if (future.isCancelled()) {
                abandon(new CanceledException("canceled"));
            }
        });
        return future;
    }

    @Override
    public final boolean isDone() {
        return outcome.isDone();
    }
}
