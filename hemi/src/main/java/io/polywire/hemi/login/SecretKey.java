package io.polywire.hemi.login;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A private key on secp256k1. Immutable; never shows itself. */
public final class SecretKey {
    private final BigInteger secret;
    private final PublicKey publicKey;

    private SecretKey(BigInteger secret) {
        this.secret = secret;
        this.publicKey = new PublicKey(Secp256k1.publicPoint(secret));
    }

    /**
     * @param hex 32 octets in hexadecimal
     * @throws IllegalArgumentException if they are no private key
     */
    public static SecretKey ofHex(String hex) {
        if (hex.length() != 64) {
            throw new IllegalArgumentException("a private key has 32 octets");
        }
        BigInteger secret = new BigInteger(1, HexFormat.of().parseHex(hex));
        if (!Secp256k1.isSecret(secret)) {
            throw new IllegalArgumentException("a private key is not zero and below the order of the curve");
        }
        return new SecretKey(secret);
    }

    /** A new one. */
    public static SecretKey generate() {
        SecureRandom random = new SecureRandom();
        BigInteger secret = new BigInteger(Secp256k1.order().bitLength(), random);
        while (!Secp256k1.isSecret(secret)) {
            secret = new BigInteger(Secp256k1.order().bitLength(), random);
        }
        return new SecretKey(secret);
    }

    /** What others know it by. */
    public PublicKey publicKey() {
        return publicKey;
    }

    byte[] sign(byte[] hash) {
        return Secp256k1.sign(secret, hash);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretKey key && secret.equals(key.secret);
    }

    @Override
    public int hashCode() {
        return publicKey.hex().hashCode();
    }

    @Override
    public String toString() {
        return "private key of " + publicKey.hex();
    }
}
