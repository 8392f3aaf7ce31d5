package io.polywire.hemi.login;

import io.polywire.hemi.message.HemiException;

/** The other end of a login did something that it must not; the connection is closed. */
public final class LoginException extends HemiException {
    private static final long serialVersionUID = 1;

    public LoginException(String message) {
        super(message);
    }
}
