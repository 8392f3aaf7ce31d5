package io.polywire.gate.host;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** The body of an answer as octets, or nothing as soon as there are more than the limit. */
final class BoundedBody implements BodySubscriber<Optional<byte[]>> {
    private final int limit;
    private final CompletableFuture<Optional<byte[]>> octets = new CompletableFuture<>();
    private final List<ByteBuffer> parts = new ArrayList<>();
    private long size;
    private @Nullable Subscription subscription;

    /** @param limit negative: nothing is wanted */
    BoundedBody(int limit) {
        this.limit = limit;
    }

    @Override
    public CompletionStage<Optional<byte[]>> getBody() {
        return octets;
    }

    @Override
    public void onSubscribe(Subscription s) {
        subscription = s;
        if (limit < 0) {
            stop(s);
        } else {
            s.request(Long.MAX_VALUE);
        }
    }

    private void stop(Subscription s) {
        octets.complete(Optional.empty());
        parts.clear();
        s.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> some) {
        if (octets.isDone()) {
            return;
        }
        for (ByteBuffer part : some) {
            size += part.remaining();
            parts.add(part);
        }
        if (size > limit && subscription != null) {
            stop(subscription);
        }
    }

    @Override
    public void onError(Throwable failure) {
        octets.completeExceptionally(failure);
        parts.clear();
    }

    @Override
    public void onComplete() {
        if (octets.isDone()) {
            return;
        }
        byte[] all = new byte[(int) size];
        int at = 0;
        for (ByteBuffer part : parts) {
            int n = part.remaining();
            part.get(all, at, n);
            at += n;
        }
        parts.clear();
        octets.complete(Optional.of(all));
    }
}
