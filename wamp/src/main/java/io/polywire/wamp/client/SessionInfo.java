package io.polywire.wamp.client;

import io.polywire.model.Dict;
import org.jspecify.annotations.Nullable;

/**
 * The session as the router welcomed it.
 *
 * @param id session id
 * @param realm joined
 * @param details WELCOME.Details
 */
public record SessionInfo(long id, String realm, Dict details) {
    /** The identity that the router gave; null where it says none. */
    public @Nullable String authid() {
        return text("authid");
    }

    /** Null where the router says none. */
    public @Nullable String authrole() {
        return text("authrole");
    }

    /** Null where the router says none. */
    public @Nullable String authmethod() {
        return text("authmethod");
    }

    /** Null where the router says none. */
    public @Nullable String authprovider() {
        return text("authprovider");
    }

    /** Software of the router; null where it says none. */
    public @Nullable String agent() {
        return text("agent");
    }

    /** Whether the router announced a feature of its role {@code broker} or {@code dealer}. */
    public boolean has(String role, String feature) {
        return details.get("roles") instanceof java.util.Map<?, ?> roles
                && roles.get(role) instanceof java.util.Map<?, ?> r
                && r.get("features") instanceof java.util.Map<?, ?> features
                && Boolean.TRUE.equals(features.get(feature));
    }

    private @Nullable String text(String key) {
        return details.get(key) instanceof String s ? s : null;
    }
}
