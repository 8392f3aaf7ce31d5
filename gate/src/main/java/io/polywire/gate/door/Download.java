package io.polywire.gate.door;

import io.polywire.net.ExchangeHandler;
import io.polywire.net.Headers;
import io.polywire.net.HttpExchange;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers with a module, piece by piece as the client takes it. */
final class Download implements ExchangeHandler {
    private static final int PIECE = 64 * 1024;

    /** The high mark of the connection's queue: past it, its drain is told. */
    private static final int QUEUE = 256 * 1024;

    private final GateDoor door;
    private final Asked asked;
    private final Supplier<Content> work;
    private byte @Nullable [] octets;
    private int sent;

    /**
     * What is answered.
     *
     * @param size octets of the module
     * @param octets null if only the head is asked for
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Content(long size, byte @Nullable [] octets) {}

    Download(GateDoor door, Asked asked, Supplier<Content> work) {
        this.door = door;
        this.asked = asked;
        this.work = work;
    }

    @Override
    public void onStart(HttpExchange exchange) {
        door.host().execute(() -> {
            try {
                Content content = work.get();
                exchange.execute(() -> begin(exchange, content));
            } catch (RuntimeException e) {
                exchange.respond(asked.refusal(Asked.told(e)));
            }
        });
    }

    private void begin(HttpExchange exchange, Content content) {
        octets = content.octets;
        exchange.start(
                200, asked.head("Content-Type", "application/wasm", "Content-Length", Long.toString(content.size)));
        if (octets == null) {
            exchange.end(Headers.EMPTY);
        } else {
            more(exchange);
        }
    }

    private void more(HttpExchange exchange) {
        byte[] all = octets;
        if (all == null) {
            return;
        }
        while (sent < all.length && exchange.queuedBytes() <= QUEUE) {
            int part = Math.min(PIECE, all.length - sent);
            exchange.write(all, sent, part);
            sent += part;
        }
        if (sent == all.length) {
            octets = null;
            exchange.end(Headers.EMPTY);
        }
    }

    @Override
    public void onDrained(HttpExchange exchange) {
        more(exchange);
    }

    @Override
    public void onData(HttpExchange exchange, byte[] buf, int off, int len) {}

    @Override
    public void onEnd(HttpExchange exchange, Headers trailers) {}

    @Override
    public void onClose(HttpExchange exchange, boolean complete) {
        octets = null;
    }
}
