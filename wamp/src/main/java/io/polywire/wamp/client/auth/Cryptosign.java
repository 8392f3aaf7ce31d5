package io.polywire.wamp.client.auth;

import io.polywire.model.Dict;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ed25519 signatures (WAMP, "Cryptosign-based Authentication"). */
final class Cryptosign implements Authenticator {
    private static final int OCTETS = 32;

    private final KeyPair keys;
    private final boolean bound;

    Cryptosign(byte[] seed, boolean bound) {
        if (seed.length != OCTETS) {
            throw new IllegalArgumentException("an Ed25519 seed has 32 octets, not " + seed.length);
        }
        this.keys = keys(seed);
        this.bound = bound;
    }

    @Override
    public String method() {
        return "cryptosign";
    }

    @Override
    public Exchange begin(Context context) {
        if (bound && context.tls() == null) {
            throw new AuthenticationException("channel binding needs TLS");
        }
        return new Signing(context);
    }

    private final class Signing implements Exchange {
        private final Context context;

        Signing(Context context) {
            this.context = context;
        }

        @Override
        public Map<String, @Nullable Object> hello() {
            Map<String, @Nullable Object> extra = new LinkedHashMap<>();
            extra.put("pubkey", HexFormat.of().formatHex(publicKey(keys)));
            extra.put("channel_binding", bound ? TlsBinding.TYPE : null);
            return extra;
        }

        @Override
        public Answer answer(Dict extra) {
            byte[] message = Fields.hex(extra, "challenge");
            if (message.length != OCTETS) {
                throw new AuthenticationException("the challenge has " + message.length + " octets, not 32");
            }
            if (bound) {
                // Without this a man in the middle could take the binding out.
                if (!TlsBinding.TYPE.equals(extra.get("channel_binding"))) {
                    throw new AuthenticationException("the router does not bind the channel");
                }
                Hashes.xor(message, TlsBinding.of(context));
            } else if (extra.get("channel_binding") != null) {
                throw new AuthenticationException("the router wants a channel binding that was not offered");
            }
            byte[] signature = sign(message);
            byte[] both = Arrays.copyOf(signature, signature.length + OCTETS);
            System.arraycopy(message, 0, both, signature.length, OCTETS);
            return new Answer(HexFormat.of().formatHex(both));
        }

        private byte[] sign(byte[] message) {
            try {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initSign(keys.getPrivate());
                signature.update(message);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new AuthenticationException("cannot sign", e);
            }
        }
    }

    /** The JDK derives the public key only when it generates the pair, so it is given the seed as its randomness. */
    private static KeyPair keys(byte[] seed) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519", "SunEC");
            generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        }
    }

    private static final class Given extends SecureRandom {
        private final byte[] octets;

        Given(byte[] octets) {
            this.octets = octets.clone();
        }

        @Override
        public void nextBytes(byte[] to) {
            System.arraycopy(octets, 0, to, 0, to.length);
        }
    }

    /** The last octets of the X.509 form (RFC 8410, section 4). */
    private static byte[] publicKey(KeyPair keys) {
        byte[] x509 = keys.getPublic().getEncoded();
        return Arrays.copyOfRange(x509, x509.length - OCTETS, x509.length);
    }
}
