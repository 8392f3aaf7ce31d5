package io.polywire.store;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keys and values, which may expire. Thread-safe; see {@link Store} for what blocks. */
public final class Table {
    /**
     * One row.
     *
     * @param expires when it goes; {@link Instant#MAX} for never
     */
    @SuppressWarnings("ArrayRecordComponent") // A row is read once and not compared.
    public record Entry(String key, byte[] value, Instant expires) {}

    private static final String LIVING =
            "(SELECT value, expires FROM value WHERE space = ? AND key = ? AND expires > ?)";

    private final Store store;
    private final String name;

    Table(Store store, String name) {
        this.store = store;
        this.name = name;
    }

    /** The value, null if there is none or it has expired. Blocks. */
    public byte @Nullable [] get(String key) {
        return store.read(
                database -> database.first("SELECT value FROM " + LIVING, row -> row.getBytes(1), name, key, now()));
    }

    /** All that have not expired, by key. Blocks. */
    public List<Entry> all() {
        return store.read(database -> database.query(
                "SELECT key, value, expires FROM value WHERE space = ? AND expires > ? ORDER BY key",
                row -> new Entry(row.getString(1), row.getBytes(2), instant(row.getLong(3))),
                name,
                now()));
    }

    /** Sets the value; {@link Instant#MAX} lets it stay. */
    public CompletableFuture<@Nullable Void> put(String key, byte[] value, Instant expires) {
        byte[] copy = value.clone();
        return store.write(database -> {
            put(database, key, copy, expires);
            return null;
        });
    }

    /** Sets the value where there is none; completes with whether it did. For nonces, locks and the like. */
    public CompletableFuture<Boolean> putIfAbsent(String key, byte[] value, Instant expires) {
        byte[] copy = value.clone();
        return store.write(database -> {
            boolean absent = database.first("SELECT 1 FROM " + LIVING, row -> row.getInt(1), name, key, now()) == null;
            if (absent) {
                put(database, key, copy, expires);
            }
            return absent;
        });
    }

    private void put(Database database, String key, byte[] value, Instant expires) {
        database.update("INSERT OR REPLACE INTO value VALUES (?, ?, ?, ?)", name, key, value, millis(expires));
    }

    /** Completes with whether there was one. */
    public CompletableFuture<Boolean> remove(String key) {
        return store.write(database -> database.update("DELETE FROM value WHERE space = ? AND key = ?", name, key) > 0);
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    private static long millis(Instant time) {
        try {
            return time.toEpochMilli();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE; // Later than any clock will tell.
        }
    }

    private static Instant instant(long millis) {
        return millis == Long.MAX_VALUE ? Instant.MAX : Instant.ofEpochMilli(millis);
    }
}
