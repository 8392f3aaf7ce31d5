package io.polywire.gate.storage;

import io.polywire.gate.message.Cause;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything in a folder: rows in {@code gate.sqlite}, modules and states in files beside it. One process at a time.
 *
 * <p>A file comes before the row that names it and goes after it. So a crash leaves at most files that nobody names, which
 * the next start removes.
 */
public final class DiskStorage implements Storage {
    private static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS module (id TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID",
            """
            CREATE TABLE IF NOT EXISTS ref (principal TEXT NOT NULL, module TEXT NOT NULL,
                PRIMARY KEY (principal, module)) WITHOUT ROWID""",
            """
            CREATE TABLE IF NOT EXISTS instance (
                principal TEXT NOT NULL, id TEXT NOT NULL, module TEXT NOT NULL, function TEXT NOT NULL,
                status TEXT NOT NULL, cause TEXT NOT NULL, result INTEGER NOT NULL, error TEXT NOT NULL,
                debugging INTEGER NOT NULL, suspending INTEGER NOT NULL,
                state INTEGER NOT NULL, state_size INTEGER NOT NULL,
                PRIMARY KEY (principal, id)) WITHOUT ROWID""",
            """
            CREATE TABLE IF NOT EXISTS nonce (principal TEXT NOT NULL, nonce TEXT NOT NULL, exp INTEGER NOT NULL,
                PRIMARY KEY (principal, nonce)) WITHOUT ROWID""",
            "CREATE INDEX IF NOT EXISTS nonce_exp ON nonce (exp)");

    private final Blobs modules;
    private final Blobs states;
    private final Journal journal;
    private final AtomicLong lastState = new AtomicLong();
    private long swept; // owned by the journal's thread

    /**
     * Opens a folder, which is made if need be.
     *
     * @throws StorageException if it cannot be used, for example because another process does
     */
    public DiskStorage(Path folder) {
        this.modules = new Blobs(folder.resolve("modules"));
        this.states = new Blobs(folder.resolve("states"));
        this.journal = new Journal(folder.resolve("gate.sqlite").toString(), SCHEMA);
    }

    @Override
    public Contents load() {
        Contents contents = journal.run(sql -> new Contents(
                sql.query("SELECT id, size FROM module", row -> new StoredModule(row.getString(1), row.getLong(2))),
                sql.query(
                        "SELECT principal, module FROM ref", row -> new StoredRef(row.getString(1), row.getString(2))),
                sql.query("SELECT * FROM instance", DiskStorage::instance)));
        Set<String> named = new HashSet<>();
        contents.modules().forEach(module -> named.add(module.id()));
        modules.keepOnly(named);
        named.clear();
        for (StoredInstance instance : contents.instances()) {
            named.add(Long.toString(instance.state()));
            lastState.accumulateAndGet(instance.state(), Math::max);
        }
        states.keepOnly(named);
        return contents;
    }

    private static StoredInstance instance(ResultSet row) throws SQLException {
        String cause = row.getString("cause");
        return new StoredInstance(
                row.getString("principal"),
                row.getString("id"),
                row.getString("module"),
                row.getString("function"),
                new Status(
                        State.valueOf(row.getString("status")),
                        cause.isEmpty() ? null : Cause.valueOf(cause),
                        row.getInt("result"),
                        row.getString("error")),
                row.getBoolean("debugging"),
                row.getBoolean("suspending"),
                row.getLong("state"),
                row.getLong("state_size"));
    }

    @Override
    public void addModule(String id, byte[] octets) {
        modules.write(id, octets);
        journal.run(sql -> sql.update("INSERT OR REPLACE INTO module VALUES (?, ?)", id, (long) octets.length));
    }

    @Override
    public byte[] module(String id) {
        return modules.read(id);
    }

    @Override
    public void removeModule(String id) {
        journal.run(sql -> sql.update("DELETE FROM module WHERE id = ?", id));
        modules.delete(id);
    }

    @Override
    public void addRef(StoredRef ref) {
        journal.run(sql -> sql.update("INSERT OR IGNORE INTO ref VALUES (?, ?)", ref.principal(), ref.module()));
    }

    @Override
    public void removeRef(StoredRef ref) {
        journal.run(
                sql -> sql.update("DELETE FROM ref WHERE principal = ? AND module = ?", ref.principal(), ref.module()));
    }

    @Override
    public long addState(byte[] octets) {
        long number = lastState.incrementAndGet();
        states.write(Long.toString(number), octets);
        return number;
    }

    @Override
    public byte[] state(long number) {
        return states.read(Long.toString(number));
    }

    @Override
    public void removeState(long number) {
        states.delete(Long.toString(number));
    }

    @Override
    public void saveInstance(StoredInstance i) {
        Status status = i.status();
        Cause cause = status.cause();
        Long before = journal.run(sql -> {
            Long old = named(sql, i.principal(), i.id());
            sql.update(
                    "INSERT OR REPLACE INTO instance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    i.principal(),
                    i.id(),
                    i.module(),
                    i.function(),
                    status.state().name(),
                    cause == null ? "" : cause.name(),
                    status.result(),
                    status.error(),
                    i.debugging() ? 1 : 0,
                    i.suspending() ? 1 : 0,
                    i.state(),
                    i.stateSize());
            return old;
        });
        if (before != null && before != 0 && before != i.state()) {
            removeState(before);
        }
    }

    @Override
    public void removeInstance(String principal, String id) {
        Long before = journal.run(sql -> {
            Long old = named(sql, principal, id);
            sql.update("DELETE FROM instance WHERE principal = ? AND id = ?", principal, id);
            return old;
        });
        if (before != null && before != 0) {
            removeState(before);
        }
    }

    private static @Nullable Long named(Journal sql, String principal, String id) throws SQLException {
        List<Long> found = sql.query(
                "SELECT state FROM instance WHERE principal = ? AND id = ?", row -> row.getLong(1), principal, id);
        return found.isEmpty() ? null : found.get(0);
    }

    @Override
    public boolean useNonce(String principal, String nonce, long exp, long now) {
        return journal.run(sql -> {
            if (now != swept) {
                swept = now;
                sql.update("DELETE FROM nonce WHERE exp < ?", now);
            }
            return sql.update("INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", principal, nonce, exp) == 1;
        });
    }

    @Override
    public void close() {
        journal.close();
    }
}
