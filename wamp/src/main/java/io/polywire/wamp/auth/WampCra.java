package io.polywire.wamp.auth;

import io.polywire.codec.Values;
import io.polywire.model.Dict;
import io.polywire.model.Serialization;
import io.polywire.wamp.crypto.Crypto;
import io.polywire.wamp.door.Admission.Decision;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A hash over a challenge, with a shared secret as its key (WAMP, "Challenge Response Authentication"). */
final class WampCra {
    private static final SecureRandom RANDOM = new SecureRandom();

    private WampCra() {}

    static Decision begin(Attempt attempt) {
        Credential.Shared shared = attempt.principal().first(Credential.Shared.class);
        if (shared == null) {
            throw new IllegalStateException("a principal without a shared key");
        }
        String challenge = challenge(attempt.principal());
        Map<String, @Nullable Object> extra = new LinkedHashMap<>();
        extra.put("challenge", challenge);
        Credential.Salt salt = shared.salt();
        if (salt != null) {
            extra.put("salt", salt.salt());
            extra.put("keylen", (long) salt.keylen());
            extra.put("iterations", (long) salt.iterations());
        }
        String expected = Crypto.base64(Crypto.hmac(shared.key(), Crypto.utf8(challenge)));
        return attempt.ask(
                Dict.of(extra),
                answer -> attempt.judged(Crypto.same(Crypto.utf8(expected), Crypto.utf8(answer.signature()))));
    }

    private static String challenge(Principal principal) {
        Map<String, @Nullable Object> parts = new LinkedHashMap<>();
        parts.put("nonce", Crypto.hex(Crypto.random(16)));
        parts.put("authprovider", principal.provider());
        parts.put("authid", principal.authid());
        parts.put("timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        parts.put("authrole", principal.role());
        parts.put("authmethod", Methods.WAMPCRA);
        parts.put("session", attemptId());
        return new String(Values.write(Serialization.JSON, parts), StandardCharsets.UTF_8);
    }

    /** A session has no id before it has joined; this one marks the attempt. */
    static long attemptId() {
        return RANDOM.nextLong(1, (1L << 53) + 1);
    }
}
