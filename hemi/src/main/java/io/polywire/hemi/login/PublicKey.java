package io.polywire.hemi.login;

import java.util.HexFormat;
import org.bouncycastle.math.ec.ECPoint;
import org.jspecify.annotations.Nullable;

/** A public key on secp256k1. Immutable. */
public final class PublicKey {
    private static final int COMPRESSED = 33;
    private static final int UNCOMPRESSED = 65;

    private final ECPoint point;
    private final String hex;

    PublicKey(ECPoint point) {
        this.point = point;
        this.hex = HexFormat.of().formatHex(point.getEncoded(true));
    }

    /**
     * Takes about 0.1 ms for a compressed key.
     *
     * @param hex 33 octets (compressed) or 65 (uncompressed, hybrid) in hexadecimal of any case, without prefix
     * @throws IllegalArgumentException if they are no point of the curve
     */
    public static PublicKey ofHex(String hex) {
        if (hex.length() != 2 * COMPRESSED && hex.length() != 2 * UNCOMPRESSED) {
            throw new IllegalArgumentException("a public key has 33 or 65 octets");
        }
        return new PublicKey(Secp256k1.point(HexFormat.of().parseHex(hex)));
    }

    /** The compressed form in lower-case hexadecimal, 66 digits. */
    public String hex() {
        return hex;
    }

    boolean signed(byte[] hash, byte[] signature) {
        return Secp256k1.signed(point, hash, signature);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PublicKey k && hex.equals(k.hex);
    }

    @Override
    public int hashCode() {
        return hex.hashCode();
    }

    @Override
    public String toString() {
        return hex;
    }
}
