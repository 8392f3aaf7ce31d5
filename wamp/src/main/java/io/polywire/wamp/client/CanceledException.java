package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Reasons;

/**
 * The thread that waited was interrupted (its interrupt flag is set again), or the future canceled. A call was canceled on the
 * wire too; for other requests the outcome is unknown.
 */
public final class CanceledException extends WampException {
    CanceledException(String text) {
        super(Reasons.CANCELED, Arguments.of(text), Dict.EMPTY, null);
    }
}
