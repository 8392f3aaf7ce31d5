package io.polywire.wamp.auth;

import io.polywire.wamp.crypto.Crypto;
import org.jspecify.annotations.Nullable;

/**
 * What proves that somebody is a principal. None of them holds a password; {@link Shared} without salt holds a secret.
 *
 * <p>The arrays are not copied and must not be written to. Texts of these records show no secrets.
 */
@SuppressWarnings("ArrayRecordComponent") // They are compared in constant time, never by equals.
public sealed interface Credential {
    /**
     * A random ticket, as its hash. For tickets that cannot be guessed: it is not a slow hash.
     *
     * @param sha256 of the ticket in UTF-8
     * @param expires in milliseconds since 1970; {@link Long#MAX_VALUE} for never
     */
    record Token(byte[] sha256, long expires) implements Credential {
        public static Token of(String ticket, long expires) {
            return new Token(Crypto.sha256(Crypto.utf8(ticket)), expires);
        }
    }

    /**
     * The key of WAMP-CRA.
     *
     * @param key the secret in UTF-8; where it is salted, base64 of what PBKDF2 makes of it
     * @param salt how the key is made of the secret, null if the key is the secret
     */
    record Shared(byte[] key, @Nullable Salt salt) implements Credential {
        @Override
        public String toString() {
            return "Shared[salt=" + salt + "]";
        }
    }

    /**
     * How a salted key of WAMP-CRA is derived, with PBKDF2-HMAC-SHA256.
     *
     * @param salt text
     * @param iterations at least 1
     * @param keylen octets of the derived key
     */
    record Salt(String salt, int iterations, int keylen) {}

    /** How SCRAM makes a salted password of a password. */
    enum Kdf {
        PBKDF2("pbkdf2"),
        /** Argon2id, version 1.3, one lane. */
        ARGON2ID("argon2id13");

        private final String text;

        Kdf(String text) {
            this.text = text;
        }

        /** The name in CHALLENGE.Extra. */
        public String text() {
            return text;
        }

        /** @throws IllegalArgumentException if there is none of that name */
        public static Kdf of(String text) {
            return switch (text) {
                case "pbkdf2" -> PBKDF2;
                case "argon2id13", "argon2id-13" -> ARGON2ID;
                default ->
                    throw new IllegalArgumentException("the key derivation must be pbkdf2 or argon2id13, not " + text);
            };
        }
    }

    /**
     * The cost of a key derivation.
     *
     * @param iterations at least 1
     * @param memory KiB, for Argon2id; 0 for PBKDF2
     */
    record Cost(Kdf kdf, int iterations, int memory) {}

    /**
     * What a server keeps for SCRAM (RFC 5802, section 3); also good to check a password that was sent as a ticket.
     *
     * @param salt octets
     * @param keys of the salted password
     * @param textKeys of the salted password in base64 without padding, which the method {@code scram} of Autobahn uses;
     *     null where they are not known
     */
    record Scram(
            byte[] salt, Cost cost, Keys keys, @Nullable Keys textKeys) implements Credential {}

    /**
     * StoredKey and ServerKey, 32 octets each.
     */
    record Keys(byte[] stored, byte[] server) {}

    /**
     * An Ed25519 key of WAMP-cryptosign.
     *
     * @param key 32 octets
     */
    record PublicKey(byte[] key) implements Credential {}

    /**
     * A TLS client certificate.
     *
     * @param fingerprint SHA-256 of its DER form, 64 hexadecimal digits in lower case
     */
    record Certificate(String fingerprint) implements Credential {}
}
