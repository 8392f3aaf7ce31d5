package io.polywire.ccproxy.unix;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets threads wait for descriptors without blocking in the C library, so that virtual threads may: one daemon platform
 * thread waits with epoll for all of them and wakes who is concerned. Thread-safe.
 */
final class Readiness {
    private static final Readiness SHARED = new Readiness();

    private final Poller poller = new Poller();
    private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
    private final AtomicLong keys = new AtomicLong();

    private Readiness() {
        Thread.ofPlatform().name("ccproxy-readiness").daemon().start(this::run);
    }

    static Watch watch(Descriptor descriptor) {
        return SHARED.new Watch(descriptor);
    }

    /** The waiters of one descriptor: at most one thread waits to read and one to write. */
    final class Watch implements AutoCloseable {
        private final Descriptor descriptor;
        private final long key = keys.incrementAndGet();
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private int armed;
        private boolean added;
        private boolean closed;

        private Watch(Descriptor descriptor) {
            this.descriptor = descriptor;
        }

        /**
         * Waits until the descriptor is ready for {@code interest}, has failed or is closed.
         *
         * @param nanos at most this long; 0 is no limit
         * @return false when the time was up
         */
        boolean await(int interest, long nanos) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                if (!closed) {
                    arm(armed | interest);
                }
                long left = nanos;
                while (!closed && (armed & interest) != 0) {
                    if (nanos == 0) {
                        changed.await();
                    } else if (left <= 0) {
                        return false;
                    } else {
                        left = changed.awaitNanos(left);
                    }
                }
                return true;
            } finally {
                lock.unlock();
            }
        }

        /** Wakes the waiters; from now on nobody waits. Called before the descriptor is closed. */
        @Override
        public void close() {
            lock.lock();
            try {
                if (closed) {
                    return; // the number may belong to a stranger by now
                }
                closed = true;
                if (added) {
                    poller.remove(descriptor.fd());
                    watches.remove(key);
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void arm(int interest) {
            armed = interest;
            if (added) {
                poller.modify(descriptor.fd(), interest | Poller.ONE_SHOT, key);
            } else {
                watches.put(key, this);
                try {
                    poller.add(descriptor.fd(), interest | Poller.ONE_SHOT, key);
                } catch (UnixException e) {
                    watches.remove(key);
                    throw e;
                }
                added = true;
            }
        }

        private void ready(int events) {
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                boolean failed = (events & (Poller.ERROR | Poller.HANG_UP)) != 0;
                armed = failed ? 0 : armed & ~events;
                if (armed != 0) {
                    arm(armed);
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void run() {
        while (true) {
            int n = poller.await((int) TimeUnit.HOURS.toMillis(1));
            for (int i = 0; i < n; i++) {
                Watch watch = watches.get(poller.data(i));
                if (watch != null) {
                    watch.ready(poller.events(i));
                }
            }
        }
    }
}
