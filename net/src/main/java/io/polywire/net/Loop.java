package io.polywire.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One event loop: a thread that serves connections, and whatever else is pinned to it, a realm for example.
 *
 * <p>Threads: {@link #execute}, {@link #schedule} and {@link #inLoop} may be called from anywhere; all other state
 * belongs to the loop's own thread.
 *
 * <p>Output is flushed once per turn: the first connection that gets output in a turn enqueues one task, which runs
 * after every ready read of that turn was processed and writes each dirty connection once.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
public final class Loop implements Executor {
    static final long TICK_MILLIS = 500;

    private final EventLoop eventLoop;
    private final Runnable flushTask = this::flushDirty;
    private final ArrayList<Tended> tended = new ArrayList<>();
    private Output[] dirty = new Output[64];
    private int dirtyCount;
    long octetsIn;
    long octetsOut;
    private boolean ticking;
    private boolean stopping;
    private final CompletableFuture<Void> empty = new CompletableFuture<>();
    private final MaskKeys maskKeys = new MaskKeys();
    private @Nullable Deflate deflate;

    Loop(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** Runs the task on the loop, after what is queued already. */
    @Override
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /** Runs the task on the loop after the delay, unless the returned future is cancelled before. */
    public Future<?> schedule(Runnable task, Duration delay) {
        return eventLoop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Octets that connections of this loop received since the start; read elsewhere, somewhat older. */
    public long octetsIn() {
        return octetsIn;
    }

    /** Octets that connections of this loop were given to send since the start; read elsewhere, somewhat older. */
    public long octetsOut() {
        return octetsOut;
    }

    /** Whether the calling thread is the loop's. */
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    boolean owns(Channel channel) {
        return channel.eventLoop().equals(eventLoop);
    }

    MaskKeys maskKeys() {
        return maskKeys;
    }

    Deflate deflate() {
        Deflate d = deflate;
        if (d == null) {
            d = new Deflate();
            deflate = d;
        }
        return d;
    }

    void markDirty(Output output) {
        if (dirtyCount == dirty.length) {
            dirty = Arrays.copyOf(dirty, dirtyCount * 2);
        }
        dirty[dirtyCount++] = output;
        if (dirtyCount == 1) {
            eventLoop.execute(flushTask);
        }
    }

    private void flushDirty() {
        // A failing write may end a connection, whose handler may write to others: the count can grow meanwhile.
        for (int i = 0; i < dirtyCount; i++) {
            dirty[i].flush();
        }
        Arrays.fill(dirty, 0, dirtyCount, null);
        dirtyCount = 0;
    }

    void tend(Tended one) {
        if (!ticking) {
            ticking = true;
            eventLoop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
        one.index = tended.size();
        tended.add(one);
    }

    void forget(Tended one) {
        int index = one.index;
        if (index < 0) {
            return;
        }
        one.index = -1;
        Tended last = tended.removeLast();
        if (last != one) {
            tended.set(index, last);
            last.index = index;
        }
        signalIfEmpty();
    }

    private void tick() {
        long now = System.nanoTime();
        // Backwards, because a tick may forget its own connection, which moves the last one into its place.
        for (int i = tended.size() - 1; i >= 0; i--) {
            if (i < tended.size()) {
                tended.get(i).tick(now);
            }
        }
    }

    /** Says goodbye on every connection; the future completes when all are gone. */
    CompletableFuture<Void> shutDown() {
        execute(() -> {
            stopping = true;
            for (Tended one : tended.toArray(new Tended[0])) {
                one.shutDown();
            }
            signalIfEmpty();
        });
        return empty;
    }

    private void signalIfEmpty() {
        if (stopping && tended.isEmpty()) {
            empty.complete(null);
        }
    }
}
