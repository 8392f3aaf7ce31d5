package io.polywire.store;

import java.util.List;

/** The tables. A change is a new list of statements at the end, never a change of an older one. */
final class Schema {
    private static final List<List<String>> MIGRATIONS = List.of(List.of(
            "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
            """
            CREATE TABLE principal (
                realm TEXT NOT NULL, authid TEXT NOT NULL, role TEXT NOT NULL, created INTEGER NOT NULL,
                PRIMARY KEY (realm, authid)) WITHOUT ROWID""",
            """
            CREATE TABLE credential (
                id INTEGER PRIMARY KEY, realm TEXT NOT NULL, authid TEXT NOT NULL, kind TEXT NOT NULL,
                key TEXT, label TEXT NOT NULL, created INTEGER NOT NULL, data BLOB NOT NULL,
                FOREIGN KEY (realm, authid) REFERENCES principal ON DELETE CASCADE)""",
            "CREATE INDEX credential_owner ON credential (realm, authid)",
            "CREATE UNIQUE INDEX credential_key ON credential (realm, key) WHERE key IS NOT NULL",
            """
            CREATE TABLE event (
                realm TEXT NOT NULL, rule TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
                serialization TEXT NOT NULL, publish BLOB NOT NULL, details BLOB NOT NULL,
                PRIMARY KEY (realm, rule, number)) WITHOUT ROWID""",
            """
            CREATE TABLE value (
                space TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, expires INTEGER NOT NULL,
                PRIMARY KEY (space, key)) WITHOUT ROWID""",
            "CREATE INDEX value_expires ON value (expires)"));

    private Schema() {}

    /**
     * Brings a file to this version; in a transaction, so a migration is done wholly or not at all.
     *
     * @throws StoreException if a newer version has written the file
     */
    static void migrate(Database database) {
        database.execute("BEGIN IMMEDIATE");
        try {
            database.execute(
                    "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, applied INTEGER NOT NULL)");
            Integer found = database.first("SELECT coalesce(max(version), 0) FROM migration", row -> row.getInt(1));
            int version = found == null ? 0 : found;
            if (version > MIGRATIONS.size()) {
                throw new StoreException("the data was written by a newer version: it has the form " + version
                        + ", and this version knows forms up to " + MIGRATIONS.size());
            }
            for (int next = version + 1; next <= MIGRATIONS.size(); next++) {
                MIGRATIONS.get(next - 1).forEach(database::execute);
                database.update("INSERT INTO migration VALUES (?, ?)", next, System.currentTimeMillis());
            }
            database.execute("COMMIT");
        } catch (RuntimeException e) {
            database.execute("ROLLBACK");
            throw e;
        }
    }
}
