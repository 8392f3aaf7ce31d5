package io.polywire.wamp.auth;

import io.polywire.wamp.crypto.Crypto;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Principals that do not exist.
 *
 * <p>Who asks for a name gets a challenge, whether the name is known or not. So that nothing tells which, a decoy's salts
 * are always the same for the same name (they are made of the name and a secret), and its methods and costs are those of
 * some real principal of the realm. Nobody has the secrets that would fit: they are random to everybody but this class,
 * and an attempt with a decoy is refused in any case.
 */
public final class Decoys {
    private final byte[] secret;

    /**
     * @param secret at least 32 octets that stay the same over restarts, else the salts of decoys would change
     */
    public Decoys(byte[] secret) {
        this.secret = secret.clone();
    }

    /** A text for a name by which its model is chosen. */
    String modelKey(String realm, String authid) {
        return Crypto.hex(derive("model", realm, authid)).substring(0, 16);
    }

    /** A decoy. */
    Principal of(String realm, String authid, @Nullable Principal model) {
        List<Credential> credentials = model == null
                ? List.of()
                : model.credentials().stream()
                        .map(one -> like(one, realm, authid))
                        .toList();
        String role = model == null ? "user" : model.role();
        String provider = model == null ? "static" : model.provider();
        return new Principal(authid, role, provider, credentials, Map.of());
    }

    private Credential like(Credential real, String realm, String authid) {
        return switch (real) {
            case Credential.Token token -> new Credential.Token(derive("token", realm, authid), token.expires());
            case Credential.Shared shared -> shared(shared.salt(), realm, authid);
            case Credential.Scram scram -> scram(scram.cost(), scram.salt().length, realm, authid);
            case Credential.PublicKey key -> new Credential.PublicKey(derive("key", realm, authid));
            case Credential.Certificate certificate ->
                new Credential.Certificate(Crypto.hex(derive("certificate", realm, authid)));
        };
    }

    /** The credential for a method that the name, known or not, does not have. */
    Principal with(String method, Principal principal, String realm) {
        String authid = principal.authid();
        Credential made = switch (method) {
            case Methods.TICKET, Methods.SCRAM -> scram(Passwords.ARGON2ID, 16, realm, authid);
            case Methods.WAMPCRA ->
                shared(new Credential.Salt("", Passwords.CRA_ITERATIONS, Crypto.SIZE), realm, authid);
            default -> new Credential.PublicKey(derive("key", realm, authid));
        };
        return new Principal(authid, principal.role(), principal.provider(), List.of(made), Map.of());
    }

    private Credential shared(Credential.@Nullable Salt like, String realm, String authid) {
        byte[] salt = Arrays.copyOf(derive("cra salt", realm, authid), 16);
        return new Credential.Shared(
                derive("cra", realm, authid),
                like == null ? null : new Credential.Salt(Crypto.base64(salt), like.iterations(), like.keylen()));
    }

    private Credential scram(Credential.Cost cost, int saltOctets, String realm, String authid) {
        byte[] salt = Arrays.copyOf(derive("scram salt", realm, authid), Math.min(saltOctets, Crypto.SIZE));
        Credential.Keys keys = new Credential.Keys(derive("stored", realm, authid), derive("server", realm, authid));
        return new Credential.Scram(salt, cost, keys, keys);
    }

    private byte[] derive(String purpose, String realm, String authid) {
        return Crypto.hmac(secret, Crypto.utf8(purpose + '\0' + realm + '\0' + authid));
    }
}
