package io.polywire.wamp.client;

import io.polywire.model.Dict;
import org.jspecify.annotations.Nullable;

/**
 * No session came about: the router could not be reached ({@code wamp.error.network_failure}, with the cause), did not answer
 * in time ({@code wamp.error.timeout}), or refused with ABORT (its reason, for example {@code wamp.error.no_such_realm} or
 * {@code wamp.error.authentication_denied}).
 */
public final class ConnectException extends WampException {
    ConnectException(String uri, Arguments arguments, Dict details, @Nullable Throwable cause) {
        super(uri, arguments, details, cause);
    }
}
