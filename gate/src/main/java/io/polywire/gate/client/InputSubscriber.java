package io.polywire.gate.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Writes buffers into a stream, one after the other, each on a virtual thread: a publisher is never held up. */
@SuppressWarnings("FutureReturnValueIgnored") // A failure has cancelled the subscription.
final class InputSubscriber implements Flow.Subscriber<ByteBuffer> {
    private interface Step {
        void run() throws IOException;
    }

    private final GateStream stream;
    private Flow.@Nullable Subscription subscription;
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    InputSubscriber(GateStream stream) {
        this.stream = stream;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        if (subscription != null) {
            given.cancel(); // One publisher is enough.
            return;
        }
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        byte[] octets = new byte[buffer.remaining()];
        buffer.get(octets);
        then(() -> {
            stream.input().write(octets);
            stream.input().flush();
            Flow.Subscription from = subscription;
            if (from != null) {
                from.request(1);
            }
        });
    }

    @Override
    public void onError(Throwable cause) {
        then(stream::close);
    }

    @Override
    public void onComplete() {
        then(() -> stream.input().close());
    }

    private void then(Step step) {
        last = last.thenRunAsync(
                () -> {
                    try {
                        step.run();
                    } catch (IOException e) { // The program takes no more: its end is told by the output.
                        Flow.Subscription from = subscription;
                        if (from != null) {
                            from.cancel();
                        }
                    }
                },
                Thread::startVirtualThread);
    }
}
