package io.polywire.wamp.auth;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Message.Authenticate;
import io.polywire.wamp.auth.Credential.Kdf;
import io.polywire.wamp.auth.Credential.Keys;
import io.polywire.wamp.crypto.Crypto;
import io.polywire.wamp.door.Admission.Decision;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Both sides prove that they know a password (WAMP, "Salted Challenge Response Authentication Mechanism"; RFC 5802, 7677).
 *
 * <p>Autobahn calls the method {@code scram}. It takes the salted password of Argon2id as base64 text, leaves the channel
 * binding empty, and has other names for {@code argon2id13} and {@code verifier}. A client that asks for the method by this
 * name may do either.
 */
final class Scram {
    private final Attempt attempt;
    private final Credential.Scram credential;
    private final String clientNonce;
    private final String nonce;
    private final @Nullable String binding;
    private final byte @Nullable [] channel;

    private Scram(Attempt attempt, Credential.Scram credential, String clientNonce, String serverNonce) {
        this.attempt = attempt;
        this.credential = credential;
        this.clientNonce = clientNonce;
        this.nonce = clientNonce + serverNonce;
        this.binding = attempt.authextra().string("channel_binding");
        this.channel = ChannelBinding.of(binding, attempt.applicant().peer());
    }

    static Decision begin(Attempt attempt) {
        return begin(attempt, Crypto.base64(Crypto.random(18)));
    }

    static Decision begin(Attempt attempt, String serverNonce) {
        Credential.Scram credential = attempt.principal().first(Credential.Scram.class);
        String clientNonce = attempt.authextra().string("nonce");
        if (credential == null) {
            throw new IllegalStateException("a principal without SCRAM keys");
        }
        if (clientNonce == null || clientNonce.length() < 8 || clientNonce.length() > 256) {
            throw new InvalidArgument("authextra.nonce must be a text of 8 to 256 characters");
        }
        if (clientNonce.chars().anyMatch(c -> c <= ' ' || c > '~' || c == ',')) {
            throw new InvalidArgument("authextra.nonce must have printable ASCII characters other than comma");
        }
        return new Scram(attempt, credential, clientNonce, serverNonce).ask();
    }

    private boolean autobahn() {
        return attempt.method().equals(Methods.AUTOBAHN_SCRAM);
    }

    private Decision ask() {
        Credential.Cost cost = credential.cost();
        Map<String, @Nullable Object> extra = new LinkedHashMap<>();
        extra.put("nonce", nonce);
        extra.put("salt", Crypto.base64(credential.salt()));
        extra.put(
                "kdf",
                autobahn() && cost.kdf() == Kdf.ARGON2ID
                        ? "argon2id-13"
                        : cost.kdf().text());
        extra.put("iterations", (long) cost.iterations());
        if (cost.kdf() == Kdf.ARGON2ID) {
            extra.put("memory", (long) cost.memory());
        }
        return attempt.ask(Dict.of(extra), this::judge);
    }

    private Decision judge(Authenticate answer) {
        byte[] proof = decoded(answer.signature());
        boolean echoed = echoes(answer.extra());
        byte[] message = message(Crypto.base64(header()));
        Keys keys = credential.keys();
        boolean proven = proves(proof, keys, message);
        Keys textKeys = credential.textKeys();
        if (autobahn() && binding == null && textKeys != null && !proven) {
            message = message("");
            keys = textKeys;
            proven = proves(proof, keys, message);
        }
        String verifier = Crypto.base64(Crypto.hmac(keys.server(), message));
        return attempt.judged(
                proven && echoed,
                autobahn()
                        ? Map.of("verifier", verifier, "scram_server_signature", verifier)
                        : Map.of("verifier", verifier));
    }

    /** What the client repeats must be what was said; it need not repeat it, as it is all in the proof. */
    private boolean echoes(Dict extra) {
        String said = extra.string("nonce");
        String type = extra.string("channel_binding");
        String data = extra.string("cbind_data");
        return (said == null || said.equals(nonce))
                && (type == null || type.equals(binding))
                && (data == null || channel != null && Crypto.same(channel, decoded(data)));
    }

    /** RFC 5802, section 7: gs2-header and channel-binding data. */
    private byte[] header() {
        return channel == null ? Crypto.utf8("n,,") : Crypto.join(Crypto.utf8("p=" + binding + ",,"), channel);
    }

    /** RFC 5802, section 3: AuthMessage. */
    private byte[] message(String channelBinding) {
        return Crypto.utf8("n=" + name() + ",r=" + clientNonce
                + ",r=" + nonce + ",s=" + Crypto.base64(credential.salt()) + ",i="
                + credential.cost().iterations()
                + ",c=" + channelBinding + ",r=" + nonce);
    }

    private String name() {
        String authid = attempt.principal().authid();
        try {
            authid = Crypto.saslPrep(authid);
        } catch (IllegalArgumentException e) {
            // A name that the client cannot prepare either.
        }
        return authid.replace("=", "=3D").replace(",", "=2C");
    }

    /** RFC 5802, section 3: the client's key is its proof without the signature, and its hash is known. */
    private static boolean proves(byte[] proof, Keys keys, byte[] message) {
        byte[] key = Crypto.xor(Crypto.hmac(keys.stored(), message), proof);
        return Crypto.same(Crypto.sha256(key), keys.stored());
    }

    /** 32 octets: what is no proof at all is taken as a wrong one. */
    private static byte[] decoded(String base64) {
        try {
            byte[] octets = Base64.getDecoder().decode(base64);
            return octets.length == Crypto.SIZE ? octets : new byte[Crypto.SIZE];
        } catch (IllegalArgumentException e) {
            return new byte[Crypto.SIZE];
        }
    }
}
