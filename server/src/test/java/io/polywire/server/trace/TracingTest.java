package io.polywire.server.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.polywire.model.Dict;
import io.polywire.model.TraceContext;
import io.polywire.net.Endpoint;
import io.polywire.net.Loops;
import io.polywire.server.RunningServer;
import io.polywire.wamp.client.CallOptions;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import io.polywire.webwire.client.ClientHooks;
import io.polywire.webwire.client.WebWireClient;
import io.polywire.webwire.message.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A trace goes from callers to callees, and a collector hears of it: a real one, which this test is. */
@Timeout(60)
class TracingTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

    private final BlockingQueue<JsonNode> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<JsonNode> spans = new LinkedBlockingQueue<>();
    private volatile int answer = 200;
    private HttpServer collector;

    @TempDir
    private Path folder;

    @BeforeEach
    void collect() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            assertEquals("POST", exchange.getRequestMethod());
            assertEquals("application/json", exchange.getRequestHeaders().getFirst("Content-Type"));
            JsonNode request =
                    new ObjectMapper().readTree(exchange.getRequestBody().readAllBytes());
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
            requests.add(request);
            request.path("resourceSpans")
                    .forEach(resource -> resource.path("scopeSpans")
                            .forEach(scope -> scope.path("spans").forEach(spans::add)));
        });
        collector.start();
    }

    @AfterEach
    void stop() {
        collector.stop(0);
    }

    private RunningServer start(String tracing) {
        return RunningServer.of(folder, """
                admin_realm: main
                realms:
                  - name: main
                    anonymous: true
                    roles: [{name: anonymous, unrestricted: true, admin: true}]
                webwire: {realm: main}
                """ + tracing);
    }

    private String exporting(double sample) {
        return "tracing: {sample: " + sample + ", service: router-1, collector: \"http://127.0.0.1:"
                + collector.getAddress().getPort() + "/v1/traces\"}\n";
    }

    private static CallOptions within(String parent) {
        return CallOptions.DEFAULT.with(TraceContext.PARENT, parent).with(TraceContext.STATE, "vendor=1");
    }

    private JsonNode span() throws InterruptedException {
        return Objects.requireNonNull(spans.poll(20, TimeUnit.SECONDS), "no span has come");
    }

    private static String attribute(JsonNode span, String key) {
        for (JsonNode one : span.path("attributes")) {
            if (one.path("key").asString("").equals(key)) {
                JsonNode value = one.path("value");
                return value.path("stringValue").asString(value.path("intValue").asString(""));
            }
        }
        return "";
    }

    private static <T> T await(Supplier<T> value, java.util.function.Predicate<T> enough) throws InterruptedException {
        for (T now = value.get(); ; now = value.get()) {
            if (enough.test(now)) {
                return now;
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void aCallThatComesWithATraceHandsItOnAndTheCollectorHears() throws Exception {
        BlockingQueue<Dict> details = new LinkedBlockingQueue<>();
        try (RunningServer server = start(exporting(0));
                WampClient callee = server.connect("main");
                WampClient caller = server.connect("main")) {
            callee.register("com.example.f", call -> {
                        details.add(call.details());
                        return 1;
                    })
                    .await();
            caller.call("com.example.f", within(PARENT)).await();
            TraceContext got = Objects.requireNonNull(TraceContext.of(details.take()));
            assertEquals(TRACE, got.trace());
            assertNotEquals(SPAN, got.span());
            assertEquals("vendor=1", got.state());
            JsonNode span = span();
            assertEquals(TRACE, span.path("traceId").asString(""));
            assertEquals(got.span(), span.path("spanId").asString(""));
            assertEquals(SPAN, span.path("parentSpanId").asString(""));
            assertEquals("vendor=1", span.path("traceState").asString(""));
            assertEquals("call com.example.f", span.path("name").asString(""));
            assertEquals("com.example.f", attribute(span, "rpc.method"));
            assertEquals("main", attribute(span, "polywire.realm"));
            assertEquals("wamp", attribute(span, "polywire.door"));
            assertEquals(Long.toString(caller.session().id()), attribute(span, "polywire.session"));
            assertEquals(Long.toString(callee.session().id()), attribute(span, "polywire.callee"));
            long begun = Long.parseLong(span.path("startTimeUnixNano").asString("0"));
            long ended = Long.parseLong(span.path("endTimeUnixNano").asString("0"));
            assertTrue(ended > begun && begun > 1_700_000_000_000_000_000L, begun + " to " + ended);
            JsonNode resource = requests.take().path("resourceSpans").path(0).path("resource");
            assertEquals("router-1", attribute(resource, "service.name"));
        }
    }

    @Test
    void errorsAreToldAndCallsThatAreNotRecordedGoThroughAsTheyAre() throws Exception {
        String unrecorded = PARENT.substring(0, PARENT.length() - 1) + "0";
        BlockingQueue<Dict> details = new LinkedBlockingQueue<>();
        try (RunningServer server = start(exporting(1));
                WampClient client = server.connect("main")) {
            client.register("com.example.f", call -> {
                        details.add(call.details());
                        throw new WampException("com.example.error", "no");
                    })
                    .await();
            assertThrows(
                    WampException.class,
                    () -> client.call("com.example.f", within(unrecorded)).await());
            assertEquals(unrecorded, details.take().get(TraceContext.PARENT));
            assertThrows(
                    WampException.class,
                    () -> client.call("com.example.f", within(PARENT)).await());
            JsonNode span = span();
            assertEquals(TRACE, span.path("traceId").asString(""));
            assertEquals(SPAN, span.path("parentSpanId").asString(""), "the one that is not recorded has no span");
            assertEquals(2, span.path("status").path("code").asInt());
            assertEquals(
                    "com.example.error", span.path("status").path("message").asString(""));
        }
    }

    @Test
    void whatComesWithoutATraceBeginsOneIfItIsSampled() throws Exception {
        BlockingQueue<Dict> details = new LinkedBlockingQueue<>();
        try (RunningServer server = start(exporting(1));
                Loops loops = Loops.open(1);
                WampClient client = server.connect("main");
                WebWireClient other = new WebWireClient(
                        loops,
                        (Endpoint.Tcp) Endpoint.parse(server.at()),
                        Duration.ofSeconds(20),
                        new ClientHooks() {})) {
            client.register("greet", call -> {
                        details.add(call.details());
                        return "hello";
                    })
                    .await();
            other.connect();
            other.request("greet", Payload.utf8("x"));
            TraceContext got = Objects.requireNonNull(TraceContext.of(details.take()));
            JsonNode span = span();
            assertEquals(got.trace(), span.path("traceId").asString(""));
            assertEquals(got.span(), span.path("spanId").asString(""));
            assertFalse(span.has("parentSpanId"), span.toString());
            assertEquals("webwire", attribute(span, "polywire.door"));
        }
    }

    @Test
    void eventsBelongToTheTraceOfTheirPublication() throws Exception {
        BlockingQueue<Dict> details = new LinkedBlockingQueue<>();
        try (RunningServer server = start(exporting(0));
                WampClient subscriber = server.connect("main");
                WampClient publisher = server.connect("main")) {
            subscriber
                    .subscribe("com.example.news", event -> details.add(event.details()))
                    .await();
            publisher
                    .publish("com.example.news", PublishOptions.ACKNOWLEDGED.with(TraceContext.PARENT, PARENT), 1)
                    .await();
            TraceContext got = Objects.requireNonNull(TraceContext.of(details.take()));
            JsonNode span = span();
            assertEquals(TRACE, got.trace());
            assertEquals(got.span(), span.path("spanId").asString(""));
            assertEquals("publish com.example.news", span.path("name").asString(""));
            assertEquals(SpanData.PRODUCER, span.path("kind").asInt());
        }
    }

    @Test
    void withoutTheOptionContextsGoThroughAsTheyAreAndNoneBegins() throws Exception {
        BlockingQueue<Dict> details = new LinkedBlockingQueue<>();
        try (RunningServer server = start("");
                WampClient client = server.connect("main")) {
            client.register("com.example.f", call -> {
                        details.add(call.details());
                        return 1;
                    })
                    .await();
            client.call("com.example.f", within(PARENT)).await();
            assertEquals(PARENT, details.take().get(TraceContext.PARENT));
            client.call("com.example.f").await();
            assertNull(details.take().get(TraceContext.PARENT));
        }
        assertTrue(spans.isEmpty());
    }

    @Test
    void withoutACollectorFlightRecorderHears() throws Exception {
        try (RunningServer server = start("tracing: {}\n");
                WampClient client = server.connect("main");
                Recording recording = new Recording()) {
            recording.enable("io.polywire.Span");
            recording.start();
            client.register("com.example.f", call -> 1).await();
            client.call("com.example.f", within(PARENT)).await();
            client.call("com.example.f").await();
            recording.stop();
            Path file = folder.resolve("spans.jfr");
            recording.dump(file);
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertEquals(1, events.size(), events.toString());
            assertEquals(TRACE, events.getFirst().getString("traceId"));
            assertEquals(SPAN, events.getFirst().getString("parentId"));
            assertEquals("call com.example.f", events.getFirst().getString("what"));
            assertTrue(events.getFirst().getDuration("took").isPositive());
        }
    }

    @Test
    void whatTheCollectorDoesNotTakeIsCountedAndHoldsNobodyUp() throws Exception {
        answer = 503;
        try (RunningServer server = start(exporting(0));
                WampClient client = server.connect("main")) {
            client.register("com.example.f", call -> 1).await();
            for (int i = 0; i < 3; i++) {
                client.call("com.example.f", within(PARENT)).await();
            }
            assertTrue(await(server::metrics, text -> text.contains("\npolywire_spans_dropped_total 3.0\n"))
                    .contains("\npolywire_spans_exported_total 0.0\n"));
            answer = 200;
            client.call("com.example.f", within(PARENT)).await();
            await(server::metrics, text -> text.contains("\npolywire_spans_exported_total 1.0\n"));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
