package io.polywire.router;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/** A world of which a test is the master: time stands still until it is advanced, chance follows a seed. */
final class FakeWorld implements Environment {
    private static final class Alarm implements Timer {
        final long due;
        final long order;
        final Runnable task;
        boolean cancelled;

        Alarm(long due, long order, Runnable task) {
            this.due = due;
            this.order = order;
            this.task = task;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final Random random;
    private final PriorityQueue<Alarm> alarms =
            new PriorityQueue<>(Comparator.<Alarm>comparingLong(a -> a.due).thenComparingLong(a -> a.order));
    private long now = 1_700_000_000_000L;
    private long order;

    FakeWorld(long seed) {
        random = new Random(seed);
    }

    @Override
    public long epochMillis() {
        return now;
    }

    @Override
    public long randomId() {
        return (random.nextLong() & (1L << 53) - 1) + 1;
    }

    @Override
    public int random(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public Timer schedule(long millis, Runnable task) {
        Alarm alarm = new Alarm(now + Math.min(millis, 1L << 60), order++, task);
        alarms.add(alarm);
        return alarm;
    }

    /** Lets time pass; timers run at their time. */
    void advance(long millis) {
        long end = now + millis;
        while (true) {
            Alarm next = alarms.peek();
            if (next == null || next.due > end) {
                break;
            }
            alarms.remove();
            now = next.due;
            if (!next.cancelled) {
                next.cancelled = true;
                next.task.run();
            }
        }
        now = end;
    }

    /** How many timers are running. */
    long timers() {
        return alarms.stream().filter(a -> !a.cancelled).count();
    }
}
