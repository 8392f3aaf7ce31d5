package io.polywire.hemi.login;

import io.polywire.hemi.login.Challenge.Hello;
import io.polywire.hemi.login.Challenge.HelloChallenge;
import io.polywire.hemi.login.Challenge.HelloChallengeAccepted;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.Received;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one login: hello, challenge, accepted. Does arithmetic of up to a millisecond, so not for event
 * loops. Used by one thread at a time.
 */
public final class LoginServer {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Supplier<byte[]> nonces;
    private @Nullable PublicKey claimed;
    private byte[] challenge = {};
    private boolean over;

    public LoginServer() {
        this(LoginServer::randomNonce);
    }

    LoginServer(Supplier<byte[]> nonces) {
        this.nonces = nonces;
    }

    private static byte[] randomNonce() {
        byte[] nonce = new byte[Challenge.NONCE];
        RANDOM.nextBytes(nonce);
        return nonce;
    }

    /** The next step: something to send, or who it is. */
    public sealed interface Step {}

    /** The client has to sign; send this message. */
    @SuppressWarnings("ArrayRecordComponent") // octets to send, never compared
    public record Ask(byte[] message) implements Step {}

    /** The client has proved to hold this key. Whether it is let in is another question. */
    public record Proved(PublicKey key) implements Step {}

    /**
     * A message of the client.
     *
     * @throws io.polywire.hemi.message.HemiException if it ends the login
     */
    public Step receive(Envelope envelope) {
        Received message = Challenge.COMMANDS.read(envelope);
        if (over) {
            throw new LoginException("the login is over");
        }
        PublicKey key = claimed;
        if (key == null && message.payload() instanceof Hello hello) {
            return hello(hello);
        }
        over = true;
        if (key != null && message.payload() instanceof HelloChallengeAccepted accepted) {
            return accepted(key, accepted);
        }
        throw new LoginException("unexpected " + message.command());
    }

    private Step hello(Hello hello) {
        over = true; // unless all is well
        PublicKey key = publicKey(hello);
        challenge = Challenge.of(nonces.get(), key);
        claimed = key;
        over = false;
        return new Ask(Challenge.COMMANDS.write(
                "HelloChallenge:" + hello.publickey(),
                new HelloChallenge(HexFormat.of().formatHex(challenge))));
    }

    private static PublicKey publicKey(Hello hello) {
        try {
            return PublicKey.ofHex(hello.publickey());
        } catch (IllegalArgumentException bad) {
            throw new LoginException("no public key: " + bad.getMessage());
        }
    }

    private Step accepted(PublicKey key, HelloChallengeAccepted accepted) {
        byte[] signature;
        try {
            signature = HexFormat.of().parseHex(accepted.signature());
        } catch (IllegalArgumentException bad) {
            throw new LoginException("signature is not hexadecimal: " + bad.getMessage());
        }
        if (!key.signed(Challenge.hash(challenge), signature)) {
            throw new LoginException("the signature is not by " + key);
        }
        return new Proved(key);
    }
}
