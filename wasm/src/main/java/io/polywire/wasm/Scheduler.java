package io.polywire.wasm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs executions on a fixed number of platform threads, in turn: when others are ready, an execution gives its thread
 * up after a time slice and goes to the end of the queue. Executions that wait or are suspended take no thread.
 * Thread-safe.
 */
public final class Scheduler implements AutoCloseable {
    /** Stack of a thread; enough for the stack budgets that programs usually have. */
    private static final long THREAD_STACK = 64L << 20;

    private static final class Worker {
        volatile @Nullable Execution running;
        volatile long since;
    }

    private final BlockingQueue<Execution> ready = new LinkedBlockingQueue<>();
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
            ready(execution);
        }
    }

    /** Puts an execution at the end of the queue. */
    void ready(Execution execution) {
        if (closed) {
            execution.kill("scheduler closed");
        } else {
            ready.add(execution);
        }
    }

    /** Number of executions that wait for a thread. */
    public int queued() {
        return ready.size();
    }

    private void work(Worker worker) {
        while (!closed) {
            try {
                Execution e = ready.take();
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
        if (ready.isEmpty()) {
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
        closed = true;
        ticker.cancel(false);
        threads.forEach(Thread::interrupt);
        for (Worker w : workers) {
            Execution e = w.running;
            if (e != null) {
                e.kill("scheduler closed");
            }
        }
        List<Execution> left = new ArrayList<>();
        ready.drainTo(left);
        left.forEach(e -> e.kill("scheduler closed"));
    }
}
