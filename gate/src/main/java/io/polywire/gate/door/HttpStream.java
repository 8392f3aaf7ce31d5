package io.polywire.gate.door;

import io.polywire.gate.host.GateInstance;
import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.Status;
import io.polywire.gate.message.WebApi;
import io.polywire.net.Headers;
import io.polywire.net.HttpExchange;

/**
 * A program's stream over HTTP: the request's body is its input, the answer's body its output, the status follows in a
 * trailer. Owned by the loop of the exchange.
 */
final class HttpStream extends ClientStream {
    private final HttpExchange exchange;
    private final Asked asked;

    HttpStream(HttpExchange exchange, Asked asked, boolean call) {
        super(exchange.loop(), call);
        this.exchange = exchange;
        this.asked = asked;
    }

    /** A call's instance runs: the answer begins. */
    void begin(GateInstance instance, int code, Headers head) {
        if (!gone()) {
            start(code, head);
        }
        open(instance);
    }

    private void start(int code, Headers head) {
        exchange.start(
                code, head.with("Trailer", WebApi.HEADER_STATUS).with("Content-Type", "application/octet-stream"));
    }

    @Override
    void accepted() {
        if (asked.route() instanceof Route.OneInstance) {
            start(200, asked.head());
        }
    }

    @Override
    void notAccepted() {
        exchange.respond(asked.refusal(new ApiException(409, "")));
    }

    @Override
    void send(byte[] octets) {
        exchange.write(octets, 0, octets.length);
    }

    @Override
    long queued() {
        return exchange.queuedBytes();
    }

    @Override
    void pause(boolean on) {
        if (on) {
            exchange.pauseReading();
        } else {
            exchange.resumeReading();
        }
    }

    @Override
    void finish(Status status) {
        exchange.end(Headers.of(WebApi.HEADER_STATUS, status.toJson()));
    }

    @Override
    void fail(Throwable failure) {
        exchange.abort(); // The answer has begun; that it is not complete is all that can be said.
    }
}
