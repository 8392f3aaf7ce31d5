package io.polywire.server.trace;

import io.polywire.model.TraceContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span that has ended.
 *
 * @param context its trace and its own id
 * @param parent id of the span above it; null if it is the first of its trace
 * @param kind as OTLP numbers them
 * @param begun nanoseconds since 1970
 * @param took nanoseconds
 * @param attributes texts and whole numbers
 * @param error URI of the error that it ended with; null without one
 */
record SpanData(
        TraceContext context,
        @Nullable String parent,
        String name,
        int kind,
        long begun,
        long took,
        Map<String, Object> attributes,
        @Nullable String error) {
    /** Answers a caller. */
    static final int SERVER = 2;

    /** Hands something to others and does not wait for them. */
    static final int PRODUCER = 4;
}
