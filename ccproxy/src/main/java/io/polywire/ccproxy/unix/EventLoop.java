package io.polywire.ccproxy.unix;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One platform thread that waits for descriptors, timers and tasks, and runs their handlers. What a handler touches
 * belongs to this thread and needs no lock; a handler must not block.
 *
 * <p>Only {@link #execute}, {@link #inLoop}, {@link #start} and {@link #close} are safe from other threads.
 */
public final class EventLoop implements AutoCloseable {
    /** What waits for a descriptor. */
    public interface Handler {
        /** The descriptor is ready: a set of {@link Poller#IN} and the like. */
        void ready(int events);

        /** {@link #ready} threw: give up this descriptor, the others go on. */
        void failed(RuntimeException cause);
    }

    /** A handler's interest in one descriptor. */
    public final class Registration {
        private final Descriptor descriptor;
        private final Handler handler;
        private final long key;
        private int interest;
        private boolean watched;

        private Registration(Descriptor descriptor, int interest, Handler handler) {
            this.descriptor = descriptor;
            this.handler = handler;
            this.interest = interest;
            // The generation tells an event of this descriptor from a late one of its number's previous owner.
            this.key = ++generation << 32 | descriptor.fd();
        }

        /** Changes what is waited for. Error and hang-up are reported in any case. */
        public void interest(int wanted) {
            if (descriptor.closed()) {
                return;
            }
            if (!watched) {
                watched = true;
                interest = wanted;
                poller.add(descriptor.fd(), wanted, key);
            } else if (wanted != interest) {
                interest = wanted;
                poller.modify(descriptor.fd(), wanted, key);
            }
        }

        public int interest() {
            return watched ? interest : 0;
        }

        /** Waits for nothing, not even for hang-up, until {@link #interest(int)} is called. */
        public void suspend() {
            if (watched) {
                watched = false;
                poller.remove(descriptor.fd());
            }
        }

        /** Ends the registration and closes the descriptor. A second time does nothing. */
        public void close() {
            int fd = descriptor.fd();
            if (!descriptor.closed()) {
                watched = false; // closing the descriptor is enough for epoll
                if (registrations[fd] == this) {
                    registrations[fd] = null;
                }
                descriptor.close();
            }
        }
    }

    /** A task that runs later, unless canceled. */
    public final class Timer implements Comparable<Timer> {
        private final long at;
        private final Runnable task;

        private Timer(long at, Runnable task) {
            this.at = at;
            this.task = task;
        }

        public void cancel() {
            timers.remove(this);
        }

        @Override
        public int compareTo(Timer other) {
            return Long.signum(at - other.at);
        }
    }

    private static final int SCRATCH = 256 * 1024;

    private final System.Logger log;
    private final Thread thread;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment scratch = arena.allocate(SCRATCH, 64);
    private final Poller poller = new Poller();
    private final Wakeup wakeup = new Wakeup();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private @Nullable Registration[] registrations = new @Nullable Registration[64];
    private long generation;
    private long now = System.nanoTime();
    private volatile boolean stopping;

    public EventLoop(String name, System.Logger log) {
        this.log = log;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
        poller.add(wakeup.fd(), Poller.IN, wakeup.fd());
    }

    public void start() {
        thread.start();
    }

    public boolean inLoop() {
        return Thread.currentThread().equals(thread);
    }

    /** Runs a task on the loop's thread; it is dropped if the loop has ended. */
    public void execute(Runnable task) {
        tasks.add(task);
        if (!inLoop() && woken.compareAndSet(false, true)) {
            try {
                wakeup.wake();
            } catch (UnixException e) {
                log.log(Level.DEBUG, "the loop has ended: {0}", e.text());
            }
        }
    }

    /** Takes over a descriptor, which {@link Registration#close} closes; it is closed at once if this throws. */
    public Registration register(Descriptor descriptor, int interest, Handler handler) {
        int fd = descriptor.fd();
        if (fd >= registrations.length) {
            registrations = Arrays.copyOf(registrations, Math.max(fd + 1, registrations.length * 2));
        }
        Registration registration = new Registration(descriptor, interest, handler);
        try {
            registration.interest(interest);
        } catch (UnixException e) {
            descriptor.close();
            throw e;
        }
        registrations[fd] = registration;
        return registration;
    }

    public Timer schedule(long nanos, Runnable task) {
        Timer timer = new Timer(System.nanoTime() + nanos, task);
        timers.add(timer);
        return timer;
    }

    /** A native buffer of 256 KiB that handlers may use until they return. */
    public MemorySegment scratch() {
        return scratch;
    }

    /** The time at which the present turn began, as {@link System#nanoTime}. */
    public long now() {
        return now;
    }

    /** Ends the loop after the tasks that wait, and waits for its thread. Registered descriptors stay open. */
    @Override
    public void close() {
        if (!stopping) {
            execute(() -> stopping = true);
        }
        if (!inLoop()) {
            boolean interrupted = false;
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        try {
            while (!stopping) {
                int n = poller.await(timeout());
                now = System.nanoTime();
                for (int i = 0; i < n; i++) {
                    dispatch(poller.events(i), poller.data(i));
                }
                runTasks();
                runTimers();
            }
        } finally {
            poller.close();
            wakeup.close();
            arena.close();
        }
    }

    private void dispatch(int events, long key) {
        int fd = (int) key;
        if (key == wakeup.fd()) {
            // In this order: a wake-up between the two would else be cleared, with `woken` set and nobody to wake
            // again.
            wakeup.reset();
            woken.set(false);
            return;
        }
        Registration registration = registrations[fd];
        if (registration == null || registration.key != key || !registration.watched) {
            return;
        }
        try {
            registration.handler.ready(events);
        } catch (RuntimeException e) {
            log.log(Level.ERROR, "a handler failed", e);
            guarded(() -> registration.handler.failed(e));
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            guarded(task);
        }
    }

    private void runTimers() {
        for (Timer timer = timers.peek(); timer != null && timer.at - now <= 0; timer = timers.peek()) {
            timers.remove();
            guarded(timer.task);
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.log(Level.ERROR, "a task failed", e);
        }
    }

    private int timeout() {
        if (!tasks.isEmpty()) {
            return 0;
        }
        Timer next = timers.peek();
        if (next == null) {
            return -1;
        }
        long nanos = next.at - System.nanoTime();
        return nanos <= 0 ? 0 : (int) Math.min(TimeUnit.NANOSECONDS.toMillis(nanos) + 1, 60_000);
    }
}
