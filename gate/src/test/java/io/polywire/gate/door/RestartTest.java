package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.host.HostSettings;
import io.polywire.gate.host.Interrupted;
import io.polywire.gate.message.ModuleRefs;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import io.polywire.net.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives the server: after it was closed, and after it was killed in the middle of everything. */
class RestartTest {
    private final Key key = new Key();
    private @Nullable Process process;
    private @Nullable Served next;
    private Endpoint at = new Endpoint.Tcp("127.0.0.1", 0);

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
        if (next != null) {
            next.close();
        }
    }

    /** Starts a server in a process of its own. */
    private void start(Path folder, String rule, int saveSeconds) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process started = new ProcessBuilder(
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.polywire.gate.example.GateServer",
                        "0",
                        folder.toString(),
                        rule,
                        Integer.toString(saveSeconds))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process = started;
        BufferedReader out = started.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("127.0.0.1:")) {
                at = Endpoint.parse(line);
                return;
            }
        }
        throw new AssertionError("the server did not start");
    }

    private void killHard() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroyForcibly(); // SIGKILL
            running.waitFor(20, TimeUnit.SECONDS);
        }
    }

    /** Opens the same data in this process, which is quicker. */
    private void restart(Path folder) {
        Served opened = new Served(GateSettings.DEFAULT.withData(folder));
        next = opened;
        at = opened.at();
    }

    private Http.Answer ask(String method, String target) throws IOException {
        try (Http http = new Http(at)) {
            return http.head(method, target, "Authorization: " + key.bearer()).answer();
        }
    }

    private Http.Answer put(byte[] module, String query) throws IOException {
        try (Http http = new Http(at)) {
            http.head(
                    "PUT",
                    Served.REFS + WebApi.moduleKey(module) + query,
                    "Authorization: " + key.bearer(),
                    "Content-Type: application/wasm",
                    "Content-Length: " + module.length);
            return http.send(module).answer();
        }
    }

    private String launch(String program, String function) throws IOException {
        return Served.INSTANCES
                + put(Wasm.bytes(program), "?action=launch&function=" + function)
                        .instance();
    }

    private String action(String path, String query) throws IOException {
        Http.Answer answer = ask("POST", path + "?action=" + query);
        return answer.code() + " " + answer.field("X-Gate-Status");
    }

    private String io(String path) throws IOException {
        try (Http http = new Http(at)) {
            http.head("POST", path + "?action=io", "Authorization: " + key.bearer(), "Content-Length: 0");
            return http.answer().body();
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesKill9(@TempDir Path folder) throws Exception {
        start(folder, "RESUME", 0);
        byte[] module = Wasm.bytes("hello");
        put(module, "?action=ref");
        String halted = launch("counter", "inc");
        assertEquals("204 {\"state\":\"HALTED\"}", action(halted, "wait"));
        String suspended = launch("counter", "serve");
        assertEquals("1 1\n", io(suspended));
        assertEquals("204 {\"state\":\"SUSPENDED\"}", action(suspended, "suspend&action=wait"));
        String killed = launch("spin", "idle");
        action(killed, "kill&action=wait");
        String deficient = launch("exit", "deficient");
        action(deficient, "wait");
        String deleted = launch("exit", "ret0");
        action(deleted, "wait");
        action(deleted, "delete");
        String running = launch("counter", "serve");
        assertEquals("1 1\n", io(running));
        String snapshot =
                String.valueOf(ask("POST", suspended + "?action=snapshot").field("Location"));
        String suspending = launch("spin", "main");
        assertEquals("204 null", action(suspending, "suspend")); // Only asked for.
        String token = "Authorization: " + key.bearer("once");
        try (Http http = new Http(at)) {
            assertEquals(200, http.head("GET", Served.REFS, token).answer().code());
        }
        killHard();

        restart(folder);
        List<String> ids = ModuleRefs.parse(ask("GET", Served.REFS).octets()).ids();
        assertEquals(
                List.of(WebApi.moduleKey(module), snapshot.substring(Served.REFS.length())).stream()
                        .sorted()
                        .toList(),
                ids);
        assertEquals(
                module.length,
                ask("GET", Served.REFS + WebApi.moduleKey(module)).octets().length);
        assertEquals("204 {\"state\":\"HALTED\"}", action(halted, "status"));
        assertEquals("204 null", action(halted, "resume&function=get"));
        assertEquals("1 1\n", io(halted));
        assertEquals("204 {\"state\":\"SUSPENDED\"}", action(suspended, "status"));
        assertEquals("204 null", action(suspended, "resume"));
        assertEquals("2 2\n", io(suspended));
        assertEquals("204 {\"state\":\"KILLED\"}", action(killed, "status"));
        assertEquals("204 {\"state\":\"SUSPENDED\",\"cause\":\"ABI_DEFICIENCY\"}", action(deficient, "status"));
        assertEquals("404 null", action(deleted, "status"));
        assertEquals("204 {\"state\":\"RUNNING\"}", action(running, "status"));
        assertEquals("1 1\n", io(running), "it was never saved, so it began anew");
        assertEquals("204 {\"state\":\"SUSPENDED\"}", action(suspending, "wait"));
        try (Http http = new Http(at)) {
            assertEquals(401, http.head("GET", Served.REFS, token).answer().code());
        }
    }

    @Test
    void runningInstancesGoOnFromTheirLastSavedState(@TempDir Path folder) throws Exception {
        start(folder, "RESUME", 1);
        String running = launch("counter", "serve");
        assertEquals("1 1\n", io(running));
        Path states = folder.resolve("states");
        Served.eventually("it is saved", () -> states(states).size() == 1);
        List<String> before = states(states);
        assertEquals("2 2\n", io(running));
        // The file of before goes when the row names the new one.
        Served.eventually(
                "it is saved again",
                () -> states(states).size() == 1 && !states(states).equals(before));
        killHard();
        restart(folder);
        assertEquals("204 {\"state\":\"RUNNING\"}", action(running, "status"));
        String next = io(running);
        assertTrue(next.equals("2 2\n") || next.equals("3 3\n"), next);
    }

    private static List<String> states(Path folder) {
        String[] files = folder.toFile().list((dir, name) -> !name.endsWith(".tmp"));
        return files == null ? List.of() : List.of(files);
    }

    @Test
    void interruptedInstancesAreReportedAsKilledIfThatIsTheRule(@TempDir Path folder) throws Exception {
        GateSettings keeps = GateSettings.DEFAULT.withData(folder);
        String path;
        try (Served first = new Served(keeps)) {
            at = first.at();
            path = launch("spin", "idle");
        }
        GateSettings kills = keeps.withHost(HostSettings.DEFAULT.withInterrupted(Interrupted.KILL));
        for (int i = 0; i < 2; i++) {
            try (Served next = new Served(kills)) {
                at = next.at();
                assertEquals(
                        "204 {\"state\":\"KILLED\",\"cause\":\"INTERNAL\",\"error\":\"server was stopped\"}",
                        action(path, "status"));
            }
        }
    }

    @Test
    void orderlyStopSavesWhatRuns(@TempDir Path folder) throws Exception {
        GateSettings keeps = GateSettings.DEFAULT.withData(folder);
        String path;
        try (Served first = new Served(keeps)) {
            at = first.at();
            path = launch("counter", "serve");
            assertEquals("1 1\n", io(path));
        }
        try (Served second = new Served(keeps)) {
            at = second.at();
            assertEquals("2 2\n", io(path));
        }
    }
}
