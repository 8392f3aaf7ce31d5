package io.polywire.gate.door;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.MalformedJsonException;
import io.polywire.gate.message.Token;
import io.polywire.gate.message.WebApi;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * Checks tokens: the ordered list of checks in section A4 of the protocol reference, whose texts it uses.
 *
 * <p>The compact form is parsed here and not by a JOSE library: which check comes first is visible to clients, and so are
 * texts for single faults; libraries verify the signature before they let anybody look at the claims. The signature is
 * verified by Bouncy Castle, which needs a sixth of the time of the JDK's provider.
 *
 * <p>Thread-safe; blocks for as long as it takes to store a nonce.
 */
final class Authorizer {
    /** Remembers used nonces; durable when it returns. */
    interface Nonces {
        /** Whether the nonce was unused by that principal; it is used from now on, until the time in seconds. */
        boolean use(String principal, String nonce, long exp, long now);
    }

    private static final long LATEST_EXPIRATION = 900;
    private static final int KEY_TEXT_LENGTH = 43;
    private static final int MOST_SCOPE_TOKENS = 10;
    private static final int REMEMBERED = 1024;

    private final String audience;
    private final AccessPolicy policy;
    private final @Nullable Nonces nonces;
    private final LongSupplier seconds;

    /**
     * Tokens whose signature was found good. Clients use one token for many requests; verifying it is most of the work of
     * a small one. Everything that depends on the time is checked each time. Guarded by itself.
     */
    private final Map<String, Boolean> verified = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    Authorizer(String audience, AccessPolicy policy, @Nullable Nonces nonces, LongSupplier seconds) {
        this.audience = audience;
        this.policy = policy;
        this.nonces = nonces;
        this.seconds = seconds;
    }

    /**
     * Who asks.
     *
     * @param headers all values of {@code Authorization}
     * @param needed whether it has to be somebody
     * @return null for an anonymous request
     * @throws ApiException 401 or 403
     */
    @Nullable
    Principal authorize(List<String> headers, boolean needed) {
        if (headers.size() > 1) {
            throw refused("invalid_request", "multiple Authorization headers");
        }
        if (headers.isEmpty()) {
            if (needed || !(policy instanceof AccessPolicy.Public)) {
                throw new ApiException(401, "missing authentication credentials").with("Www-Authenticate", realm());
            }
            return null;
        }
        Principal principal = check(headers.get(0));
        if (policy instanceof AccessPolicy.Ssh ssh
                && !ssh.keys().contains(principal.id().substring("ed25519:".length()))) {
            throw new ApiException(403, "access denied");
        }
        return principal;
    }

    private Principal check(String authorization) {
        String compact = credentials(authorization);
        Token token = Token.parse(compact);
        Token.PublicKey jwk = token == null ? null : token.header().jwk();
        if (token == null
                || jwk == null
                || !jwk.kty().equals(Token.KEY_TYPE_OCTET_KEY_PAIR)
                || !jwk.crv().equals(Token.KEY_CURVE_ED25519)) {
            throw refused("invalid_token", "invalid_token");
        }
        byte[] key = key(jwk.x());
        Token.Claims claims = claims(token.payload());
        long now = seconds.getAsLong();
        if (now > claims.exp()) {
            throw refused("invalid_token", "token has expired");
        }
        if (claims.exp() > now + LATEST_EXPIRATION) {
            throw refused("invalid_token", "token expiration is too far in the future");
        }
        if (!claims.aud().isEmpty() && !claims.aud().contains(audience)) {
            throw refused("invalid_token", "invalid_token");
        }
        verify(compact, token, key);
        String id = "ed25519:" + jwk.x();
        spend(id, claims, now);
        return new Principal(id, scope(claims.scope()));
    }

    private String credentials(String authorization) {
        String trimmed = authorization.strip();
        int space = trimmed.indexOf(' ');
        if (space < 0 || !trimmed.substring(0, space).equalsIgnoreCase(WebApi.AUTHORIZATION_TYPE_BEARER)) {
            throw refused("invalid_request", "invalid_request");
        }
        return trimmed.substring(space).strip();
    }

    private byte[] key(String x) {
        if (x.length() != KEY_TEXT_LENGTH) {
            throw refused("invalid_token", "encoded principal key has wrong length");
        }
        byte[] key = Token.decode(x);
        if (key == null || key.length != Ed25519.PUBLIC_KEY_SIZE) {
            throw refused("invalid_token", "base64url encoding of principal key is invalid");
        }
        return key;
    }

    private Token.Claims claims(byte[] payload) {
        try {
            return Token.Claims.parse(payload);
        } catch (MalformedJsonException e) {
            throw refused("invalid_token", "invalid_token");
        }
    }

    private void verify(String compact, Token token, byte[] key) {
        synchronized (verified) {
            if (verified.containsKey(compact)) {
                return;
            }
        }
        byte[] signed = token.signed().getBytes(StandardCharsets.US_ASCII);
        if (!token.header().alg().equals(Token.SIGN_ALG_EDDSA)
                || token.signature().length != Ed25519.SIGNATURE_SIZE
                || !Ed25519.verify(token.signature(), 0, key, 0, signed, 0, signed.length)) {
            throw refused("invalid_token", "invalid_token");
        }
        synchronized (verified) {
            verified.put(compact, true);
        }
    }

    private void spend(String id, Token.Claims claims, long now) {
        if (claims.nonce().isEmpty()) {
            return;
        }
        if (nonces == null) {
            throw refused("invalid_token", "nonce not supported");
        }
        if (!nonces.use(id, claims.nonce(), claims.exp(), now)) {
            throw refused("invalid_token", "token has already been used");
        }
    }

    private Set<String> scope(String text) {
        String stripped = text.strip();
        String[] tokens = stripped.isEmpty() ? new String[0] : stripped.split("\\s+");
        if (tokens.length > MOST_SCOPE_TOKENS) {
            throw refused("invalid_token", "scope has too many tokens");
        }
        return Set.copyOf(List.of(tokens));
    }

    private ApiException refused(String error, String text) {
        String more = text.equals(error) ? "" : " error_description=\"" + text + "\"";
        return new ApiException(401, text).with("Www-Authenticate", realm() + " error=\"" + error + "\"" + more);
    }

    private String realm() {
        return "Bearer realm=\"" + audience + "\"";
    }
}
