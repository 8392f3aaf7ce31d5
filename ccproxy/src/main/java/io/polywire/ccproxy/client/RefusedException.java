package io.polywire.ccproxy.client;

import java.io.IOException;

/** The proxy answered a request with an error; the connection can be used on. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    public RefusedException(String text) {
        super(text.isEmpty() ? "refused without a reason" : text);
    }
}
