package io.polywire.gate.door;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;

/** Who is let in. */
public sealed interface AccessPolicy {
    /** Every key, and whoever has none where the API allows that. */
    AccessPolicy PUBLIC = new Public();

    /** See {@link #PUBLIC}. */
    record Public() implements AccessPolicy {}

    /**
     * The listed keys.
     *
     * @param keys public keys in base64url
     */
    record Ssh(Set<String> keys) implements AccessPolicy {
        public Ssh {
            keys = Set.copyOf(keys);
        }
    }

    /**
     * The Ed25519 keys of an OpenSSH {@code authorized_keys} file; keys of other types, comments and options are passed
     * over.
     *
     * @throws IllegalArgumentException if an Ed25519 key is damaged, with the number of its line
     */
    static AccessPolicy ssh(String authorizedKeys) {
        Set<String> keys = new HashSet<>();
        int number = 0;
        for (String line : authorizedKeys.split("\n", -1)) {
            number++;
            String[] fields = line.strip().split("\\s+");
            for (int i = 0; i + 1 < fields.length && !fields[0].startsWith("#"); i++) {
                if (fields[i].equals("ssh-ed25519")) {
                    keys.add(x(fields[i + 1], number));
                    break;
                }
            }
        }
        return new Ssh(keys);
    }

    private static String x(String blob, int line) {
        // RFC 8709, section 4: the name of the type and the key, each behind its length in four octets.
        byte[] start = new byte[] {0, 0, 0, 11, 's', 's', 'h', '-', 'e', 'd', '2', '5', '5', '1', '9', 0, 0, 0, 32};
        byte[] octets;
        try {
            octets = Base64.getDecoder().decode(blob.getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("line " + line + ": the key is not base64", e);
        }
        if (octets.length != start.length + 32
                || java.util.Arrays.mismatch(octets, 0, start.length, start, 0, start.length) >= 0) {
            throw new IllegalArgumentException("line " + line + " holds no Ed25519 key");
        }
        byte[] key = java.util.Arrays.copyOfRange(octets, start.length, octets.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
    }
}
