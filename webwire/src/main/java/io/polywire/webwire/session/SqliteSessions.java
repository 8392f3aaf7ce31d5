package io.polywire.webwire.session;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions in an SQLite database, so that they survive the process. Needs {@code org.xerial:sqlite-jdbc}, which this
 * library does not bring along.
 *
 * <p>Thread-safe: one connection, one statement at a time.
 */
public final class SqliteSessions implements SessionStore, AutoCloseable {
    /** The database cannot be read or written. */
    public static final class StoreFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        StoreFailure(String text, SQLException cause) {
            super(text + ": " + cause.getMessage(), cause);
        }
    }

    private interface Work<T extends @Nullable Object> {
        T on(PreparedStatement statement) throws SQLException;
    }

    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * Opens or makes a database.
     *
     * @throws StoreFailure if that does not work
     */
    public SqliteSessions(Path file) {
        try {
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (var statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode=WAL");
                statement.execute("PRAGMA busy_timeout=5000");
                statement.execute("""
                        CREATE TABLE IF NOT EXISTS webwire_session (
                          digest TEXT PRIMARY KEY, authid TEXT NOT NULL, authrole TEXT NOT NULL,
                          created TEXT NOT NULL, last_used INTEGER NOT NULL, info TEXT NOT NULL) WITHOUT ROWID""");
            }
        } catch (SQLException e) {
            throw new StoreFailure("cannot open the sessions in " + file, e);
        }
    }

    private <T extends @Nullable Object> T with(String sql, Work<T> work) {
        lock.lock();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return work.on(statement);
        } catch (SQLException e) {
            throw new StoreFailure("the stored sessions cannot be used", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void put(StoredSession session) {
        with("INSERT OR REPLACE INTO webwire_session VALUES (?, ?, ?, ?, ?, ?)", statement -> {
            statement.setString(1, session.digest());
            statement.setString(2, session.authid());
            statement.setString(3, session.authrole());
            statement.setString(4, session.created().toString());
            statement.setLong(5, session.lastUsed().toEpochMilli());
            statement.setString(6, session.info());
            return statement.executeUpdate();
        });
    }

    @Override
    public @Nullable StoredSession find(String digest) {
        return with("SELECT * FROM webwire_session WHERE digest = ?", statement -> {
            statement.setString(1, digest);
            List<StoredSession> found = read(statement);
            return found.isEmpty() ? null : found.getFirst();
        });
    }

    @Override
    public void touch(String digest, Instant when) {
        with("UPDATE webwire_session SET last_used = ? WHERE digest = ?", statement -> {
            statement.setLong(1, when.toEpochMilli());
            statement.setString(2, digest);
            return statement.executeUpdate();
        });
    }

    @Override
    public void remove(String digest) {
        with("DELETE FROM webwire_session WHERE digest = ?", statement -> {
            statement.setString(1, digest);
            return statement.executeUpdate();
        });
    }

    @Override
    public List<StoredSession> list() {
        return with("SELECT * FROM webwire_session ORDER BY created", SqliteSessions::read);
    }

    @Override
    public void expire(Instant before) {
        with("DELETE FROM webwire_session WHERE last_used < ?", statement -> {
            statement.setLong(1, before.toEpochMilli());
            return statement.executeUpdate();
        });
    }

    private static List<StoredSession> read(PreparedStatement statement) throws SQLException {
        List<StoredSession> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(new StoredSession(
                        rows.getString(1),
                        rows.getString(2),
                        rows.getString(3),
                        OffsetDateTime.parse(rows.getString(4)),
                        Instant.ofEpochMilli(rows.getLong(5)),
                        rows.getString(6)));
            }
        }
        return found;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreFailure("cannot close the stored sessions", e);
        } finally {
            lock.unlock();
        }
    }
}
