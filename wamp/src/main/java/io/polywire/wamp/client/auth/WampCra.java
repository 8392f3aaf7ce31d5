package io.polywire.wamp.client.auth;

import io.polywire.model.Dict;
import io.polywire.wamp.crypto.Crypto;
import java.util.Base64;

/** Challenge-response authentication (WAMP, "Challenge Response Authentication"). */
final class WampCra {
    private static final int MAX_ITERATIONS = 10_000_000;

    private WampCra() {}

    static Authenticator.Answer answer(String secret, Dict extra) {
        String challenge = Fields.text(extra, "challenge");
        byte[] key = Crypto.utf8(secret);
        if (extra.get("salt") instanceof String salt) {
            int iterations = Fields.integer(extra, "iterations", 1000, MAX_ITERATIONS);
            int length = Fields.integer(extra, "keylen", 32, 1024);
            byte[] derived = Crypto.pbkdf2(secret, Crypto.utf8(salt), iterations, length);
            // The stored secret is the base64 text, so that text is the key.
            key = Base64.getEncoder().encode(derived);
        }
        byte[] mac = Crypto.hmac(key, Crypto.utf8(challenge));
        return new Authenticator.Answer(Base64.getEncoder().encodeToString(mac));
    }
}
