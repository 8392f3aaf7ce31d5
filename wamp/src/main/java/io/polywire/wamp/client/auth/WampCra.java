package io.polywire.wamp.client.auth;

import io.polywire.model.Dict;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Challenge-response authentication (WAMP, "Challenge Response Authentication"). */
final class WampCra {
    private static final int MAX_ITERATIONS = 10_000_000;

    private WampCra() {}

    static Authenticator.Answer answer(String secret, Dict extra) {
        String challenge = Fields.text(extra, "challenge");
        byte[] key = secret.getBytes(StandardCharsets.UTF_8);
        if (extra.get("salt") instanceof String salt) {
            int iterations = Fields.integer(extra, "iterations", 1000, MAX_ITERATIONS);
            int length = Fields.integer(extra, "keylen", 32, 1024);
            byte[] derived = Hashes.pbkdf2(key, salt.getBytes(StandardCharsets.UTF_8), iterations, length);
            // The stored secret is the base64 text, so that text is the key.
            key = Base64.getEncoder().encode(derived);
        }
        byte[] mac = Hashes.hmac(key, challenge.getBytes(StandardCharsets.UTF_8));
        return new Authenticator.Answer(Base64.getEncoder().encodeToString(mac));
    }
}
