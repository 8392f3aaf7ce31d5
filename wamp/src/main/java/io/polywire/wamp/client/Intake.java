package io.polywire.wamp.client;

import io.polywire.wamp.client.link.Link;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Bounds what waits for handlers. Above the limit nothing is read any more until half of it is done: the router, and in the end the
 * sender, feel it. But while this side waits for an answer itself, reading must go on, or a handler that calls would wait for
 * ever; then four times the limit (and what was on its way) is the end, and what exceeds it is refused.
 *
 * <p>Threads: owned by the lane, except {@link #done}.
 */
final class Intake {
    private static final int HARD = 4;

    /** What was read already comes in after a pause. */
    private static final long UNDER_WAY = 1 << 20;

    private final Link link;
    private final long limit;
    private final BooleanSupplier mustRead;
    private final AtomicLong waiting = new AtomicLong();
    private volatile boolean paused;

    /** @param mustRead whether this side waits for something that only reading can bring */
    Intake(Link link, long limit, BooleanSupplier mustRead) {
        this.link = link;
        this.limit = limit;
        this.mustRead = mustRead;
    }

    /** Whether there is room for so much; then it counts until it is done. */
    boolean accept(long cost) {
        if (waiting.get() > limit * HARD + UNDER_WAY) {
            return false;
        }
        if (waiting.addAndGet(cost) > limit) {
            review();
        }
        return true;
    }

    /** A handler took it. Any thread. */
    void done(long cost) {
        long before = waiting.getAndAdd(-cost);
        if (paused && before - cost <= limit / 2) {
            link.execute(this::review);
        }
    }

    /** Pauses or resumes as it should be now. */
    void review() {
        long now = waiting.get();
        boolean pause = now > (paused ? limit / 2 : limit) && !mustRead.getAsBoolean();
        if (pause && !paused) {
            paused = true;
            link.pauseReading();
            if (waiting.get() <= limit / 2) {
                review(); // It was done meanwhile, by a thread that did not see the pause.
            }
        } else if (!pause && paused) {
            paused = false;
            link.resumeReading();
        }
    }
}
