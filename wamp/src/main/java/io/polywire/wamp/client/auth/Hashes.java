package io.polywire.wamp.client.auth;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** SHA-256 and what is made of it. */
final class Hashes {
    private Hashes() {}

    static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        }
    }

    static byte[] hmac(byte[] key, byte[] data) {
        return mac(key).doFinal(data);
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // Keys are padded with zeros, so one zero is the empty key, which the JDK does not take.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        }
    }

    /** PBKDF2-HMAC-SHA256 (RFC 8018, section 5.2) of octets; the JDK's own takes characters. */
    static byte[] pbkdf2(byte[] password, byte[] salt, int iterations, int length) {
        Mac mac = mac(password);
        byte[] out = new byte[length];
        for (int block = 1, at = 0; at < length; block++, at += 32) {
            mac.update(salt);
            mac.update(new byte[] {(byte) (block >> 24), (byte) (block >> 16), (byte) (block >> 8), (byte) block});
            byte[] u = mac.doFinal();
            byte[] t = u.clone();
            for (int i = 1; i < iterations; i++) {
                u = mac.doFinal(u);
                xor(t, u);
            }
            System.arraycopy(t, 0, out, at, Math.min(32, length - at));
        }
        return out;
    }

    /** Into the first one. */
    static void xor(byte[] to, byte[] with) {
        for (int i = 0; i < to.length; i++) {
            to[i] ^= with[i];
        }
    }
}
