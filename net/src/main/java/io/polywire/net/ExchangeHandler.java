package io.polywire.net;

/**
 * Takes the body of one HTTP request and answers through the {@link HttpExchange}, before, during or after the body. Told
 * on the loop of the exchange; no method may block.
 */
public interface ExchangeHandler {
    /** The head was accepted; the answer may start. */
    default void onStart(HttpExchange exchange) {}

    /** A part of the request's body; the slice may be kept and changed. */
    void onData(HttpExchange exchange, byte[] buf, int off, int len);

    /** The body is complete. */
    void onEnd(HttpExchange exchange, Headers trailers);

    /** The queue of the answer fell below its low mark after having been above the high one. */
    default void onDrained(HttpExchange exchange) {}

    /**
     * The exchange is over. Called exactly once.
     *
     * @param complete whether the whole answer was handed over; false if the peer went away or this side gave up before
     */
    void onClose(HttpExchange exchange, boolean complete);

    /**
     * The peer ended its direction after the whole request. That is how a client looks that went away, so the exchange is
     * cut unless this is overridden.
     */
    default void onInputEnd(HttpExchange exchange) {
        exchange.abort();
    }
}
