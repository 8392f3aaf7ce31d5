package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import io.polywire.wamp.client.link.Connector;
import io.polywire.wamp.client.link.Link;
import io.polywire.wamp.client.link.LinkHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A router in memory that says what the test tells it to; time stands still until {@link #fire}. */
final class ScriptedRouter implements Connector, AutoCloseable {
    static final Dict ALL =
            features("call_canceling", "call_timeout", "progressive_call_results", "progressive_call_invocations");

    /** The failures that tests provoke are not worth a line each. */
    private static final Logger QUIET = Logger.getLogger("io.polywire.wamp.client");

    static {
        QUIET.setLevel(Level.OFF);
    }

    private final ExecutorService lane = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    final BlockingQueue<Message> sent = new LinkedBlockingQueue<>();
    final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    final BlockingQueue<Boolean> reading = new LinkedBlockingQueue<>();
    private final List<Timer> timers = new ArrayList<>();
    private volatile @Nullable LinkHandler handler;
    volatile int messageLimit = Integer.MAX_VALUE;
    volatile long queued;
    volatile @Nullable RuntimeException refusal;

    private record Timer(Duration delay, FutureTask<?> task) {}

    static Dict features(String... dealer) {
        Map<String, @Nullable Object> features = new LinkedHashMap<>();
        for (String f : dealer) {
            features.put(f, true);
        }
        return Dict.of("roles", Map.of("broker", Map.of(), "dealer", Map.of("features", features)));
    }

    ClientSettings settings() {
        return ClientSettings.of(this, "realm1")
                .withReconnect(Reconnect.NEVER)
                .withTimeouts(Duration.ofSeconds(10), Duration.ofNanos(1), Duration.ofSeconds(2));
    }

    /** A client in session 77. */
    WampClient client() throws Exception {
        return client(settings());
    }

    WampClient client(ClientSettings settings) throws Exception {
        CompletableFuture<WampClient> future = WampClient.open(settings);
        expect(Message.Hello.class);
        say(new Message.Welcome(77, ALL));
        return future.get(5, TimeUnit.SECONDS);
    }

    void say(Message message) {
        lane.execute(() -> Objects.requireNonNull(handler).received(message));
    }

    void sayGarbage(String text) {
        lane.execute(() -> Objects.requireNonNull(handler).violated(text));
    }

    void drop() {
        lane.execute(() -> Objects.requireNonNull(handler).lost("pulled the plug"));
    }

    <M extends Message> M expect(Class<M> type) throws InterruptedException {
        Message next = sent.poll(5, TimeUnit.SECONDS);
        return assertInstanceOf(type, next);
    }

    void error(int type, long request, String uri, Object... args) {
        say(new Message.ErrorMessage(type, request, Dict.EMPTY, uri, Payload.of(args)));
    }

    /** Waits until the lane has done what was given to it so far. */
    void settle() throws Exception {
        lane.submit(() -> {}).get(5, TimeUnit.SECONDS);
    }

    /** Lets the time of all timers of about that length come. */
    void fire(Duration delay) throws Exception {
        lane.submit(() -> {
                    List<Timer> due = timers.stream()
                            .filter(t -> t.delay.minus(delay).abs().toMillis() < 400)
                            .toList();
                    timers.removeAll(due);
                    due.forEach(t -> t.task.run());
                })
                .get(5, TimeUnit.SECONDS);
    }

    @Override
    public CompletableFuture<Link> open(LinkHandler to, Duration timeout) {
        RuntimeException no = refusal;
        if (no != null) {
            return CompletableFuture.failedFuture(no);
        }
        ScriptedLink link = new ScriptedLink(to);
        lane.execute(() -> {
            handler = to;
            to.opened(link);
        });
        return CompletableFuture.completedFuture(link);
    }

    @Override
    public void close() {
        lane.shutdown();
    }

    private final class ScriptedLink implements Link {
        private final LinkHandler owner;
        private boolean closed;

        ScriptedLink(LinkHandler owner) {
            this.owner = owner;
        }

        @Override
        public void execute(Runnable task) {
            lane.execute(task);
        }

        @Override
        public Future<?> schedule(Runnable task, Duration delay) {
            FutureTask<?> timer = new FutureTask<>(task, null);
            timers.add(new Timer(delay, timer));
            return timer;
        }

        @Override
        public void send(Message message) throws MessageTooLong {
            int length = 20 + payload(message).length();
            if (length > messageLimit) {
                throw new MessageTooLong(length, messageLimit);
            }
            if (!closed) {
                sent.add(message);
            }
        }

        private Payload payload(Message message) {
            return switch (message) {
                case Message.Call m -> m.payload();
                case Message.Publish m -> m.payload();
                case Message.Yield m -> m.payload();
                default -> Payload.EMPTY;
            };
        }

        @Override
        public long queuedBytes() {
            return queued;
        }

        @Override
        public void pauseReading() {
            reading.add(false);
        }

        @Override
        public void resumeReading() {
            reading.add(true);
        }

        @Override
        public void close(int code, String reason) {
            if (!closed) {
                closed = true;
                ends.add(code + " " + reason);
                lane.execute(() -> owner.lost("closed"));
            }
        }

        @Override
        public Serialization serialization() {
            return Serialization.MSGPACK;
        }

        @Override
        public @Nullable SSLSession tls() {
            return null;
        }
    }
}
