package io.polywire.hemi.login;

import java.math.BigInteger;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * Compact recoverable ECDSA signatures on secp256k1 (SEC 2, section 2.4.1): {@code 27 + 4 + recovery id}, r and s of 32
 * octets each. Thread-safe.
 */
final class Secp256k1 {
    static final int SIGNATURE_LENGTH = 65;

    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");
    private static final BigInteger N = CURVE.getN();
    private static final BigInteger HALF_N = N.shiftRight(1);
    private static final BigInteger P = CURVE.getCurve().getField().getCharacteristic();

    /** First octet of a signature with recovery id 0 and an uncompressed key. */
    private static final int FIRST_CODE = 27;

    /** Added for a compressed key. */
    private static final int COMPRESSED = 4;

    private Secp256k1() {}

    static boolean isSecret(BigInteger d) {
        return d.signum() > 0 && d.compareTo(N) < 0;
    }

    static BigInteger order() {
        return N;
    }

    static ECPoint publicPoint(BigInteger secret) {
        return new FixedPointCombMultiplier().multiply(CURVE.getG(), secret).normalize();
    }

    /**
     * @param octets compressed, uncompressed or hybrid
     * @throws IllegalArgumentException if they are no point of the curve
     */
    static ECPoint point(byte[] octets) {
        return CURVE.getCurve().decodePoint(octets).normalize();
    }

    /** Signs a hash of 32 octets with the nonce of RFC 6979 (HMAC-SHA-256); s is the lower of the two. */
    static byte[] sign(BigInteger secret, byte[] hash) {
        BigInteger e = new BigInteger(1, hash);
        HMacDSAKCalculator nonces = new HMacDSAKCalculator(new SHA256Digest());
        nonces.init(N, secret, hash);
        while (true) {
            BigInteger k = nonces.nextK();
            ECPoint point = publicPoint(k);
            BigInteger x = point.getAffineXCoord().toBigInteger();
            BigInteger r = x.mod(N);
            BigInteger s = BigIntegers.modOddInverse(N, k)
                    .multiply(e.add(secret.multiply(r)))
                    .mod(N);
            if (r.signum() == 0 || s.signum() == 0) {
                continue;
            }
            int recovery = (isOdd(point) ? 1 : 0) | (x.compareTo(N) >= 0 ? 2 : 0);
            if (s.compareTo(HALF_N) > 0) {
                s = N.subtract(s);
                recovery ^= 1;
            }
            byte[] signature = new byte[SIGNATURE_LENGTH];
            signature[0] = (byte) (FIRST_CODE + COMPRESSED + recovery);
            BigIntegers.asUnsignedByteArray(r, signature, 1, 32);
            BigIntegers.asUnsignedByteArray(s, signature, 33, 32);
            return signature;
        }
    }

    /**
     * Whether the key that can be recovered from the signature is this one. Instead of recovering it, the point of the
     * signature is computed from the key, u1 G + u2 Q, and compared in both coordinates: that needs no square root.
     */
    static boolean signed(ECPoint key, byte[] hash, byte[] signature) {
        int code = signature.length == SIGNATURE_LENGTH ? (signature[0] & 0xFF) - FIRST_CODE : -1;
        if (code < 0 || code > 7) {
            return false;
        }
        BigInteger r = new BigInteger(1, signature, 1, 32);
        BigInteger s = new BigInteger(1, signature, 33, 32);
        BigInteger x = (code & 2) == 0 ? r : r.add(N);
        if (!isSecret(r) || !isSecret(s) || x.compareTo(P) >= 0) {
            return false;
        }
        BigInteger inverse = BigIntegers.modOddInverseVar(N, s);
        BigInteger u1 = new BigInteger(1, hash).multiply(inverse).mod(N);
        BigInteger u2 = r.multiply(inverse).mod(N);
        ECPoint point =
                ECAlgorithms.sumOfTwoMultiplies(CURVE.getG(), u1, key, u2).normalize();
        return !point.isInfinity()
                && point.getAffineXCoord().toBigInteger().equals(x)
                && isOdd(point) == ((code & 1) == 1);
    }

    private static boolean isOdd(ECPoint point) {
        return point.getAffineYCoord().testBitZero();
    }
}
