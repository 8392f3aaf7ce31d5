package io.polywire.wamp.auth;

import io.polywire.wamp.auth.Credential.Cost;
import io.polywire.wamp.auth.Credential.Kdf;
import io.polywire.wamp.auth.Credential.Keys;
import io.polywire.wamp.auth.Credential.Salt;
import io.polywire.wamp.auth.Credential.Scram;
import io.polywire.wamp.auth.Credential.Shared;
import io.polywire.wamp.crypto.Crypto;
import java.util.Base64;
import java.util.List;

/** Makes credentials of passwords. Takes as long as the cost says. */
public final class Passwords {
    /** Argon2id with 19 MiB and two passes: what OWASP recommends as a minimum. */
    public static final Cost ARGON2ID = new Cost(Kdf.ARGON2ID, 2, 19 * 1024);

    /** PBKDF2 with as many iterations as OWASP recommends. */
    public static final Cost PBKDF2 = new Cost(Kdf.PBKDF2, 600_000, 0);

    /** Iterations of a salted WAMP-CRA key: the client pays for them at each join, on phones too. */
    static final int CRA_ITERATIONS = 100_000;

    private static final int SALT = 16;

    private Passwords() {}

    /**
     * Everything that a password is good for: SCRAM, ticket and WAMP-CRA.
     *
     * @throws IllegalArgumentException if it is empty or has characters that must not be in a password
     */
    public static List<Credential> credentials(String password, Cost cost) {
        return List.of(scram(password, cost), cra(password));
    }

    /** For SCRAM and ticket, with a new salt; throws as {@link #credentials}. */
    public static Scram scram(String password, Cost cost) {
        return scram(password, Crypto.random(SALT), cost);
    }

    /** For SCRAM and ticket; throws as {@link #credentials}. */
    public static Scram scram(String password, byte[] salt, Cost cost) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("a password must not be empty");
        }
        byte[] salted = salted(password, salt, cost);
        return new Scram(salt, cost, keys(salted), keys(asText(salted)));
    }

    /** For WAMP-CRA, with a new salt. */
    public static Shared cra(String password) {
        return cra(password, new Salt(Crypto.base64(Crypto.random(SALT)), CRA_ITERATIONS, Crypto.SIZE));
    }

    /** For WAMP-CRA. */
    public static Shared cra(String password, Salt salt) {
        byte[] key = Crypto.pbkdf2(password, Crypto.utf8(salt.salt()), salt.iterations(), salt.keylen());
        return new Shared(Base64.getEncoder().encode(key), salt);
    }

    /** Whether a text is the password; takes the same time in either case. */
    static boolean matches(String text, Scram scram) {
        byte[] salted;
        try {
            salted = salted(text, scram.salt(), scram.cost());
        } catch (IllegalArgumentException e) {
            return false; // It has characters that no password has, so it tells nothing about this one.
        }
        return Crypto.same(keys(salted).stored(), scram.keys().stored());
    }

    /** RFC 5802, section 3: SaltedPassword. */
    private static byte[] salted(String password, byte[] salt, Cost cost) {
        String prepared = Crypto.saslPrep(password);
        return switch (cost.kdf()) {
            case PBKDF2 -> Crypto.pbkdf2(prepared, salt, cost.iterations(), Crypto.SIZE);
            case ARGON2ID -> Crypto.argon2id(prepared, salt, cost.iterations(), cost.memory());
        };
    }

    /** RFC 5802, section 3: StoredKey and ServerKey. */
    private static Keys keys(byte[] salted) {
        byte[] client = Crypto.hmac(salted, Crypto.utf8("Client Key"));
        return new Keys(Crypto.sha256(client), Crypto.hmac(salted, Crypto.utf8("Server Key")));
    }

    private static byte[] asText(byte[] salted) {
        return Base64.getEncoder().withoutPadding().encode(salted);
    }
}
