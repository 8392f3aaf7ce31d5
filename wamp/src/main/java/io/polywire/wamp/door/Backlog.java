package io.polywire.wamp.door;

import io.polywire.net.Connection;
import io.polywire.net.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits to leave by one connection: how much may, what happens when there is too much, and who is held up by it.
 *
 * <p>Threads: owned by the connection's loop; {@link #hasRoom}, {@link #congested} and {@link #handedOver} may be called from the
 * realm's, {@link #pauseReading} and {@link #resumeReading} from any.
 */
final class Backlog {
    /** Below this a queue is not worth looking at twice. */
    private static final int WORTH_COUNTING = 64 * 1024;

    private final Connection connection;
    private final LoopShare share;
    private final long stuckNanos;
    private final int most;
    private final AtomicLong underWay = new AtomicLong(); // octets that the realm's loop has handed over
    private volatile int limit;
    private long counted; // octets that the loop's share knows of
    private long stuckSince;
    private boolean pausedByRealm;
    private boolean pausedByQueue;
    private boolean over;
    private List<Runnable> whenDrained = List.of();

    Backlog(Connection connection, LoopShare share, WampDoorSettings settings) {
        this.connection = connection;
        this.share = share;
        this.stuckNanos = settings.stuckTimeout().toNanos();
        this.most = settings.queueLimit();
        limit(0);
    }

    private Loop loop() {
        return connection.loop();
    }

    /** Lets so many octets wait, at most as many as the door allows; 0: as many. */
    void limit(int octets) {
        limit = octets > 0 ? Math.min(octets, most) : most;
        connection.output().marks(limit / 8, limit / 2);
    }

    /** Whether an event or invocation may be queued, beside so many octets that are on their way here. */
    boolean hasRoom(long onTheWay) {
        long queued = connection.queuedBytes() + underWay.get() + onTheWay;
        if (queued < Math.min(WORTH_COUNTING, limit)) {
            return true;
        }
        if (loop().inLoop()) {
            account(queued); // many slow peers may fill up between two ticks
        }
        return queued <= Math.min(limit, share.allowance());
    }

    /** Whether who causes more is to be held up. */
    boolean congested(long onTheWay) {
        return connection.queuedBytes() + underWay.get() + onTheWay > limit / 2;
    }

    /** On the realm's loop: so many octets are on their way to this one, and count from now on. */
    void handedOver(long octets) {
        underWay.addAndGet(octets);
        share.queued(octets);
    }

    /** They have come, and count as what waits. */
    void arrived(long octets) {
        account();
        underWay.addAndGet(-octets);
        share.queued(-octets);
    }

    /** Tells the loop's share how much waits. */
    void account() {
        account(connection.queuedBytes());
    }

    private void account(long queued) {
        long backlog = queued < WORTH_COUNTING || over ? 0 : queued;
        if (backlog != counted) {
            share.queued(backlog - counted);
            counted = backlog;
        }
    }

    /** Runs the task when the queue is below its low mark, or the connection is over. */
    void whenDrained(Runnable task) {
        if (over || connection.output().writable()) {
            task.run();
        } else {
            if (whenDrained.isEmpty()) {
                whenDrained = new ArrayList<>();
            }
            whenDrained.add(task);
        }
    }

    /** Who does not read its answers is not read either. Called after each read. */
    void pauseUnlessRead() {
        if (!connection.output().writable() && !pausedByQueue && !over) {
            pausedByQueue = true;
            connection.pauseReading();
        }
    }

    void pauseReading() {
        if (!loop().inLoop()) {
            loop().execute(this::pauseReading);
            return;
        }
        pausedByRealm = true;
        connection.pauseReading();
    }

    void resumeReading() {
        if (!loop().inLoop()) {
            loop().execute(this::resumeReading);
            return;
        }
        pausedByRealm = false;
        readAgain();
    }

    private void readAgain() {
        if (!pausedByRealm && !pausedByQueue) {
            connection.resumeReading();
        }
    }

    /** The queue has fallen below its low mark. */
    void drained() {
        pausedByQueue = false;
        readAgain();
        account();
        List<Runnable> tasks = whenDrained;
        whenDrained = List.of();
        tasks.forEach(Runnable::run);
    }

    /**
     * Called now and then; whether more than twice the limit has waited for too long. Events alone do not come that far, as the last
     * one has to begin below the limit: who reads them too slowly only loses some. Answers do, for they are always queued.
     */
    boolean stuck(long now) {
        long queued = connection.queuedBytes();
        account(queued);
        if (pausedByQueue && connection.output().writable()) {
            drained();
        }
        if (queued <= 2L * limit) {
            stuckSince = 0;
        } else if (stuckSince == 0) {
            stuckSince = now;
        }
        return stuckSince != 0 && now - stuckSince > stuckNanos;
    }

    /** Nothing leaves any more: nobody is held up. */
    void end() {
        over = true;
        drained();
    }
}
