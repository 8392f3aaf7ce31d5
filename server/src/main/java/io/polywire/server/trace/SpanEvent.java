package io.polywire.server.trace;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A span, for Flight Recorder. */
@Name("io.polywire.Span")
@Label("Span")
@Description("A call or publication that belongs to a trace")
@Category("Polywire")
@StackTrace(false)
final class SpanEvent extends Event {
    @Label("Trace")
    String traceId = "";

    @Label("Span")
    String spanId = "";

    @Label("Parent")
    @Nullable
    String parentId;

    @Label("What")
    String what = "";

    @Label("Attributes")
    String attributes = "";

    @Label("Error")
    @Nullable
    String error;

    @Label("Took")
    @Timespan(Timespan.NANOSECONDS)
    long took;

    static void note(SpanData span) {
        SpanEvent event = new SpanEvent();
        if (event.shouldCommit()) {
            event.traceId = span.context().trace();
            event.spanId = span.context().span();
            event.parentId = span.parent();
            event.what = span.name();
            event.attributes = span.attributes().toString();
            event.error = span.error();
            event.took = span.took();
            event.commit();
        }
    }
}
