package io.polywire.wamp.client.auth;

import io.polywire.model.Dict;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One method of authentication with what it needs. Implement it for a method of your own. Thread-safe, used for each join anew.
 *
 * <pre>{@code
 * ClientSettings.of("wss://example.com/ws", "realm1").withAuth("alice", Authenticator.wampcra("secret"))
 * }</pre>
 */
public interface Authenticator {
    /** The name of the method, as HELLO announces it and CHALLENGE names it. */
    String method();

    /** Begins an exchange with a router. */
    Exchange begin(Context context);

    /** All names that the method goes by, the best one first; routers announce one or the other. */
    default List<String> names() {
        return List.of(method());
    }

    /**
     * For whom and over what.
     *
     * @param authid the identity that was asked for, null for none
     * @param tls the TLS session of the connection, null without TLS
     */
    record Context(@Nullable String authid, @Nullable SSLSession tls) {}

    /**
     * AUTHENTICATE.
     *
     * @param signature proof, in the method's form
     * @param extra further values
     */
    record Answer(String signature, Map<String, @Nullable Object> extra) {
        public Answer(String signature) {
            this(signature, Map.of());
        }
    }

    /** One exchange. It may block: it runs on a virtual thread. An exception ends the join; its text is told to the caller of connect. */
    interface Exchange {
        /** What HELLO.Details.authextra needs. */
        default Map<String, @Nullable Object> hello() {
            return Map.of();
        }

        /**
         * Answers CHALLENGE.
         *
         * @throws AuthenticationException if the challenge cannot be answered
         */
        Answer answer(Dict extra);

        /**
         * Checks what WELCOME says.
         *
         * @throws AuthenticationException if the router did not prove itself
         */
        default void welcome(Dict details) {}
    }

    /** Nobody in particular. */
    static Authenticator anonymous() {
        return new Simple("anonymous", extra -> {
            throw new AuthenticationException("anonymous authentication knows no challenge");
        });
    }

    /** The certificate that the client shows by TLS: see {@code Transport.withTls}. The authid may be left out. */
    static Authenticator certificate() {
        return new Simple("tls", extra -> {
            throw new AuthenticationException("a certificate knows no challenge");
        });
    }

    /**
     * The cookie of a WebSocket that authenticated before: {@code polywire}, over TLS {@code __Host-polywire}, sent by {@code
     * Transport.withHeaders}. Its value is 32 random octets as base64url without padding; a client may choose them itself, has to
     * offer this method when it authenticates otherwise, so that the router remembers it, and must guard the value like a password.
     */
    static Authenticator cookie() {
        return new Simple("cookie", extra -> {
            throw new AuthenticationException("a cookie knows no challenge");
        });
    }

    /** A ticket: a password, or a token that the router knows. Readable for everyone on an unencrypted connection. */
    static Authenticator ticket(String ticket) {
        return new Simple("ticket", extra -> new Answer(ticket));
    }

    /** A shared secret (WAMP-CRA), also where the router stores it salted. */
    static Authenticator wampcra(String secret) {
        return new Simple("wampcra", extra -> WampCra.answer(secret, extra));
    }

    /**
     * An Ed25519 key.
     *
     * @param seed the private key, 32 octets
     */
    static Authenticator cryptosign(byte[] seed) {
        return new Cryptosign(seed, false);
    }

    /**
     * An Ed25519 key, bound to the TLS connection ({@code tls-exporter}, RFC 9266): nobody in between can pass the proof on.
     *
     * @param seed the private key, 32 octets
     */
    static Authenticator cryptosignBound(byte[] seed) {
        return new Cryptosign(seed, true);
    }

    /** A password that neither side has to show (SCRAM-SHA-256; PBKDF2 or Argon2id as the router says). The router proves itself too. */
    static Authenticator scram(String password) {
        return new Scram(password);
    }
}
