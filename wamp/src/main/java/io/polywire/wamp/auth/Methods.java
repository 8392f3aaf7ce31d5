package io.polywire.wamp.auth;

import java.util.Set;

/** The names of the methods. */
final class Methods {
    static final String ANONYMOUS = "anonymous";
    static final String COOKIE = "cookie";
    static final String CRYPTOSIGN = "cryptosign";
    static final String SCRAM = "wamp-scram";
    static final String TICKET = "ticket";
    static final String TLS = "tls";
    static final String WAMPCRA = "wampcra";

    /** What Autobahn calls SCRAM, and does a little differently. */
    static final String AUTOBAHN_SCRAM = "scram";

    static final Set<String> ALL = Set.of(ANONYMOUS, COOKIE, CRYPTOSIGN, SCRAM, TICKET, TLS, WAMPCRA);

    private Methods() {}

    /** The one name of a method that clients call by several. */
    static String canonical(String name) {
        return name.equals(AUTOBAHN_SCRAM) ? SCRAM : name;
    }

    /** Whether a principal can authenticate so. */
    static boolean has(Principal principal, String method) {
        return switch (method) {
            case TICKET ->
                principal.first(Credential.Token.class) != null || principal.first(Credential.Scram.class) != null;
            case WAMPCRA -> principal.first(Credential.Shared.class) != null;
            case SCRAM -> principal.first(Credential.Scram.class) != null;
            case CRYPTOSIGN -> principal.first(Credential.PublicKey.class) != null;
            default -> false;
        };
    }

    /** Whether it asks for a secret, so that attempts are to be counted. */
    static boolean challenges(String method) {
        return switch (method) {
            case TICKET, WAMPCRA, SCRAM, CRYPTOSIGN -> true;
            default -> false;
        };
    }
}
