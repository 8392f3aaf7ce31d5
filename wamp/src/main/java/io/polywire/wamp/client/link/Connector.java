package io.polywire.wamp.client.link;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Opens links to one router: once, and again after each loss. Thread-safe. */
@FunctionalInterface
public interface Connector {
    /**
     * Opens a link, without blocking.
     *
     * @param timeout for the connection with all its handshakes
     * @return completes after {@link LinkHandler#opened}, or fails with an exception whose message says what did not work; then
     *     the handler is told nothing. Canceling it gives up.
     */
    CompletableFuture<Link> open(LinkHandler handler, Duration timeout);
}
