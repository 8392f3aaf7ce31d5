package io.polywire.store;

import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Credential.Cost;
import io.polywire.wamp.auth.Credential.Kdf;
import io.polywire.wamp.auth.Credential.Keys;
import io.polywire.wamp.auth.Credential.Salt;
import io.polywire.wamp.auth.Credential.Scram;
import io.polywire.wamp.auth.Credential.Shared;
import io.polywire.wamp.auth.Passwords;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * What may stand in a configuration file in place of a password: all that the server needs to check it, salted.
 *
 * <pre>
 * salted:KDF:ITERATIONS:MEMORY:SALT:STORED:SERVER:TEXT_STORED:TEXT_SERVER:CRA_SALT:CRA_ITERATIONS:CRA_KEY
 * </pre>
 *
 * Salts and keys are in base64. It serves wamp-scram, ticket and wampcra. The last key is enough to authenticate with wampcra,
 * so the file is still to be guarded.
 */
public final class SaltedPassword {
    private static final String MARK = "salted:";
    private static final int PARTS = 11;
    private static final int KEY = 32;

    private SaltedPassword() {}

    /** Whether a text begins as one. */
    public static boolean isSalted(String text) {
        return text.startsWith(MARK);
    }

    /**
     * Salts a password; takes as long as the cost says.
     *
     * @throws IllegalArgumentException if it is empty or has characters that must not be in a password
     */
    public static String of(String password, Cost cost) {
        Scram scram = null;
        Shared cra = null;
        for (Credential one : Passwords.credentials(password, cost)) {
            switch (one) {
                case Scram made -> scram = made;
                case Shared made -> cra = made;
                default -> throw new IllegalStateException("a password is good for " + one.getClass());
            }
        }
        Keys text = scram == null ? null : scram.textKeys();
        Salt salt = cra == null ? null : cra.salt();
        if (scram == null || cra == null || text == null || salt == null) {
            throw new IllegalStateException("a password is good for less than it was");
        }
        return MARK
                + String.join(
                        ":",
                        scram.cost().kdf().text(),
                        Integer.toString(scram.cost().iterations()),
                        Integer.toString(scram.cost().memory()),
                        base64(scram.salt()),
                        base64(scram.keys().stored()),
                        base64(scram.keys().server()),
                        base64(text.stored()),
                        base64(text.server()),
                        base64(salt.salt().getBytes(StandardCharsets.UTF_8)),
                        Integer.toString(salt.iterations()),
                        base64(cra.key()));
    }

    /**
     * The credentials of the password.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    public static List<Credential> parse(String text) {
        String[] parts = text.substring(MARK.length()).split(":", -1);
        if (parts.length != PARTS) {
            throw new IllegalArgumentException("expected " + PARTS + " parts after " + MARK + ", not " + parts.length);
        }
        Scram scram = new Scram(
                octets(parts[3]),
                new Cost(Kdf.of(parts[0]), positive(parts[1]), Integer.parseInt(parts[2])),
                new Keys(key(parts[4]), key(parts[5])),
                new Keys(key(parts[6]), key(parts[7])));
        String salt = new String(octets(parts[8]), StandardCharsets.UTF_8);
        return List.of(scram, new Shared(octets(parts[10]), new Salt(salt, positive(parts[9]), KEY)));
    }

    private static int positive(String text) {
        int number = Integer.parseInt(text);
        if (number < 1) {
            throw new IllegalArgumentException("iterations must be positive");
        }
        return number;
    }

    private static byte[] key(String text) {
        byte[] key = octets(text);
        if (key.length != KEY) {
            throw new IllegalArgumentException("a key has " + key.length + " octets, expected " + KEY);
        }
        return key;
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private static byte[] octets(String text) {
        return Base64.getDecoder().decode(text);
    }
}
