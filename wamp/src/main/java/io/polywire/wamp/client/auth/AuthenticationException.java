package io.polywire.wamp.client.auth;

import org.jspecify.annotations.Nullable;

/** A challenge could not be answered, or the router did not prove itself. */
public final class AuthenticationException extends RuntimeException {
    public AuthenticationException(String message) {
        this(message, null);
    }

    public AuthenticationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
