package io.polywire.wamp.crypto;

import com.ongres.saslprep.SASLprep;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/** The primitives of all methods of authentication, for routers and clients. Stateless. */
public final class Crypto {
    /** Octets of a hash, a key, a challenge. */
    public static final int SIZE = 32;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final SASLprep SASL_PREP = new SASLprep();

    /** What precedes the 32 octets of an Ed25519 key in X.509 and PKCS#8 (RFC 8410, sections 4 and 7). */
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private Crypto() {}

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    public static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    public static byte[] random(int octets) {
        byte[] random = new byte[octets];
        RANDOM.nextBytes(random);
        return random;
    }

    public static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        }
    }

    public static byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // Keys are padded with zeros, so one zero is the empty key, which the JDK does not take.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        }
    }

    /** PBKDF2-HMAC-SHA256 (RFC 8018, section 5.2) of the password in UTF-8. */
    public static byte[] pbkdf2(String password, byte[] salt, int iterations, int octets) {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, octets * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        } finally {
            spec.clearPassword();
        }
    }

    /** Argon2id (RFC 9106), version 1.3, one lane, 32 octets. */
    public static byte[] argon2id(String password, byte[] salt, int iterations, int memoryKib) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(salt)
                .withIterations(iterations)
                .withMemoryAsKB(memoryKib)
                .withParallelism(1)
                .build());
        byte[] out = new byte[SIZE];
        generator.generateBytes(utf8(password), out);
        return out;
    }

    /**
     * SASLprep (RFC 4013). Characters that Unicode got after 3.2 (emoji, say) are allowed, as in a query, because passwords
     * have them by now.
     *
     * @throws IllegalArgumentException if there is a character that must not be in a name or password
     */
    public static String saslPrep(String text) {
        return SASL_PREP.prepareQuery(text);
    }

    /** Of 32 octets each. */
    public static byte[] xor(byte[] one, byte[] other) {
        byte[] out = new byte[one.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) (one[i] ^ other[i]);
        }
        return out;
    }

    /** In a time that does not depend on where they differ. */
    public static boolean same(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }

    /** Whether it is the Ed25519 signature (RFC 8032) of the message by the owner of the key; false for a bad key too. */
    public static boolean signed(byte[] key, byte[] message, byte[] signature) {
        try {
            PublicKey publicKey =
                    KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(join(X509, key)));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(publicKey);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException
                | java.security.InvalidKeyException
                | java.security.spec.InvalidKeySpecException e) {
            return false; // Not a point of the curve, or not a signature.
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        }
    }

    /** The private key of a seed of 32 octets. */
    public static PrivateKey privateKey(byte[] seed) {
        try {
            return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(join(PKCS8, seed)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("an Ed25519 seed has 32 octets", e);
        }
    }

    /** The public key of a seed, 32 octets each. */
    public static byte[] publicKey(byte[] seed) {
        return new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded();
    }

    public static byte[] sign(PrivateKey key, byte[] message) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static byte[] join(byte[] one, byte[] other) {
        byte[] both = new byte[one.length + other.length];
        System.arraycopy(one, 0, both, 0, one.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
