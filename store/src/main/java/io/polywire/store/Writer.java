package io.polywire.store;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. It takes all that is queued, does it in one transaction, and tells those who wait.
 *
 * <p>A piece of work that fails is undone by itself; the others of its transaction are kept.
 */
final class Writer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.polywire.store");
    private static final int BATCH = 1_000;
    private static final long SWEEP_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private static final class Task<T extends @Nullable Object> {
        final Function<Database, T> work;
        final CompletableFuture<T> done = new CompletableFuture<>();
        private @Nullable Runnable outcome;

        Task(Function<Database, T> work) {
            this.work = work;
        }

        void run(Database database) {
            database.execute("SAVEPOINT task");
            try {
                T result = work.apply(database);
                outcome = () -> done.complete(result);
            } catch (RuntimeException e) {
                outcome = () -> done.completeExceptionally(e);
                database.execute("ROLLBACK TO task");
            }
            database.execute("RELEASE task");
        }

        void committed() {
            Runnable tell = outcome;
            if (tell != null) {
                tell.run();
            }
        }
    }

    private final Database database;
    private final LinkedBlockingQueue<Task<?>> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final Task<@Nullable Void> end = new Task<>(database -> null);
    private boolean closed; // guarded by this
    private long swept;

    Writer(Database database) {
        this.database = database;
        this.thread = Thread.ofPlatform().daemon().name("polywire-store").start(this::run);
    }

    <T extends @Nullable Object> CompletableFuture<T> submit(Function<Database, T> work) {
        Task<T> task = new Task<>(work);
        synchronized (this) {
            if (closed) {
                task.done.completeExceptionally(new StoreException("the store is closed"));
            } else {
                queue.add(task);
            }
        }
        return task.done;
    }

    private void run() {
        List<Task<?>> batch = new ArrayList<>();
        boolean ended = false;
        while (!ended) {
            try {
                Task<?> first = queue.poll(SWEEP_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, BATCH - 1);
                }
            } catch (InterruptedException e) {
                LOG.log(Level.WARNING, "nobody is to interrupt the store");
                continue;
            }
            ended = batch.contains(end);
            commit(batch);
            batch.clear();
        }
        database.close();
    }

    private void commit(List<Task<?>> batch) {
        try {
            database.execute("BEGIN IMMEDIATE");
            batch.forEach(task -> task.run(database));
            sweep();
            database.execute("COMMIT");
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a transaction of the store failed", e);
            undo();
            batch.forEach(task -> task.done.completeExceptionally(e));
            return;
        }
        batch.forEach(Task::committed);
    }

    private void undo() {
        try {
            database.execute("ROLLBACK");
        } catch (StoreException e) {
            LOG.log(Level.DEBUG, "nothing to undo", e);
        }
    }

    private void sweep() {
        long now = System.currentTimeMillis();
        if (now - swept > SWEEP_MILLIS) {
            swept = now;
            database.update("DELETE FROM value WHERE expires <= ?", now);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (!closed) {
                closed = true;
                queue.add(end);
            }
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
