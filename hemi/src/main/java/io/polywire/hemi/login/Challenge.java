package io.polywire.hemi.login;

import io.polywire.hemi.message.CommandSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What is signed, and the messages that carry it. */
final class Challenge {
    /** Octets of the nonce that begins a challenge. */
    static final int NONCE = 16;

    static final String HELLO_COMMAND = "secp256k1-hello";
    static final String CHALLENGE_COMMAND = "secp256k1-hello-challenge";
    static final String ACCEPTED_COMMAND = "secp256k1-hello-challenge-accepted";

    /**
     * {@link #HELLO_COMMAND}.
     *
     * @param publickey in hexadecimal
     */
    record Hello(String publickey) {}

    /**
     * {@link #CHALLENGE_COMMAND}.
     *
     * @param message nonce and text, in hexadecimal
     */
    record HelloChallenge(String message) {}

    /**
     * {@link #ACCEPTED_COMMAND}.
     *
     * @param signature of the SHA-256 of the challenge, in hexadecimal
     */
    record HelloChallengeAccepted(String signature) {}

    static final CommandSet COMMANDS = CommandSet.withoutPing("secp256k1")
            .withCommand(HELLO_COMMAND, Hello.class)
            .withCommand(CHALLENGE_COMMAND, HelloChallenge.class)
            .withCommand(ACCEPTED_COMMAND, HelloChallengeAccepted.class);

    private Challenge() {}

    static byte[] of(byte[] nonce, PublicKey key) {
        byte[] text = text(key).getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[nonce.length + text.length];
        System.arraycopy(nonce, 0, all, 0, nonce.length);
        System.arraycopy(text, 0, all, nonce.length, text.length);
        return all;
    }

    static String text(PublicKey key) {
        return "Hello: " + key.hex() + "\nMessage: I am not a robot!\n";
    }

    static byte[] hash(byte[] challenge) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(challenge);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
