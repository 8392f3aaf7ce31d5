package io.polywire.wamp.client;

import io.polywire.model.Dict;
import org.jspecify.annotations.Nullable;

/**
 * The session is over: closed by this side ({@code wamp.close.close_realm}), by the router (the reason of its GOODBYE or
 * ABORT), for a fault of the router ({@code wamp.error.protocol_violation}), or with its connection ({@code
 * wamp.error.network_failure}). Everything that was under way fails with it; whether a request had its effect is unknown.
 */
public final class SessionClosedException extends WampException {
    SessionClosedException(String uri, Arguments arguments, Dict details, @Nullable Throwable cause) {
        super(uri, arguments, details, cause);
    }

    SessionClosedException(String uri, String text) {
        this(uri, Arguments.of(text), Dict.EMPTY, null);
    }
}
