package io.polywire.wasm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs executions on a fixed number of platform threads, in turn: when others are ready, an execution gives its thread
 * up after a time slice. Those that begin or have waited for something come before those that have used up a slice, so
 * that programs which compute do not hold up programs which answer; but not more than a few times in a row, and only as
 * long as they take a small share of a thread's time, so that nobody gains by waiting just before the slice's end.
 * Executions that wait or are suspended take no thread. Thread-safe.
 */
public final class Scheduler implements AutoCloseable {
    /** Stack of a thread; enough for the stack budgets that programs usually have. */
    private static final long THREAD_STACK = 64L << 20;

    /** Executions in a row that come before one that has used up a slice. */
    private static final int MAX_URGENT = 16;

    /** A program that takes a smaller part of a thread's time than one in so many goes first when it has waited. */
    private static final int SHARE = 8;

    /** An execution's place in the queues; guarded by its scheduler's lock. */
    static final class Turn {
        private boolean queued;
        private long used;
        private long debt;
        private long time = System.nanoTime();

        /**
         * Whether it goes first: while it has run for less than a slice, of which its share of the time that has passed
         * is taken off.
         *
         * @param ran nanoseconds for which it has run altogether
         */
        private boolean goesFirst(long ran, long slice) {
            long now = System.nanoTime();
            long owed = debt + (ran - used) - (now - time) / SHARE;
            debt = Math.clamp(owed, 0, 2 * slice);
            used = ran;
            time = now;
            return debt < slice;
        }
    }

    private static final class Worker {
        volatile @Nullable Execution running;
        volatile long since;
    }

    private final Object lock = new Object();
    private final Queue<Execution> urgent = new ArrayDeque<>();
    private final Queue<Execution> patient = new ArrayDeque<>();
    private int urgentInRow;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long sliceNanos;
    private final ScheduledFuture<?> ticker;
    private volatile boolean closed;

    /**
     * Starts the threads.
     *
     * @param slice length of a time slice in milliseconds
     */
    public Scheduler(int threads, int slice) {
        this.sliceNanos = TimeUnit.MILLISECONDS.toNanos(slice);
        for (int i = 0; i < threads; i++) {
            Worker worker = new Worker();
            workers.add(worker);
            Thread t = new Thread(null, () -> work(worker), "wasm-" + i, THREAD_STACK);
            t.setDaemon(true);
            this.threads.add(t);
            t.start();
        }
        long tick = Math.max(1, slice / 2);
        this.ticker = Timers.timer().scheduleAtFixedRate(this::tick, tick, tick, TimeUnit.MILLISECONDS);
    }

    /** A scheduler with a thread for each processor and slices of 5 ms. */
    public Scheduler() {
        this(Runtime.getRuntime().availableProcessors(), 5);
    }

    /** Starts an execution here; it is run here again whenever it is resumed. */
    public void start(Execution execution) {
        execution.scheduler(this);
        if (execution.state() == Execution.State.SUSPENDED) {
            execution.resume();
        } else {
            ready(execution, false);
        }
    }

    /**
     * Puts an execution at the end of its queue, if it is not in there already, suspended and resumed meanwhile.
     *
     * @param usedSlice whether it had a thread until now
     */
    void ready(Execution execution, boolean usedSlice) {
        synchronized (lock) {
            if (!closed) {
                Turn turn = execution.turn;
                if (!turn.queued) {
                    turn.queued = true;
                    boolean first = turn.goesFirst(execution.runNanos(), sliceNanos) && !usedSlice;
                    (first ? urgent : patient).add(execution);
                    lock.notify();
                }
                return;
            }
        }
        execution.kill("scheduler closed");
    }

    private Execution next() throws InterruptedException {
        synchronized (lock) {
            while (urgent.isEmpty() && patient.isEmpty()) {
                lock.wait();
            }
            boolean first = !urgent.isEmpty() && (patient.isEmpty() || urgentInRow < MAX_URGENT);
            urgentInRow = first ? urgentInRow + 1 : 0;
            Execution next = first ? urgent.remove() : patient.remove();
            next.turn.queued = false;
            return next;
        }
    }

    /** Number of executions that wait for a thread. */
    public int queued() {
        synchronized (lock) {
            return urgent.size() + patient.size();
        }
    }

    private void work(Worker worker) {
        while (!closed) {
            try {
                run(worker, next());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void run(Worker worker, Execution e) {
        worker.since = System.nanoTime();
        worker.running = e;
        try {
            e.slice();
        } catch (RuntimeException | Error failed) { // of who listens for its end: no reason to lose a thread
            Thread t = Thread.currentThread();
            t.getUncaughtExceptionHandler().uncaughtException(t, failed);
        } finally {
            worker.running = null;
        }
    }

    private void tick() {
        if (queued() == 0) {
            return;
        }
        long now = System.nanoTime();
        for (Worker w : workers) {
            Execution e = w.running;
            if (e != null && now - w.since >= sliceNanos) {
                e.yieldSlice();
            }
        }
    }

    /** Kills what runs or is queued and ends the threads. */
    @Override
    public void close() {
        List<Execution> left;
        synchronized (lock) {
            closed = true;
            left = new ArrayList<>(urgent);
            left.addAll(patient);
            urgent.clear();
            patient.clear();
        }
        ticker.cancel(false);
        threads.forEach(Thread::interrupt);
        for (Worker w : workers) {
            Execution e = w.running;
            if (e != null) {
                e.kill("scheduler closed");
            }
        }
        left.forEach(e -> e.kill("scheduler closed"));
    }
}
