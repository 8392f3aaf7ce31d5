package io.polywire.webwire.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;

/**
 * A session as it is stored: without its key, so that who reads the store cannot take sessions over.
 *
 * @param digest of the key, see {@link #digest}
 * @param authid who the session is; empty where a session is no identity of a realm
 * @param authrole likewise
 * @param created when, as told to clients
 * @param lastUsed when it was created, restored, or lost its connection last
 * @param info JSON
 */
public record StoredSession(
        String digest, String authid, String authrole, OffsetDateTime created, Instant lastUsed, String info) {
    /** SHA-256 of the key in UTF-8, in hexadecimal digits. The key has 384 random bits, so that no salt is needed. */
    public static String digest(String key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    /** The same, used later. */
    public StoredSession usedAt(Instant later) {
        return new StoredSession(digest, authid, authrole, created, later, info);
    }
}
