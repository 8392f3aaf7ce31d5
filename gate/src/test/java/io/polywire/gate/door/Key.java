package io.polywire.gate.door;

import io.polywire.gate.message.Token;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** A principal's key in tests. */
final class Key {
    private final byte[] secret = new byte[Ed25519.SECRET_KEY_SIZE];
    private final byte[] open = new byte[Ed25519.PUBLIC_KEY_SIZE];

    Key() {
        new SecureRandom().nextBytes(secret);
        Ed25519.generatePublicKey(secret, 0, open, 0);
    }

    Token.PublicKey jwk() {
        return Token.PublicKey.ed25519(open);
    }

    byte[] octets() {
        return open.clone();
    }

    /** The value of the header, for any server. */
    String bearer() {
        return bearer(new Token.Claims(System.currentTimeMillis() / 1000 + 60, List.of(), "", ""));
    }

    String bearer(Token.Claims claims) {
        String signed = Token.Header.edDsa(jwk()).encode() + "." + claims.encode();
        byte[] octets = signed.getBytes(StandardCharsets.US_ASCII);
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(secret, 0, octets, 0, octets.length, signature, 0);
        return "Bearer " + Token.join(signed, signature);
    }

    /** A token with that nonce. */
    String bearer(String nonce) {
        return bearer(new Token.Claims(System.currentTimeMillis() / 1000 + 60, List.of(), nonce, ""));
    }
}
