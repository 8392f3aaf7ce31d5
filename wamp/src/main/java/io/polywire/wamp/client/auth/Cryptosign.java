package io.polywire.wamp.client.auth;

import io.polywire.model.Dict;
import io.polywire.wamp.crypto.Crypto;
import java.security.PrivateKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ed25519 signatures (WAMP, "Cryptosign-based Authentication"). */
final class Cryptosign implements Authenticator {
    private final PrivateKey key;
    private final String publicKey;
    private final boolean bound;

    Cryptosign(byte[] seed, boolean bound) {
        if (seed.length != Crypto.SIZE) {
            throw new IllegalArgumentException("an Ed25519 seed has 32 octets, not " + seed.length);
        }
        this.key = Crypto.privateKey(seed);
        this.publicKey = Crypto.hex(Crypto.publicKey(seed));
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
            extra.put("pubkey", publicKey);
            extra.put("channel_binding", bound ? TlsBinding.TYPE : null);
            return extra;
        }

        @Override
        public Answer answer(Dict extra) {
            byte[] message = Fields.hex(extra, "challenge");
            if (message.length != Crypto.SIZE) {
                throw new AuthenticationException("the challenge has " + message.length + " octets, not 32");
            }
            if (bound) {
                // Without this a man in the middle could take the binding out.
                if (!TlsBinding.TYPE.equals(extra.get("channel_binding"))) {
                    throw new AuthenticationException("the router does not bind the channel");
                }
                message = Crypto.xor(message, TlsBinding.of(context));
            } else if (extra.get("channel_binding") != null) {
                throw new AuthenticationException("the router wants a channel binding that was not offered");
            }
            byte[] signature = Crypto.sign(key, message);
            return new Answer(Crypto.hex(Crypto.join(signature, message)));
        }
    }
}
