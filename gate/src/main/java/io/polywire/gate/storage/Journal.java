package io.polywire.gate.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The one connection with a SQLite file, and the one thread that uses it. What is waiting is done in one transaction, so
 * that a crowd pays for one write to the disk; a piece of work that fails is undone by itself.
 *
 * <p>Thread-safe; {@link #run} blocks until the transaction is on the disk.
 */
final class Journal implements AutoCloseable {
    /** Makes a value of the row that a result set stands at. */
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** What is to be done in a transaction. */
    interface Work<T extends @Nullable Object> {
        T run(Journal with) throws SQLException;
    }

    private static final int BATCH = 1000;

    private static final class Task<T extends @Nullable Object> {
        final Work<T> work;
        final CompletableFuture<T> done = new CompletableFuture<>();
        private @Nullable Runnable outcome;

        Task(Work<T> work) {
            this.work = work;
        }

        void run(Journal journal) throws SQLException {
            journal.execute("SAVEPOINT task");
            try {
                T result = work.run(journal);
                outcome = () -> done.complete(result);
            } catch (SQLException | RuntimeException e) {
                outcome = () -> done.completeExceptionally(e);
                journal.execute("ROLLBACK TO task");
            }
            journal.execute("RELEASE task");
        }
    }

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private final LinkedBlockingQueue<Task<?>> queue = new LinkedBlockingQueue<>();
    private final Task<@Nullable Void> end = new Task<>(journal -> null);
    private final Thread thread;
    private boolean closed; // guarded by this

    Journal(String file, List<String> schema) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
        config.setBusyTimeout(3_000);
        try {
            connection = config.createConnection("jdbc:sqlite:" + file);
            execute("BEGIN EXCLUSIVE");
            for (String statement : schema) {
                execute(statement);
            }
            execute("COMMIT");
        } catch (SQLException e) {
            throw new StorageException("cannot use " + file + ": " + e.getMessage(), e);
        }
        thread = Thread.ofPlatform().daemon().name("polywire-gate-storage").start(this::work);
    }

    /** Does the work in a transaction, which is durable when this returns. */
    <T extends @Nullable Object> T run(Work<T> work) {
        Task<T> task = new Task<>(work);
        synchronized (this) {
            if (closed) {
                throw new StorageException("the storage is closed");
            }
            queue.add(task);
        }
        try {
            return task.done.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StorageException("the storage failed: " + cause.getMessage(), cause);
        }
    }

    private void work() {
        List<Task<?>> batch = new ArrayList<>();
        boolean ended = false;
        while (!ended) {
            try {
                batch.add(queue.take());
            } catch (InterruptedException e) {
                continue; // Nobody is to interrupt the storage.
            }
            queue.drainTo(batch, BATCH - 1);
            ended = batch.contains(end);
            commit(batch);
            batch.clear();
        }
        try {
            connection.close();
        } catch (SQLException e) {
            System.getLogger("io.polywire.gate").log(System.Logger.Level.WARNING, "the storage did not close", e);
        }
    }

    private void commit(List<Task<?>> batch) {
        try {
            execute("BEGIN IMMEDIATE");
            for (Task<?> task : batch) {
                task.run(this);
            }
            execute("COMMIT");
        } catch (SQLException e) {
            undo(e);
            batch.forEach(task -> task.done.completeExceptionally(e));
            return;
        }
        for (Task<?> task : batch) {
            Runnable tell = task.outcome;
            if (tell != null) {
                tell.run();
            }
        }
    }

    private void undo(SQLException why) {
        System.getLogger("io.polywire.gate").log(System.Logger.Level.ERROR, "a transaction of the storage failed", why);
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** How many rows it changed; only from within {@link Work}. */
    int update(String sql, Object... parameters) throws SQLException {
        return prepared(sql, parameters).executeUpdate();
    }

    /** All rows; only from within {@link Work}. */
    <T> List<T> query(String sql, Row<T> row, Object... parameters) throws SQLException {
        try (ResultSet rows = prepared(sql, parameters).executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(row.read(rows));
            }
            return all;
        }
    }

    private PreparedStatement prepared(String sql, Object... parameters) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
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
