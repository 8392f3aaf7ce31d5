package io.polywire.wamp.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

record Mapped<S, T>(Pending<S> source, Function<? super S, ? extends T> conversion) implements Pending<T> {
    @Override
    public T await() {
        return conversion.apply(source.await());
    }

    @Override
    public T await(Duration limit) {
        return conversion.apply(source.await(limit));
    }

    @Override
    public CompletableFuture<T> future() {
        CompletableFuture<S> from = source.future();
        CompletableFuture<T> to = from.thenApply(conversion);
        var _ = to.whenComplete((value, failure) -> {
            if (to.isCancelled()) {
                from.cancel(true);
            }
        });
        return to;
    }

    @Override
    public boolean isDone() {
        return source.isDone();
    }
}
