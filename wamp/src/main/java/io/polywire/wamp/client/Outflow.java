package io.polywire.wamp.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Bounds what waits to leave: whoever sends more than the router takes has to wait. Thread-safe.
 *
 * <p>What was given to the lane and what the link has queued count together.
 */
final class Outflow {
    private static final long LOOK_MILLIS = 10;

    private final long limit;
    private final LongSupplier queued;
    private final AtomicLong given = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private volatile boolean over;

    Outflow(long limit, LongSupplier queued) {
        this.limit = limit;
        this.queued = queued;
    }

    /**
     * Waits for room, then counts so much as given. Never waits when the session is over.
     *
     * @throws CanceledException if the thread is interrupted meanwhile
     */
    void enter(long cost) {
        if (full()) {
            await();
        }
        given.addAndGet(cost);
    }

    private boolean full() {
        return !over && given.get() + queued.getAsLong() > limit;
    }

    private void await() {
        lock.lock();
        try {
            while (full()) {
                // A link tells nothing when its queue shrinks; looking now and then is enough for a full one.
                left.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CanceledException("interrupted while waiting for the router to take more");
        } finally {
            lock.unlock();
        }
    }

    /** The link has it. */
    void handed(long cost) {
        given.addAndGet(-cost);
    }

    void end() {
        over = true;
        lock.lock();
        try {
            left.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
