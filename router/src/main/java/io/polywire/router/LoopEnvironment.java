package io.polywire.router;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The world as it is, for realms that live on one event loop.
 *
 * <p>All of it, timers too, belongs to that loop.
 */
public final class LoopEnvironment implements Environment {
    /** Runs a task on the realm's thread after a delay; what it returns is of no interest. */
    @FunctionalInterface
    public interface Scheduler {
        Future<?> schedule(Runnable task, long millis);
    }

    private static final long ID_MASK = (1L << 53) - 1;

    private final Scheduler scheduler;
    private final TimerWheel wheel = new TimerWheel(now());
    private final Runnable tick = this::tick;
    private final SplittableRandom random;
    private boolean ticking;

    /**
     * @param scheduler of the loop's thread; used for one tick at a time, while there are timers
     */
    public LoopEnvironment(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.random = new SplittableRandom(new SecureRandom().nextLong());
    }

    private static long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public long epochMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    /** Session ids are no secrets, publication ids neither: a fast generator, seeded by a good one, will do. */
    @Override
    public long randomId() {
        return (random.nextLong() & ID_MASK) + 1;
    }

    @Override
    public int random(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public Timer schedule(long millis, Runnable task) {
        Timer timer = wheel.schedule(now(), millis, task);
        if (!ticking) {
            ticking = true;
            var _ = scheduler.schedule(tick, TimerWheel.TICK_MILLIS);
        }
        return timer;
    }

    private void tick() {
        try {
            wheel.advance(now());
        } finally {
            ticking = !wheel.idle();
            if (ticking) {
                var _ = scheduler.schedule(tick, TimerWheel.TICK_MILLIS);
            }
        }
    }
}
