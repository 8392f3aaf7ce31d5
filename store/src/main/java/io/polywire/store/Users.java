package io.polywire.store;

import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Principal;
import io.polywire.wamp.auth.PrincipalSource;
import io.polywire.wamp.auth.StaticPrincipals;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The users of realms: principals with salted credentials. Thread-safe; reading blocks. */
public final class Users implements PrincipalSource {
    /** What WELCOME shows as authprovider. */
    public static final String PROVIDER = "store";

    /**
     * A user as a list shows it.
     *
     * @param credentials what there is of each kind, in words
     */
    public record User(String realm, String authid, String role, Instant created, List<String> credentials) {}

    private static final int TICKET_OCTETS = 32;

    private final Store store;

    Users(Store store) {
        this.store = store;
    }

    /**
     * Adds a user.
     *
     * @return fails with {@link StoreException} if there is one of that name, or a key belongs to another
     */
    public CompletableFuture<@Nullable Void> add(
            String realm, String authid, String role, List<Credential> credentials) {
        return store.write(database -> {
            if (exists(database, realm, authid)) {
                throw new StoreException("realm " + realm + " has a user " + authid + " already");
            }
            insert(database, realm, authid, role, credentials);
            return null;
        });
    }

    /** Adds a user, in place of the one of that name if there is one, tokens included. */
    public CompletableFuture<@Nullable Void> replace(
            String realm, String authid, String role, List<Credential> credentials) {
        return store.write(database -> {
            delete(database, realm, authid);
            insert(database, realm, authid, role, credentials);
            return null;
        });
    }

    private static void insert(
            Database database, String realm, String authid, String role, List<Credential> credentials) {
        long now = System.currentTimeMillis();
        database.update("INSERT INTO principal VALUES (?, ?, ?, ?)", realm, authid, role, now);
        for (Credential one : credentials) {
            insert(database, realm, authid, one, "", now);
        }
    }

    private static void insert(Database database, String realm, String authid, Credential one, String label, long now) {
        String key = StaticPrincipals.key(one);
        String owner = key == null
                ? null
                : database.first(
                        "SELECT authid FROM credential WHERE realm = ? AND key = ?",
                        row -> row.getString(1),
                        realm,
                        key);
        if (owner != null) {
            throw new StoreException("the key " + key + " belongs to the user " + owner + " of realm " + realm);
        }
        CredentialForm form = CredentialForm.of(one);
        database.update(
                "INSERT INTO credential (realm, authid, kind, key, label, created, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
                realm,
                authid,
                form.kind(),
                key,
                label,
                now,
                form.data());
    }

    /** Completes with whether there was one. Its credentials and tokens go with it. */
    public CompletableFuture<Boolean> remove(String realm, String authid) {
        return store.write(database -> delete(database, realm, authid));
    }

    private static boolean delete(Database database, String realm, String authid) {
        return database.update("DELETE FROM principal WHERE realm = ? AND authid = ?", realm, authid) > 0;
    }

    private static boolean exists(Database database, String realm, String authid) {
        return database.first(
                        "SELECT 1 FROM principal WHERE realm = ? AND authid = ?", row -> row.getInt(1), realm, authid)
                != null;
    }

    /**
     * Makes a ticket with which a user can authenticate; only its hash is kept.
     *
     * @param label by which a person knows it again
     * @param expires {@link Instant#MAX} for never
     * @return the ticket; fails with {@link StoreException} if there is no such user
     */
    public CompletableFuture<String> issueToken(String realm, String authid, String label, Instant expires) {
        byte[] octets = new byte[TICKET_OCTETS];
        new SecureRandom().nextBytes(octets);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
        long until = expires.equals(Instant.MAX) ? Long.MAX_VALUE : expires.toEpochMilli();
        return store.write(database -> {
            if (!exists(database, realm, authid)) {
                throw new StoreException("realm " + realm + " has no user " + authid);
            }
            insert(database, realm, authid, Credential.Token.of(ticket, until), label, System.currentTimeMillis());
            return ticket;
        });
    }

    /** Completes with how many there were. */
    public CompletableFuture<Integer> revokeTokens(String realm, String authid) {
        return store.write(database -> database.update(
                "DELETE FROM credential WHERE realm = ? AND authid = ? AND kind = ?",
                realm,
                authid,
                CredentialForm.TOKEN));
    }

    /** All users, or those of a realm; by realm and name. Blocks. */
    public List<User> list(@Nullable String realm) {
        return store.read(database -> database
                .query(
                        "SELECT realm, authid, role, created FROM principal WHERE ? IS NULL OR realm = ?"
                                + " ORDER BY realm, authid",
                        row -> new User(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                Instant.ofEpochMilli(row.getLong(4)),
                                List.of()),
                        realm,
                        realm)
                .stream()
                .map(user -> new User(
                        user.realm, user.authid, user.role, user.created, shown(database, user.realm, user.authid)))
                .toList());
    }

    private static List<String> shown(Database database, String realm, String authid) {
        return database.query(
                "SELECT kind, data, label FROM credential WHERE realm = ? AND authid = ? ORDER BY id",
                row -> {
                    CredentialForm form = new CredentialForm(row.getString(1), row.getBytes(2));
                    String label = row.getString(3);
                    return form.shown() + (label.isEmpty() ? "" : " (" + label + ")");
                },
                realm,
                authid);
    }

    // --- for authentication ----------------------------------------------------------------------------------------

    @Override
    public @Nullable Principal find(String realm, String authid) {
        return principal(database -> authid, realm);
    }

    @Override
    public @Nullable Principal byKey(String realm, String key) {
        return principal(
                database -> database.first(
                        "SELECT authid FROM credential WHERE realm = ? AND key = ?",
                        row -> row.getString(1),
                        realm,
                        key),
                realm);
    }

    @Override
    public @Nullable Principal near(String realm, String text) {
        return principal(
                database -> {
                    String next = database.first(
                            "SELECT authid FROM principal WHERE realm = ? AND authid >= ? ORDER BY authid LIMIT 1",
                            row -> row.getString(1),
                            realm,
                            text);
                    return next != null
                            ? next
                            : database.first(
                                    "SELECT authid FROM principal WHERE realm = ? ORDER BY authid LIMIT 1",
                                    row -> row.getString(1),
                                    realm);
                },
                realm);
    }

    private @Nullable Principal principal(Function<Database, @Nullable String> name, String realm) {
        return store.read(database -> {
            String authid = name.apply(database);
            String role = authid == null
                    ? null
                    : database.first(
                            "SELECT role FROM principal WHERE realm = ? AND authid = ?",
                            row -> row.getString(1),
                            realm,
                            authid);
            return authid == null || role == null
                    ? null
                    : new Principal(authid, role, PROVIDER, credentials(database, realm, authid), Map.of());
        });
    }

    private static List<Credential> credentials(Database database, String realm, String authid) {
        return database.query(
                "SELECT kind, data FROM credential WHERE realm = ? AND authid = ? ORDER BY id",
                row -> new CredentialForm(row.getString(1), row.getBytes(2)).credential(),
                realm,
                authid);
    }
}
