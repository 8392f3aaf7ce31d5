package io.polywire.net;

import org.jspecify.annotations.Nullable;

/** Serves some of the HTTP requests and WebSocket upgrades of a listener. */
public interface HttpDoor {
    /**
     * What to do with a request, or null to let the next door have it. Called on the connection's loop when the head has
     * arrived; must not block. A door that has to wait returns an {@link HttpAnswer.Exchange} and answers later.
     */
    @Nullable
    HttpAnswer answer(HttpRequest request);
}
