package io.polywire.router;

import org.jspecify.annotations.Nullable;

/**
 * Timers of one thread: starting and stopping one costs a few pointer writes, whoever many run, because most timers of
 * calls are stopped long before they end.
 *
 * <p>A hashed wheel (Varghese and Lauck, 1987): a timer lies in the slot of its tick modulo the number of slots, in a
 * doubly linked list; each tick walks one slot and runs what is due. A timer runs at its time or up to one tick later,
 * never before. Not thread-safe.
 */
final class TimerWheel {
    /** Half of the 10 ms that a timer may be late: the other half is left for a busy loop. */
    static final long TICK_MILLIS = 5;

    private static final int SLOTS = 1024;

    private final @Nullable Entry[] slots = new @Nullable Entry[SLOTS];
    private long tick; // the last one that was walked
    private int running;

    /**
     * @param nowMillis the time from which ticks are counted, of any clock that never goes back
     */
    TimerWheel(long nowMillis) {
        tick = nowMillis / TICK_MILLIS;
    }

    /** Whether no timer runs: nobody needs to call {@link #advance} then. */
    boolean idle() {
        return running == 0;
    }

    Environment.Timer schedule(long nowMillis, long delayMillis, Runnable task) {
        if (running == 0) {
            tick = Math.max(tick, nowMillis / TICK_MILLIS);
        }
        long end = nowMillis + Math.min(Math.max(0, delayMillis), Long.MAX_VALUE / 4);
        Entry entry = new Entry(Math.max(tick + 1, Math.ceilDiv(end, TICK_MILLIS)), task);
        int slot = (int) (entry.due & SLOTS - 1);
        Entry first = slots[slot];
        entry.next = first;
        if (first != null) {
            first.previous = entry;
        }
        slots[slot] = entry;
        running++;
        return entry;
    }

    /** Runs every timer that is due at this time. A task may start and cancel timers. */
    void advance(long nowMillis) {
        long now = nowMillis / TICK_MILLIS;
        if (now - tick > SLOTS) {
            // After a long stop every slot holds due timers at most once.
            tick = now - SLOTS;
        }
        while (tick < now && running > 0) {
            tick++;
            runDue((int) (tick & SLOTS - 1), now);
        }
        tick = Math.max(tick, now);
    }

    private void runDue(int slot, long now) {
        Entry due = null;
        for (Entry e = slots[slot]; e != null; ) {
            Entry next = e.next;
            if (e.due <= now) {
                e.unlink();
                e.next = due; // a list of its own: the tasks below may change the slot
                due = e;
            }
            e = next;
        }
        while (due != null) {
            Entry e = due;
            due = e.next;
            e.next = null;
            if (!e.cancelled) {
                e.task.run();
            }
        }
    }

    private final class Entry implements Environment.Timer {
        final long due;
        final Runnable task;

        @Nullable
        Entry next;

        @Nullable
        Entry previous;

        boolean linked = true;
        boolean cancelled;

        Entry(long due, Runnable task) {
            this.due = due;
            this.task = task;
        }

        @Override
        public void cancel() {
            cancelled = true;
            if (linked) {
                unlink();
                next = null;
            }
        }

        void unlink() {
            Entry before = previous;
            Entry after = next;
            if (before == null) {
                slots[(int) (due & SLOTS - 1)] = after;
            } else {
                before.next = after;
            }
            if (after != null) {
                after.previous = before;
            }
            previous = null;
            linked = false;
            running--;
        }
    }
}
