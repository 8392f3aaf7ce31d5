package io.polywire.wamp.client.auth;

import io.polywire.model.Dict;
import io.polywire.wamp.crypto.Crypto;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** SCRAM with SHA-256 (WAMP, "Salted Challenge Response Authentication Mechanism"; RFC 5802). */
final class Scram implements Authenticator {
    private static final int MAX_ITERATIONS = 10_000_000;
    private static final int MAX_MEMORY_KIB = 1 << 20;

    private final String password;

    Scram(String password) {
        this.password = Crypto.saslPrep(password);
    }

    @Override
    public String method() {
        return "wamp-scram";
    }

    @Override
    public List<String> names() {
        return List.of("wamp-scram", "scram");
    }

    @Override
    public Exchange begin(Context context) {
        return begin(context, Crypto.base64(Crypto.random(18)));
    }

    Exchange begin(Context context, String nonce) {
        if (context.authid() == null) {
            throw new AuthenticationException("SCRAM needs an authid");
        }
        return new Proof(Crypto.saslPrep(context.authid()), nonce);
    }

    private final class Proof implements Exchange {
        private final String authid;
        private final String nonce;
        private byte @Nullable [] serverSignature;

        Proof(String authid, String nonce) {
            this.authid = authid;
            this.nonce = nonce;
        }

        @Override
        public Map<String, @Nullable Object> hello() {
            Map<String, @Nullable Object> extra = new LinkedHashMap<>();
            extra.put("nonce", nonce);
            extra.put("channel_binding", null);
            return extra;
        }

        @Override
        public Answer answer(Dict extra) {
            String whole = Fields.text(extra, "nonce");
            if (!whole.startsWith(nonce) || whole.length() == nonce.length()) {
                throw new AuthenticationException("the router's nonce does not continue ours");
            }
            byte[] salted = saltedPassword(extra);
            byte[] clientKey = Crypto.hmac(salted, Crypto.utf8("Client Key"));
            byte[] message = Crypto.utf8(authMessage(whole, extra));
            byte[] proof = Crypto.xor(clientKey, Crypto.hmac(Crypto.sha256(clientKey), message));
            serverSignature = Crypto.hmac(Crypto.hmac(salted, Crypto.utf8("Server Key")), message);
            Map<String, @Nullable Object> reply = new LinkedHashMap<>();
            reply.put("nonce", whole);
            reply.put("channel_binding", null);
            reply.put("cbind_data", null);
            return new Answer(Base64.getEncoder().encodeToString(proof), reply);
        }

        private String authMessage(String whole, Dict extra) {
            String name = authid.replace("=", "=3D").replace(",", "=2C");
            return "n=" + name + ",r=" + nonce + ",r=" + whole + ",s=" + Fields.text(extra, "salt") + ",i="
                    + Fields.integer(extra, "iterations", 1, MAX_ITERATIONS) + ",c=biws,r=" + whole;
        }

        @Override
        public void welcome(Dict details) {
            Dict extra = details.dict("authextra");
            byte[] expected = serverSignature;
            if (expected == null
                    || !(extra.get("verifier") instanceof String verifier)
                    || !Crypto.same(Crypto.utf8(verifier), Base64.getEncoder().encode(expected))) {
                throw new AuthenticationException("the router did not prove that it knows the password");
            }
        }
    }

    private byte[] saltedPassword(Dict extra) {
        byte[] salt = Fields.base64(extra, "salt");
        int iterations = Fields.integer(extra, "iterations", 1, MAX_ITERATIONS);
        String kdf = Fields.text(extra, "kdf");
        return switch (kdf) {
            case "pbkdf2" -> Crypto.pbkdf2(password, salt, iterations, 32);
            case "argon2id13" ->
                Crypto.argon2id(password, salt, iterations, Fields.integer(extra, "memory", 1024, MAX_MEMORY_KIB));
            default -> throw new AuthenticationException("the router uses the unknown key derivation " + kdf);
        };
    }
}
