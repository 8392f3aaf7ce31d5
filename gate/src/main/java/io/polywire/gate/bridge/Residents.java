package io.polywire.gate.bridge;

import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.gate.program.Guest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The instances that answer the calls of one procedure and keep their memory in between. There are at most so many; further
 * ones are made only while all others have calls. One that has had none for a while is suspended, and goes on with its next
 * call; one that has ended is replaced by a new one. Thread-safe.
 */
final class Residents {
    private final Supplier<Guest> launch;
    private final int most;
    private final long idleNanos;

    // guarded by this
    private final List<Resident> all = new ArrayList<>();
    private boolean closed;

    /**
     * @param launch makes an instance
     * @param most instances at a time
     * @param idle after which one without calls is suspended; zero: never
     */
    Residents(Supplier<Guest> launch, int most, Duration idle) {
        this.launch = launch;
        this.most = most;
        this.idleNanos = idle.toNanos();
    }

    /** A place for one instance after the other. */
    final class Resident {
        /** Held while the instance is being replaced or woken up. */
        private final ReentrantLock waking = new ReentrantLock();

        // guarded by the pool
        private @Nullable Guest guest;
        private int calls;
        private boolean suspending;
        private boolean watched;
        private long idleSince;

        /** An instance that runs, for one call. Blocks while it is started or resumed. */
        Guest guest() {
            waking.lock();
            try {
                Guest now = present();
                if (now != null && resumed(now)) {
                    return now;
                }
                if (now != null) {
                    now.close();
                }
                Guest other = launch.get();
                put(other);
                return other;
            } finally {
                waking.unlock();
            }
        }

        private @Nullable Guest present() {
            synchronized (Residents.this) {
                return guest;
            }
        }

        private void put(Guest other) {
            boolean late;
            synchronized (Residents.this) {
                guest = other;
                suspending = false;
                late = closed;
            }
            if (late) {
                other.close();
            }
        }

        /** Whether it runs, after it was resumed if it was suspended for want of calls. */
        private boolean resumed(Guest now) {
            boolean asleep;
            synchronized (Residents.this) {
                asleep = suspending;
                suspending = false;
            }
            if (!asleep) {
                return now.status().state() == State.RUNNING;
            }
            Status status = now.whenStopped().join();
            if (status.state() != State.SUSPENDED || status.cause() != null) {
                return false;
            }
            now.resume(null);
            return true;
        }

        /** The call is over. */
        void release() {
            synchronized (Residents.this) {
                calls--;
                idleSince = System.nanoTime();
                if (calls == 0 && idleNanos > 0 && !watched && !closed) {
                    watched = true;
                    watch(idleNanos);
                }
            }
        }

        private void watch(long nanos) {
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(this::look);
        }

        private void look() {
            Guest idle;
            synchronized (Residents.this) {
                long left = idleSince + idleNanos - System.nanoTime();
                if (calls == 0 && left > 0 && !closed) {
                    watch(left);
                    return;
                }
                watched = false;
                if (calls > 0 || closed || guest == null) {
                    return;
                }
                idle = guest;
                suspending = true;
            }
            idle.suspend();
        }
    }

    /** A place in which the next call is to be answered; it must be released when the call is over. */
    synchronized Resident take() {
        Resident least = all.stream()
                .min(Comparator.comparingInt(one -> one.calls))
                .filter(one -> one.calls == 0 || all.size() >= most)
                .orElse(null);
        if (least == null) {
            least = new Resident();
            all.add(least);
        }
        least.calls++;
        return least;
    }

    /** Ends the instances. */
    void close() {
        List<Guest> guests;
        synchronized (this) {
            closed = true;
            guests = all.stream()
                    .map(one -> one.guest)
                    .filter(one -> one != null)
                    .toList();
        }
        guests.forEach(Guest::close);
    }
}
