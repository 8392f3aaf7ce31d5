package io.polywire.gate.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/** Reads a stream on a virtual thread of its own, as much as is requested. */
final class OutputPublisher implements Flow.Publisher<ByteBuffer> {
    private static final int PIECE = 1 << 16;

    private final InputStream in;
    private final AtomicBoolean subscribed = new AtomicBoolean();

    OutputPublisher(InputStream in) {
        this.in = in;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        if (!subscribed.compareAndSet(false, true)) {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
            });
            subscriber.onError(new IllegalStateException("the output of a program has one reader"));
            return;
        }
        Reader reader = new Reader(subscriber);
        subscriber.onSubscribe(reader);
        Thread.startVirtualThread(reader);
    }

    /** Demand and cancellation come from any thread, signals go out from {@link #run} alone. */
    private final class Reader implements Flow.Subscription, Runnable {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private long demand;
        private boolean invalid;
        private boolean cancelled;

        Reader(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public synchronized void request(long n) {
            if (n <= 0) {
                invalid = true;
            } else {
                demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
            }
            notifyAll();
        }

        @Override
        public synchronized void cancel() {
            cancelled = true;
            notifyAll();
        }

        private synchronized boolean mayGoOn() throws InterruptedException {
            while (demand == 0 && !cancelled && !invalid) {
                wait();
            }
            demand--;
            if (invalid) {
                throw new IllegalArgumentException("less than one was requested");
            }
            return !cancelled;
        }

        @Override
        public void run() {
            byte[] room = new byte[PIECE];
            try {
                while (mayGoOn()) {
                    int n = in.read(room);
                    if (n < 0) {
                        subscriber.onComplete();
                        return;
                    }
                    subscriber.onNext(ByteBuffer.wrap(Arrays.copyOf(room, n)));
                }
            } catch (IOException | InterruptedException | IllegalArgumentException | GateException e) {
                subscriber.onError(e);
            }
        }
    }
}
