package io.polywire.hemi.login;

import io.polywire.hemi.login.Challenge.Hello;
import io.polywire.hemi.login.Challenge.HelloChallenge;
import io.polywire.hemi.login.Challenge.HelloChallengeAccepted;
import io.polywire.hemi.message.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The client's side of a login. Signing takes about a millisecond. Immutable.
 *
 * @param key to log in with
 * @param careful whether a challenge is refused whose text does not name this key; the original signs any text
 */
public record LoginClient(SecretKey key, boolean careful) {
    /** Signs only what names its own key. */
    public LoginClient(SecretKey key) {
        this(key, true);
    }

    /** The message that begins the login. */
    public byte[] hello() {
        String hex = key.publicKey().hex();
        return Challenge.COMMANDS.write("Hello: " + hex, new Hello(hex));
    }

    /**
     * Answers the server's first message; what comes after is no part of the login.
     *
     * @throws io.polywire.hemi.message.HemiException if the challenge is not to be signed
     */
    public byte[] answer(Envelope envelope) {
        if (!(Challenge.COMMANDS.read(envelope).payload() instanceof HelloChallenge challenge)) {
            throw new LoginException("unexpected " + envelope.command());
        }
        byte[] octets = octets(challenge);
        byte[] signature = key.sign(Challenge.hash(octets));
        return Challenge.COMMANDS.write(
                "HelloChallengeAccepted:" + key.publicKey().hex(),
                new HelloChallengeAccepted(HexFormat.of().formatHex(signature)));
    }

    private byte[] octets(HelloChallenge challenge) {
        byte[] octets;
        try {
            octets = HexFormat.of().parseHex(challenge.message());
        } catch (IllegalArgumentException bad) {
            throw new LoginException("challenge is not hexadecimal: " + bad.getMessage());
        }
        if (octets.length < Challenge.NONCE) {
            throw new LoginException("challenge is too short");
        }
        if (Arrays.equals(octets, 0, Challenge.NONCE, new byte[Challenge.NONCE], 0, Challenge.NONCE)) {
            throw new LoginException("challenge has an invalid nonce");
        }
        String text = new String(octets, Challenge.NONCE, octets.length - Challenge.NONCE, StandardCharsets.UTF_8);
        if (careful && !text.startsWith("Hello: " + key.publicKey().hex() + "\n")) {
            throw new LoginException("challenge does not name the key that is to sign it");
        }
        return octets;
    }
}
