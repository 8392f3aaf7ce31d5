package io.polywire.gate.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON Web Token in compact form (RFC 7515, section 7.1), taken apart; nothing about it is verified.
 *
 * @param signed the first two parts and the dot between them: what the signature is of
 * @param header the first part, decoded
 * @param payload the second part, decoded: JSON that was not looked at yet
 * @param signature the third part, decoded
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Token(String signed, Header header, byte[] payload, byte[] signature) {
    /** The only algorithm of signatures. */
    public static final String SIGN_ALG_EDDSA = "EdDSA";

    /** The only type of keys. */
    public static final String KEY_TYPE_OCTET_KEY_PAIR = "OKP";

    /** The only curve. */
    public static final String KEY_CURVE_ED25519 = "Ed25519";

    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    /**
     * A public key as in RFC 8037.
     *
     * @param kty type
     * @param crv curve
     * @param x base64url of the 32 octets
     */
    public record PublicKey(String kty, String crv, String x) {
        /** The key of an owner, 32 octets. */
        public static PublicKey ed25519(byte[] publicKey) {
            return new PublicKey(KEY_TYPE_OCTET_KEY_PAIR, KEY_CURVE_ED25519, ENCODER.encodeToString(publicKey));
        }
    }

    /**
     * The token's first part.
     *
     * @param alg algorithm of the signature
     * @param jwk the key that signed; null: not told
     */
    public record Header(String alg, @Nullable PublicKey jwk) {
        /** The header of what a key signs. */
        public static Header edDsa(PublicKey key) {
            return new Header(SIGN_ALG_EDDSA, key);
        }

        static Header parse(byte[] json) {
            ObjectNode from = Json.parseObject(json);
            ObjectNode jwk = Json.member(from, "jwk");
            return new Header(
                    Json.text(from, "alg"),
                    jwk == null
                            ? null
                            : new PublicKey(Json.text(jwk, "kty"), Json.text(jwk, "crv"), Json.text(jwk, "x")));
        }

        /** The part of a token: base64url of the JSON form. */
        public String encode() {
            ObjectNode into = Json.object().put("alg", alg);
            if (jwk != null) {
                ObjectNode key = into.putObject("jwk").put("kty", jwk.kty);
                if (!jwk.crv.isEmpty()) {
                    key.put("crv", jwk.crv);
                }
                if (!jwk.x.isEmpty()) {
                    key.put("x", jwk.x);
                }
            }
            return encoded(into);
        }
    }

    /**
     * The token's second part.
     *
     * @param exp seconds since 1970 at which it expires
     * @param aud for whom it is; empty: for anybody
     * @param nonce unique until it expires; empty: none
     * @param scope tokens between spaces; may be empty
     */
    public record Claims(long exp, List<String> aud, String nonce, String scope) {
        public Claims {
            aud = List.copyOf(aud);
        }

        /** @throws MalformedJsonException if it is something else */
        public static Claims parse(byte[] json) {
            ObjectNode from = Json.parseObject(json);
            List<String> aud = new ArrayList<>();
            for (JsonNode one : Json.list(from, "aud")) {
                if (!one.isString()) {
                    throw new MalformedJsonException("an audience is no string");
                }
                aud.add(one.stringValue());
            }
            return new Claims(Json.integer(from, "exp"), aud, Json.text(from, "nonce"), Json.text(from, "scope"));
        }

        /** The part of a token: base64url of the JSON form. */
        public String encode() {
            ObjectNode into = Json.object().put("exp", exp);
            if (!aud.isEmpty()) {
                ArrayNode list = into.putArray("aud");
                aud.forEach(list::add);
            }
            if (!nonce.isEmpty()) {
                into.put("nonce", nonce);
            }
            if (!scope.isEmpty()) {
                into.put("scope", scope);
            }
            return encoded(into);
        }
    }

    /**
     * Takes a token apart.
     *
     * @return null if it is not three parts in base64url without padding, the first of them a JSON header
     */
    public static @Nullable Token parse(String compact) {
        int first = compact.indexOf('.');
        int second = compact.indexOf('.', first + 1);
        if (first < 0 || second < 0 || compact.indexOf('.', second + 1) >= 0) {
            return null;
        }
        byte[] header = decode(compact.substring(0, first));
        byte[] payload = decode(compact.substring(first + 1, second));
        byte[] signature = decode(compact.substring(second + 1));
        if (header == null || payload == null || signature == null) {
            return null;
        }
        try {
            return new Token(compact.substring(0, second), Header.parse(header), payload, signature);
        } catch (MalformedJsonException e) {
            return null;
        }
    }

    /** Decodes base64url without padding; null if it is something else. */
    public static byte @Nullable [] decode(String base64url) {
        if (base64url.indexOf('=') >= 0) {
            return null; // Java's decoder would take it.
        }
        try {
            return DECODER.decode(base64url);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Makes a whole token of its parts. */
    public static String join(String signed, byte[] signature) {
        return signed + "." + ENCODER.encodeToString(signature);
    }

    private static String encoded(ObjectNode json) {
        return ENCODER.encodeToString(Json.write(json).getBytes(StandardCharsets.UTF_8));
    }
}
