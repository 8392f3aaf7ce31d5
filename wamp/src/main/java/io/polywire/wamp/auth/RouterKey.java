package io.polywire.wamp.auth;

import io.polywire.wamp.crypto.Crypto;
import java.security.PrivateKey;
import org.jspecify.annotations.Nullable;

/**
 * The router's own Ed25519 key, with which it proves itself to clients of WAMP-cryptosign that ask. Thread-safe.
 *
 * <p>The keys are made of the seed when somebody asks: the library for that takes time and memory, and few routers need it.
 */
public final class RouterKey {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pair(PrivateKey privateKey, byte[] publicKey) {}

    private final byte[] seed;
    private volatile @Nullable Pair pair;

    /**
     * @param seed the private key, 32 octets
     * @throws IllegalArgumentException if it has another length
     */
    public RouterKey(byte[] seed) {
        if (seed.length != Crypto.SIZE) {
            throw new IllegalArgumentException("an Ed25519 seed has 32 octets, not " + seed.length);
        }
        this.seed = seed.clone();
    }

    /** The public key of a seed, 32 octets each. */
    public static byte[] publicKeyOf(byte[] seed) {
        return Crypto.publicKey(seed);
    }

    /** 32 octets. */
    public byte[] publicKey() {
        return pair().publicKey.clone();
    }

    byte[] sign(byte[] message) {
        return Crypto.sign(pair().privateKey, message);
    }

    private Pair pair() {
        Pair made = pair;
        if (made == null) { // made twice if two ask at once: the same
            made = new Pair(Crypto.privateKey(seed), Crypto.publicKey(seed));
            pair = made;
        }
        return made;
    }
}
