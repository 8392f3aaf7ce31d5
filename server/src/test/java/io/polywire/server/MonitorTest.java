package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.server.config.ConfigFile;
import io.polywire.wamp.client.WampClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MonitorTest {
    private static final String OPEN = """
            listeners: [{tcp: "127.0.0.1:0"}]
            slow_call: 1ms
            realms:
              - name: r
                anonymous: true
                roles: [{name: anonymous, unrestricted: true}]
            """;

    @TempDir
    private Path folder;

    private Server start(String yaml) throws Exception {
        return Server.start(ConfigFile.read(Files.writeString(folder.resolve("c.yaml"), yaml)));
    }

    private static HttpResponse<String> get(Server server, String path, String... headers) throws Exception {
        String base = server.addresses().getFirst().uri().replaceAll("^ws(.*)/ws$", "http$1");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void aServerThatRunsIsHealthyAndReady() throws Exception {
        try (Server server = start(OPEN)) {
            assertEquals("healthy\n", get(server, "/health").body());
            assertEquals("ready\n", get(server, "/ready").body());
        }
    }

    @Test
    void metricsAreInPrometheusFormat() throws Exception {
        try (Server server = start(OPEN);
                WampClient client =
                        WampClient.connect(server.addresses().getFirst().uri(), "r")) {
            client.register("com.example.f", call -> 1).await();
            client.call("com.example.f").await();
            HttpResponse<String> answer = get(server, "/metrics");
            assertEquals(
                    "text/plain; version=0.0.4; charset=utf-8",
                    answer.headers().firstValue("Content-Type").orElse(""));
            String text = answer.body();
            for (String line : List.of(
                    "# TYPE polywire_calls_total counter",
                    "polywire_calls_total{realm=\"r\"} 1.0",
                    "polywire_sessions{realm=\"r\"} 1.0",
                    "polywire_connections{door=\"wamp\"} 1.0",
                    "polywire_procedure_seconds_count{procedure=\"com.example.f\",realm=\"r\"} 1",
                    "polywire_procedure_seconds_bucket{procedure=\"com.example.f\",realm=\"r\",le=\"+Inf\"} 1",
                    "polywire_procedure_errors_total{procedure=\"com.example.f\",realm=\"r\"} 0.0")) {
                assertTrue(text.lines().anyMatch(line::equals), line + " is not in\n" + text);
            }
            assertTrue(text.contains("\nprocess_resident_memory_bytes "), text);
        }
    }

    @Test
    void theNamesOfMetricsAreThoseOfTheDocumentation() throws Exception {
        Set<String> told = new TreeSet<>();
        try (Server server = start(OPEN);
                WampClient client =
                        WampClient.connect(server.addresses().getFirst().uri(), "r")) {
            client.register("f", call -> 1).await();
            client.call("f").await();
            Matcher type = Pattern.compile("(?m)^# TYPE (\\S+) ")
                    .matcher(get(server, "/metrics").body());
            while (type.find()) {
                told.add(type.group(1));
            }
        }
        String text = Files.readString(Path.of("..", "docs", "operations.md"));
        String section = text.substring(text.indexOf("\n## Metrics\n"), text.indexOf("\n## Logs\n"));
        Set<String> documented = new TreeSet<>();
        Matcher name = Pattern.compile("`((?:polywire|process|jvm)_[a-z_]+)`").matcher(section);
        while (name.find()) {
            documented.add(name.group(1));
        }
        assertEquals(documented, told);
    }

    @Test
    void aTokenThatIsSetIsNeeded() throws Exception {
        Files.writeString(folder.resolve("token"), "t0ken");
        try (Server server = start(OPEN + "metrics: {token: 'file:token'}\n")) {
            assertEquals(401, get(server, "/metrics").statusCode());
            assertEquals(
                    401,
                    get(server, "/metrics", "Authorization", "Bearer other").statusCode());
            assertEquals(
                    200,
                    get(server, "/metrics", "Authorization", "Bearer t0ken").statusCode());
        }
    }

    @Test
    void slowCallsAreToldToFlightRecorder() throws Exception {
        try (Server server = start(OPEN);
                WampClient client =
                        WampClient.connect(server.addresses().getFirst().uri(), "r");
                Recording recording = new Recording()) {
            recording.enable("io.polywire.SlowCall");
            recording.start();
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch running = new CountDownLatch(1);
            client.register("com.example.slow", call -> {
                        running.countDown();
                        release.await();
                        return 1;
                    })
                    .await();
            var pending = client.call("com.example.slow");
            running.await(); // the router's clock runs
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < 5_000_000) {
                Thread.onSpinWait(); // the clock is what this is about
            }
            release.countDown();
            pending.await();
            recording.stop();
            Path file = folder.resolve("slow.jfr");
            recording.dump(file);
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertEquals(1, events.size());
            assertEquals("com.example.slow", events.getFirst().getString("procedure"));
            assertEquals("r", events.getFirst().getString("realm"));
            assertTrue(events.getFirst().getLong("took") >= 4);
        }
    }
}
