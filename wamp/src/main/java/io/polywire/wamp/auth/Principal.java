package io.polywire.wamp.auth;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may join a realm.
 *
 * @param role the authrole that it gets
 * @param provider where it is known from, for example {@code static}; peers see it
 * @param credentials any of which will do, by the method that the client chooses
 * @param extra further facts about it; they become part of the session's details
 */
public record Principal(
        String authid,
        String role,
        String provider,
        List<Credential> credentials,
        Map<String, @Nullable Object> extra) {
    public Principal {
        credentials = List.copyOf(credentials);
    }

    /** The first credential of a kind, null if there is none. */
    <C extends Credential> @Nullable C first(Class<C> kind) {
        for (Credential one : credentials) {
            if (kind.isInstance(one)) {
                return kind.cast(one);
            }
        }
        return null;
    }

    /** All credentials of a kind. */
    <C extends Credential> List<C> all(Class<C> kind) {
        return credentials.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
