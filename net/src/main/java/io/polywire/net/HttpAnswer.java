package io.polywire.net;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a door does with a request. */
public sealed interface HttpAnswer permits HttpResponse, HttpAnswer.Exchange, HttpAnswer.Upgrade {
    /** The handler takes the body as it arrives and answers when it likes, in full duplex. */
    record Exchange(ExchangeHandler handler) implements HttpAnswer {}

    /**
     * Accepts a WebSocket. If the request is no valid upgrade it is refused with 426, or 400 if version or key are wrong.
     *
     * @param handler told about the connection
     * @param settings limits and checks
     * @param subprotocol sent as {@code Sec-WebSocket-Protocol}, null for none
     * @param headers further headers of the 101 answer
     */
    record Upgrade(
            MessageHandler handler,
            WebSocketSettings settings,
            @Nullable String subprotocol,
            Headers headers) implements HttpAnswer {
        /** Without subprotocol and further headers. */
        public Upgrade(MessageHandler handler, WebSocketSettings settings) {
            this(handler, settings, null, Headers.EMPTY);
        }
    }

    /**
     * Gathers the body, up to the limit in octets (above it, 413 is answered), and hands it over with the exchange, which
     * may be answered then or later.
     */
    static HttpAnswer gather(int limit, BiConsumer<HttpExchange, byte[]> whenComplete) {
        return new Exchange(new GatheredBody(limit, whenComplete));
    }
}
