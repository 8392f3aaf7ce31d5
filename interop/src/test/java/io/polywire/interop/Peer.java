package io.polywire.interop;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A WAMP session of some client library. Values are those of JSON, octets are {@code byte[]}, integral numbers are
 * {@code Long}.
 */
interface Peer extends AutoCloseable {
    /** What a procedure does: see clients/README.md. */
    enum Does {
        ECHO,
        FAIL,
        PROGRESS
    }

    /** Positional and keyword arguments. */
    record Payload(List<?> args, Map<String, ?> kwargs) {
        static Payload of(@Nullable Object... args) {
            return new Payload(java.util.Arrays.asList(args), Map.of());
        }
    }

    /** The final result and the arguments of the progressive ones before. */
    record Answer(Payload payload, List<List<?>> progress) {}

    /** An ERROR of the other side. */
    final class CallFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final String uri;
        final transient Payload payload;

        CallFailed(String uri, Payload payload) {
            super(uri + " " + payload);
            this.uri = uri;
            this.payload = payload;
        }
    }

    void register(String uri, Does does);

    void unregister(String uri);

    Answer call(String uri, Payload payload, boolean progress);

    void subscribe(String uri, String match);

    void unsubscribe(String uri);

    /** Acknowledged. */
    void publish(String uri, Payload payload);

    /** The next event of a subscription, waiting for it. */
    Payload event(String subscribed);

    @Override
    void close();
}
