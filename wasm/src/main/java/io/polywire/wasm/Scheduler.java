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
 * that programs which compute do not hold up programs which answer; but not more than a few times in a row. Executions
 * that wait or are suspended take no thread. Thread-safe.
 */
public final class Scheduler implements AutoCloseable {
    /** Stack of a thread; enough for the stack budgets that programs usually have. */
    private static final long THREAD_STACK = 64L << 20;

    /** Executions in a row that come before one that has used up a slice. */
    private static final int MAX_URGENT = 16;

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
     * Puts an execution at the end of its queue.
     *
     * @param usedSlice whether it had a thread until now
     */
    void ready(Execution execution, boolean usedSlice) {
        synchronized (lock) {
            if (!closed) {
                (usedSlice ? patient : urgent).add(execution);
                lock.notify();
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
            return first ? urgent.remove() : patient.remove();
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
                Execution e = next();
                worker.since = System.nanoTime();
                worker.running = e;
                e.slice();
                worker.running = null;
            } catch (InterruptedException e) {
                return;
            }
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
