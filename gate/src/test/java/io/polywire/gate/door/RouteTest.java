package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.polywire.gate.host.DirectorySource;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section A2: the table of routes. */
@TestInstance(Lifecycle.PER_CLASS)
class RouteTest {
    private static final String KEY = "A".repeat(64);
    private static final String UUID = "00000000-0000-4000-8000-000000000000";

    private @Nullable Served server;

    @BeforeAll
    void open(@TempDir Path folder) {
        server = new Served(GateSettings.DEFAULT.withSources(new DirectorySource("dir", folder)));
    }

    @AfterAll
    void close() {
        served().close();
    }

    private Served served() {
        if (server == null) {
            throw new IllegalStateException();
        }
        return server;
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', textBlock = """
                    /gate-0/                    | OPTIONS                       | GET, HEAD, OPTIONS            | -                           | -
                    /gate-0/module              | OPTIONS                       | GET, HEAD, OPTIONS            | -                           | -
                    /gate-0/module/sha384       | OPTIONS                       | GET, HEAD, OPTIONS            | -                           | -
                    /gate-0/module/dir          | OPTIONS                       | GET, HEAD, OPTIONS            | -                           | -
                    /gate-0/instance            | OPTIONS                       | GET, HEAD, OPTIONS            | -                           | -
                    /gate-0/module/             | GET, HEAD, OPTIONS            | GET, HEAD, OPTIONS            | -                           | -
                    /gate-0/module/sha384/      | GET, HEAD, OPTIONS            | GET, HEAD, OPTIONS            | Authorization               | -
                    /gate-0/module/sha384/KEY   | GET, HEAD, OPTIONS, POST, PUT | GET, HEAD, OPTIONS, POST, PUT | Authorization, Content-Type | Location, X-Gate-Instance, X-Gate-Status
                    /gate-0/module/dir/         | OPTIONS                       | GET, HEAD, OPTIONS            | -                           | -
                    /gate-0/module/dir/a/b.wasm | GET, OPTIONS, POST            | OPTIONS, POST                 | Authorization               | Location, X-Gate-Instance, X-Gate-Status
                    /gate-0/instance/           | GET, HEAD, OPTIONS            | GET, HEAD, OPTIONS            | Authorization               | -
                    /gate-0/instance/UUID       | GET, OPTIONS, POST            | OPTIONS, POST                 | Authorization, Content-Type | X-Gate-Status
                    """)
    void routesHaveTheirMethodsAndCorsHeaders(
            String row, String allow, String methods, @Nullable String headers, @Nullable String exposed)
            throws IOException {
        String path = row.replace("KEY", KEY).replace("UUID", UUID);
        Http.Answer options = served().ask("OPTIONS", path, "Origin: https://example.test");
        assertEquals(200, options.code());
        assertEquals("", options.body());
        assertEquals(allow, options.field("Allow"));
        cors(options, methods, headers, exposed);

        Http.Answer other = served().ask("DELETE", path, "Origin: https://example.test");
        assertEquals(405, other.code());
        assertEquals("method not allowed\n", other.body());
        assertEquals(allow, other.field("Allow"));
        assertEquals("public, max-age=3600", other.field("Cache-Control"));
        cors(other, methods, headers, exposed);
    }

    private static void cors(Http.Answer answer, String methods, @Nullable String headers, @Nullable String exposed) {
        assertEquals(methods, answer.field("Access-Control-Allow-Methods"));
        assertEquals("*", answer.field("Access-Control-Allow-Origin"));
        assertEquals("86400", answer.field("Access-Control-Max-Age"));
        assertEquals(headers, answer.field("Access-Control-Allow-Headers"));
        assertEquals(exposed, answer.field("Access-Control-Expose-Headers"));
    }

    @Test
    void withoutOriginNothingIsSaidOfIt() throws IOException {
        for (String method : new String[] {"OPTIONS", "GET", "DELETE"}) {
            Http.Answer answer = served().ask(method, "/gate-0/module/sha384/");
            assertEquals(
                    0,
                    answer.fields().stream()
                            .filter(f -> f.startsWith("Access-Control"))
                            .count());
        }
    }

    @Test
    void refusalsBehindTheLoopCarryCorsHeadersToo() throws IOException {
        Http.Answer answer = served().ask("GET", "/gate-0/module/sha384/", "Origin: null");
        assertEquals(401, answer.code());
        assertEquals("*", answer.field("Access-Control-Allow-Origin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/gate-0/nothing", "/gate-0/module/other/", "/gate-0/module/other/x", "/gate-0/instances"})
    void unknownPathsBelowTheApiAreNotFound(String path) throws IOException {
        Http.Answer answer = served().ask("GET", path, "Origin: https://example.test");
        assertEquals(404, answer.code());
        assertEquals("not found\n", answer.body());
        assertNull(answer.field("Access-Control-Allow-Origin"));
    }

    @Test
    void whatIsElsewhereIsLeftToOthers() throws IOException {
        assertEquals(404, served().ask("GET", "/elsewhere").code());
        assertEquals(404, served().ask("GET", "/").code());
    }

    @Test
    void headOfTheApiIs405AsClientsExpect() throws IOException {
        assertEquals(405, served().ask("HEAD", "/gate-0/").code());
        assertEquals(405, served().ask("HEAD", "/gate-0/instance/" + UUID).code());
    }

    @Test
    void prefixMovesPathsLocationsAndAudience() throws IOException {
        try (Served moved = new Served(GateSettings.DEFAULT.withPrefix("/x/y").withAuthority("example.test:8443"))) {
            assertEquals(200, moved.ask("GET", "/x/y/gate-0/module/").code());
            assertEquals(404, moved.ask("GET", "/gate-0/module/").code());
            assertEquals(
                    "Bearer realm=\"https://example.test:8443/x/y/gate-0/\"",
                    moved.ask("GET", "/x/y/gate-0/instance/").field("Www-Authenticate"));
        }
    }
}
