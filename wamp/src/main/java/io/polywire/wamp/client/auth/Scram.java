package io.polywire.wamp.client.auth;

import io.polywire.model.Dict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/** SCRAM with SHA-256 (WAMP, "Salted Challenge Response Authentication Mechanism"; RFC 5802). */
final class Scram implements Authenticator {
    private static final int MAX_ITERATIONS = 10_000_000;
    private static final int MAX_MEMORY_KIB = 1 << 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] password;

    Scram(String password) {
        this.password = SaslPrep.prepare(password).getBytes(StandardCharsets.UTF_8);
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
        byte[] nonce = new byte[18];
        RANDOM.nextBytes(nonce);
        return begin(context, Base64.getEncoder().encodeToString(nonce));
    }

    Exchange begin(Context context, String nonce) {
        if (context.authid() == null) {
            throw new AuthenticationException("SCRAM needs an authid");
        }
        return new Proof(SaslPrep.prepare(context.authid()), nonce);
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
            byte[] clientKey = Hashes.hmac(salted, ascii("Client Key"));
            byte[] message = ascii(authMessage(whole, extra));
            byte[] proof = Hashes.hmac(Hashes.sha256(clientKey), message);
            Hashes.xor(proof, clientKey);
            serverSignature = Hashes.hmac(Hashes.hmac(salted, ascii("Server Key")), message);
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
                    || !MessageDigest.isEqual(
                            ascii(verifier), Base64.getEncoder().encode(expected))) {
                throw new AuthenticationException("the router did not prove that it knows the password");
            }
        }
    }

    private byte[] saltedPassword(Dict extra) {
        byte[] salt = Fields.base64(extra, "salt");
        int iterations = Fields.integer(extra, "iterations", 1, MAX_ITERATIONS);
        String kdf = Fields.text(extra, "kdf");
        return switch (kdf) {
            case "pbkdf2" -> Hashes.pbkdf2(password, salt, iterations, 32);
            case "argon2id13" -> argon2(salt, iterations, Fields.integer(extra, "memory", 1024, MAX_MEMORY_KIB));
            default -> throw new AuthenticationException("the router uses the unknown key derivation " + kdf);
        };
    }

    /** Argon2id, version 1.3, one lane, 32 octets; memory in KiB. */
    private byte[] argon2(byte[] salt, int iterations, int memory) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(salt)
                .withIterations(iterations)
                .withMemoryAsKB(memory)
                .withParallelism(1)
                .build());
        byte[] out = new byte[32];
        generator.generateBytes(password, out);
        return out;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
