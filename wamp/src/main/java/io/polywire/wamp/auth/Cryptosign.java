package io.polywire.wamp.auth;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.wamp.crypto.Crypto;
import io.polywire.wamp.door.Admission.Decision;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An Ed25519 signature of a challenge (WAMP, "Cryptosign-based Authentication"). */
final class Cryptosign {
    private static final int SIGNATURE = 64;

    private Cryptosign() {}

    static Decision begin(Attempt attempt, @Nullable RouterKey own) {
        Dict hello = attempt.authextra();
        List<Credential.PublicKey> keys = attempt.principal().all(Credential.PublicKey.class);
        byte[] key = publicKey(hello);
        if (key == null) {
            key = keys.get(0).key();
        }
        String binding = hello.string("channel_binding");
        byte[] channel = ChannelBinding.of(binding, attempt.applicant().peer());
        byte[] challenge = Crypto.random(Crypto.SIZE);
        byte[] message = channel == null ? challenge : Crypto.xor(challenge, channel);

        Map<String, @Nullable Object> extra = new LinkedHashMap<>();
        extra.put("challenge", Crypto.hex(challenge));
        extra.put("channel_binding", binding);
        byte[] asked = octets(hello, "challenge");
        if (own != null && asked != null) {
            byte[] bound = channel == null ? asked : Crypto.xor(asked, channel);
            extra.put("pubkey", Crypto.hex(own.publicKey()));
            extra.put("signature", Crypto.hex(Crypto.join(own.sign(bound), bound)));
        }
        byte[] by = key;
        return attempt.ask(Dict.of(extra), answer -> {
            boolean signed = signed(by, message, answer.signature());
            boolean owned = false;
            for (Credential.PublicKey one : keys) {
                owned |= Crypto.same(one.key(), by);
            }
            return attempt.judged(signed && owned);
        });
    }

    /** The signature, 64 octets, with the signed message behind it or without, in hexadecimal. */
    private static boolean signed(byte[] key, byte[] message, String signature) {
        byte[] octets;
        try {
            octets = HexFormat.of().parseHex(signature);
        } catch (IllegalArgumentException e) {
            return false;
        }
        boolean whole = octets.length == SIGNATURE + Crypto.SIZE
                && Crypto.same(message, Arrays.copyOfRange(octets, SIGNATURE, octets.length));
        return (whole || octets.length == SIGNATURE) && Crypto.signed(key, message, Arrays.copyOf(octets, SIGNATURE));
    }

    /**
     * The key that the client says it has; null if it does not say.
     *
     * @throws InvalidArgument if it is none
     */
    static byte @Nullable [] publicKey(Dict authextra) {
        return octets(authextra, "pubkey");
    }

    private static byte @Nullable [] octets(Dict authextra, String name) {
        String hex = authextra.string(name);
        if (hex == null || hex.isEmpty()) {
            return null;
        }
        try {
            byte[] octets = HexFormat.of().parseHex(hex);
            if (octets.length == Crypto.SIZE) {
                return octets;
            }
        } catch (IllegalArgumentException e) {
            // The same text as for a wrong length.
        }
        throw new InvalidArgument("authextra." + name + " must be 64 hexadecimal digits");
    }
}
