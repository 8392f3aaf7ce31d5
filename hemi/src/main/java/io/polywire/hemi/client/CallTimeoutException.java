package io.polywire.hemi.client;

import io.polywire.hemi.message.HemiException;

/** A call had no answer in its time; the connection stays, and a late answer goes to the listener. */
public final class CallTimeoutException extends HemiException {
    private static final long serialVersionUID = 1;

    CallTimeoutException(String message) {
        super(message);
    }
}
