package io.polywire.server.trace;

import io.polywire.model.TraceContext;
import io.polywire.router.Session;
import io.polywire.router.Tracer;
import io.polywire.server.config.TraceSettings;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Follows calls and publications whose sender names a trace that is recorded, and some of the others. Thread-safe: realms of
 * several threads share one.
 */
public final class Tracing implements Tracer, AutoCloseable {
    private final double sample;
    private final @Nullable Exporter exporter;

    public Tracing(TraceSettings settings) {
        sample = settings.sample();
        exporter = settings.collector() == null ? null : Exporter.start(settings, settings.collector());
    }

    /** Spans that the collector has taken. */
    public long exported() {
        return exporter == null ? 0 : exporter.exported();
    }

    /** Spans that were not sent: the queue was full, or the collector did not take them. */
    public long dropped() {
        return exporter == null ? 0 : exporter.dropped();
    }

    @Override
    public @Nullable Span call(Session caller, String procedure, @Nullable TraceContext context) {
        return wanted(context)
                ? new Running(caller, "call " + procedure, SpanData.SERVER, "rpc.method", procedure, context)
                : null;
    }

    @Override
    public @Nullable Span publish(Session publisher, String topic, @Nullable TraceContext context) {
        return wanted(context)
                ? new Running(
                        publisher, "publish " + topic, SpanData.PRODUCER, "messaging.destination.name", topic, context)
                : null;
    }

    private boolean wanted(@Nullable TraceContext context) {
        return context == null ? sample > 0 && ThreadLocalRandom.current().nextDouble() < sample : context.sampled();
    }

    private static String id(int octets) {
        StringBuilder digits = new StringBuilder(2 * octets);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < octets; i += 8) {
            long part = random.nextLong();
            String hex = Long.toHexString(part == 0 ? 1 : part); // all zeros are no id
            digits.repeat('0', 16 - hex.length()).append(hex);
        }
        return digits.toString();
    }

    private void ended(SpanData span) {
        SpanEvent.note(span);
        if (exporter != null) {
            exporter.offer(span);
        }
    }

    /** Sends what is queued; blocks for a moment at most. */
    @Override
    public void close() {
        if (exporter != null) {
            exporter.close();
        }
    }

    private final class Running implements Span {
        private final Session sender;
        private final String name;
        private final int kind;
        private final String key;
        private final String uri;
        private final TraceContext context;
        private final @Nullable String parent;
        private final long begun;
        private final long at = System.nanoTime();

        Running(Session sender, String name, int kind, String key, String uri, @Nullable TraceContext above) {
            this.sender = sender;
            this.name = name;
            this.kind = kind;
            this.key = key;
            this.uri = uri;
            String own = id(8);
            this.context = above == null ? new TraceContext(id(16), own, true, null) : above.at(own);
            this.parent = above == null ? null : above.span();
            Instant now = Instant.now();
            this.begun = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        }

        @Override
        public TraceContext context() {
            return context;
        }

        @Override
        public void end(@Nullable Session callee, @Nullable String error) {
            Map<String, Object> attributes = new LinkedHashMap<>();
            attributes.put(kind == SpanData.SERVER ? "rpc.system" : "messaging.system", "wamp");
            attributes.put(key, uri);
            attributes.put("polywire.realm", sender.realm().name());
            attributes.put("polywire.door", sender.door());
            attributes.put("polywire.session", sender.id());
            if (callee != null) {
                attributes.put("polywire.callee", callee.id());
                attributes.put("polywire.callee.door", callee.door());
            }
            ended(new SpanData(context, parent, name, kind, begun, System.nanoTime() - at, attributes, error));
        }
    }
}
