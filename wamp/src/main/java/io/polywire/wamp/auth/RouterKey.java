package io.polywire.wamp.auth;

import io.polywire.wamp.crypto.Crypto;
import java.security.PrivateKey;

/** The router's own Ed25519 key, with which it proves itself to clients of WAMP-cryptosign that ask. */
public final class RouterKey {
    private final PrivateKey privateKey;
    private final byte[] publicKey;

    /**
     * @param seed the private key, 32 octets
     * @throws IllegalArgumentException if it has another length
     */
    public RouterKey(byte[] seed) {
        if (seed.length != Crypto.SIZE) {
            throw new IllegalArgumentException("an Ed25519 seed has 32 octets, not " + seed.length);
        }
        this.privateKey = Crypto.privateKey(seed);
        this.publicKey = publicKeyOf(seed);
    }

    /** The public key of a seed, 32 octets each. */
    public static byte[] publicKeyOf(byte[] seed) {
        return Crypto.publicKey(seed);
    }

    /** 32 octets. */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    byte[] sign(byte[] message) {
        return Crypto.sign(privateKey, message);
    }
}
