package io.polywire.net;

import java.util.Arrays;
import java.util.function.BiConsumer;

/** Gathers the body of a request up to a limit; the buffer grows with what has arrived. */
final class GatheredBody implements ExchangeHandler {
    private final int limit;
    private final BiConsumer<HttpExchange, byte[]> whenComplete;
    private byte[] body = new byte[0];
    private int length;
    private boolean refused;

    GatheredBody(int limit, BiConsumer<HttpExchange, byte[]> whenComplete) {
        this.limit = limit;
        this.whenComplete = whenComplete;
    }

    @Override
    public void onData(HttpExchange exchange, byte[] buf, int off, int len) {
        if (refused) {
            return;
        }
        if (len > limit - length) {
            refused = true;
            body = new byte[0];
            exchange.respond(HttpResponse.text(413, "request body is longer than " + limit + " octets"));
            return;
        }
        if (length + len > body.length) {
            body = Arrays.copyOf(body, (int) Math.min(limit, Math.max(length + len, 2L * body.length)));
        }
        System.arraycopy(buf, off, body, length, len);
        length += len;
    }

    @Override
    public void onEnd(HttpExchange exchange, Headers trailers) {
        if (!refused) {
            byte[] whole = length == body.length ? body : Arrays.copyOf(body, length);
            body = new byte[0];
            whenComplete.accept(exchange, whole);
        }
    }

    @Override
    public void onInputEnd(HttpExchange exchange) {
        // The one answer may still be on its way.
    }

    @Override
    public void onClose(HttpExchange exchange, boolean complete) {}
}
