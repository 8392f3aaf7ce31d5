package io.polywire.model;

import org.jspecify.annotations.Nullable;

/**
 * Somebody showed a door who it is, and was let in or refused. Never holds a secret.
 *
 * @param door such as {@code hemi}
 * @param realm that it wanted into; null where there is none
 * @param authid who it is, or says it is; null if that is not known
 * @param role that it has from now on; null if it was refused
 * @param method by which it shows who it is, as details of WAMP name it; null if it has not come so far
 * @param address {@code HOST:PORT}, or {@code unix}
 * @param reason why it was refused; null if it was not
 */
public record AccessEvent(
        Kind kind,
        String door,
        @Nullable String realm,
        @Nullable String authid,
        @Nullable String role,
        @Nullable String method,
        String address,
        @Nullable String reason) {
    /** What came of it. */
    public enum Kind {
        LOGIN,
        REFUSAL
    }

    /** It is let in. */
    public static AccessEvent login(
            String door, @Nullable String realm, String authid, @Nullable String role, String method, String address) {
        return new AccessEvent(Kind.LOGIN, door, realm, authid, role, method, address, null);
    }

    /** It is not. */
    public static AccessEvent refusal(
            String door,
            @Nullable String realm,
            @Nullable String authid,
            @Nullable String method,
            String address,
            String reason) {
        return new AccessEvent(Kind.REFUSAL, door, realm, authid, null, method, address, reason);
    }
}
