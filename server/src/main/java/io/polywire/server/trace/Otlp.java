package io.polywire.server.trace;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** {@code ExportTraceServiceRequest} of OpenTelemetry's protocol (OTLP 1), in JSON. */
final class Otlp {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int FAILED = 2;

    private Otlp() {}

    static byte[] json(String service, List<SpanData> spans) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeName("resourceSpans").writeStartArray().writeStartObject();
            json.writeName("resource").writeStartObject();
            attributes(json, Map.of("service.name", service));
            json.writeEndObject();
            json.writeName("scopeSpans").writeStartArray().writeStartObject();
            json.writeName("scope").writeStartObject();
            text(json, "name", "polywire");
            json.writeEndObject();
            json.writeName("spans").writeStartArray();
            spans.forEach(span -> span(json, span));
            json.writeEndArray();
            json.writeEndObject()
                    .writeEndArray()
                    .writeEndObject()
                    .writeEndArray()
                    .writeEndObject();
        }
        return out.toByteArray();
    }

    private static void span(JsonGenerator json, SpanData span) {
        json.writeStartObject();
        text(json, "traceId", span.context().trace());
        text(json, "spanId", span.context().span());
        text(json, "parentSpanId", span.parent());
        text(json, "traceState", span.context().state());
        text(json, "name", span.name());
        json.writeName("kind").writeNumber(span.kind());
        // 64-bit numbers are texts in protobuf's JSON.
        text(json, "startTimeUnixNano", Long.toString(span.begun()));
        text(json, "endTimeUnixNano", Long.toString(span.begun() + span.took()));
        attributes(json, span.attributes());
        if (span.error() != null) {
            json.writeName("status").writeStartObject();
            json.writeName("code").writeNumber(FAILED);
            text(json, "message", span.error());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void attributes(JsonGenerator json, Map<String, Object> all) {
        json.writeName("attributes").writeStartArray();
        all.forEach((key, value) -> {
            json.writeStartObject();
            text(json, "key", key);
            json.writeName("value").writeStartObject();
            text(json, value instanceof Number ? "intValue" : "stringValue", value.toString());
            json.writeEndObject().writeEndObject();
        });
        json.writeEndArray();
    }

    private static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeName(name).writeString(value);
        }
    }
}
