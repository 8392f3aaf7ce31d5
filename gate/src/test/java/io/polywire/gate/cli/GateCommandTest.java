package io.polywire.gate.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.client.LoopbackDoor;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each command against a door. */
class GateCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path folder;

    private final LoopbackDoor server = new LoopbackDoor();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @AfterEach
    void close() {
        server.close();
    }

    private int run(String input, String... args) {
        out.reset();
        err.reset();
        return GateCommand.run(
                args,
                Map.of(
                        "XDG_CONFIG_HOME",
                        folder.toString(),
                        "POLYWIRE_GATE",
                        server.address().toString()),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    /** What a command that succeeds prints, without line feed at the end. */
    private String done(String... args) {
        int status = run("", args);
        assertEquals("0 ", status + " " + err.toString(StandardCharsets.UTF_8), String.join(" ", args));
        return out.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    private String failed(int expected, String... args) {
        int status = run("", args);
        String text = err.toString(StandardCharsets.UTF_8).strip();
        assertEquals(expected, status, text);
        return text;
    }

    private String file(String program) throws IOException {
        return Files.write(folder.resolve(program + ".wasm"), Wasm.bytes(program))
                .toString();
    }

    @Test
    void moduleIsUploadedListedDownloadedAndRemoved() throws IOException {
        String key = WebApi.moduleKey(Wasm.bytes("hello"));
        assertEquals("", done("modules"));
        assertEquals(key, done("upload", file("hello")));
        assertEquals("{\"module\":\"" + key + "\"}", done("upload", "--json", file("hello")));
        assertEquals(key, done("modules"));
        assertEquals("{\"modules\":[{\"id\":\"" + key + "\"}]}", done("modules", "--json"));
        assertEquals("sha384", done("modules", "--sources"));
        assertEquals("[\"sha384\"]", done("modules", "--sources", "--json"));
        Path copy = folder.resolve("copy.wasm");
        done("download", key, copy.toString());
        assertArrayEquals(Wasm.bytes("hello"), Files.readAllBytes(copy));
        done("download", key);
        assertArrayEquals(Wasm.bytes("hello"), out.toByteArray());
        done("unref", key);
        assertEquals("gate: module not found", failed(1, "download", key, copy.toString()));
        assertEquals("gate: module not found", failed(1, "unref", key));
    }

    @Test
    void calledFileGetsInputAndIsNotKept() throws IOException {
        assertEquals(0, run("ping", "call", file("echo"), "main"));
        assertEquals("ping", out.toString(StandardCharsets.UTF_8));
        assertEquals("", done("modules"));
        assertEquals(0, run("pong", "call", "--ref", file("echo"), "main"));
        assertEquals("pong", out.toString(StandardCharsets.UTF_8));
        String key = done("modules");
        assertEquals(0, run("again", "call", key, "main"));
        assertEquals("again", out.toString(StandardCharsets.UTF_8));
        run("", "call", file("echo"), "main");
        assertEquals(key, done("modules")); // It was there before.
    }

    @Test
    void callNeedsNoInput() throws IOException {
        assertEquals("hello, world", done("call", "--no-input", file("hello"), "main"));
        assertEquals("hello, world", done("call", "--websocket", file("hello"), "main"));
        assertEquals("", done("modules"));
    }

    @Test
    void exitStatusOfCallIsTheProgramsResult() throws IOException {
        String exit = file("exit");
        assertEquals(0, run("", "call", exit, "ret0"));
        assertEquals(1, run("", "call", exit, "exit7"));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
        assertEquals("gate: KILLED UNREACHABLE", failed(1, "call", file("traps"), "unreachable"));
        assertEquals("{\"state\":\"TERMINATED\",\"result\":1}", failed(1, "call", "--json", exit, "ret1"));
    }

    @Test
    void instanceIsLaunchedLookedAtAndDeleted() throws IOException {
        String id = done("launch", file("exit"), "ret1");
        assertEquals("HALTED result 1", done("wait", id));
        assertEquals("HALTED result 1", done("status", id));
        assertEquals("{\"state\":\"HALTED\",\"result\":1}", done("status", "--json", id));
        assertEquals(id + "  HALTED result 1", done("instances"));
        assertTrue(done("instances", "--json").startsWith("{\"instances\":[{\"instance\":\"" + id));
        done("resume", id, "ret0");
        assertEquals("HALTED", done("wait", id));
        done("delete", id);
        assertEquals("gate: instance not found", failed(1, "status", id));
    }

    @Test
    void instanceIsSuspendedResumedSnapshotAndKilled() throws IOException {
        String id = done("launch", "--ref", file("spin"), "main");
        assertEquals("SUSPENDED", done("suspend", "--wait", id));
        String module = done("snapshot", id);
        assertTrue(done("modules").contains(module));
        String copy = "123e4567-e89b-42d3-a456-426614174000";
        assertEquals(copy, done("launch", "--suspended", "--instance", copy, module));
        assertEquals("SUSPENDED", done("status", copy));
        done("resume", id);
        done("suspend", id);
        assertEquals("SUSPENDED", done("wait", id));
        assertEquals("SUSPENDED", done("kill", "--wait", id)); // It has stopped and is left as it is.
        done("resume", id);
        assertEquals("KILLED", done("kill", "--wait", id));
        done("kill", copy);
        assertEquals("gate: instance must be suspended or halted", failed(1, "resume", id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"io", "io --websocket"})
    void ioCarriesInputAndOutput(String command) throws IOException {
        String id = done("launch", file("hello"), "serve");
        List<String> args = new ArrayList<>(List.of(command.split(" ")));
        args.add(id);
        assertEquals("hello, world", done(args.toArray(String[]::new)));
        done("kill", "--wait", id);
        assertEquals("gate: instance takes no connection", failed(1, args.toArray(String[]::new)));
    }

    @Test
    void debugShowsAndSetsWhatIsWatched() throws IOException {
        String id = done("launch", file("spin"), "main");
        assertTrue(done("debug", id).contains("status       RUNNING"));
        assertEquals("gate: instance must be stopped", failed(1, "debug", id, "stack"));
        done("suspend", "--wait", id);
        assertTrue(done("debug", id, "set", "--break", "50,40").contains("breakpoints  [40, 50]"));
        assertTrue(done("debug", id, "remove", "--break", "40").contains("breakpoints  [50]"));
        assertTrue(done("debug", id, "stack").contains("main"));
        assertTrue(done("debug", id, "memory", "--addr", "16", "--size", "8").startsWith("00000010  "));
        assertTrue(done("debug", "--json", id).startsWith("{\"module\":\"sha384/"));
    }

    @Test
    void keyFileIsMadeOnFirstUse() throws IOException {
        done("instances");
        Path key = folder.resolve("polywire/gate.key");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
        String id = done("launch", file("spin"), "idle");
        assertEquals("", done("instances", "--key", folder.resolve("other.key").toString()));
        assertTrue(done("instances").startsWith(id));
        Files.writeString(key, "nonsense");
        assertTrue(failed(1, "instances").contains(key + " is no OpenSSH private key"));
    }

    @Test
    void wrongUsageAndLostServersHaveTheirOwnStatus() throws IOException {
        assertTrue(failed(2).contains("Usage: gate"));
        failed(2, "status");
        failed(2, "frobnicate");
        assertTrue(failed(2, "instances", "--address", "127.0.0.1:80").contains("'--address'"));
        assertTrue(failed(2, "instances", "--address", "ftp://x").contains("is not http://HOST"));
        assertTrue(failed(1, "call", "nosuch.wasm").contains("neither a file nor the key of a module"));
        assertTrue(failed(1, "upload", folder + "/nosuch.wasm").contains("No Such File"));
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String address = "http://127.0.0.1:" + port;
        assertTrue(failed(3, "--address", address, "instances").contains("cannot reach " + address));
    }

    @Test
    void progressIsABarWithFigures() {
        assertEquals(
                "upload [" + "=".repeat(15) + " ".repeat(15) + "]  50%  1.0/2.0 MiB",
                Progress.line("upload", 1 << 20, 2 << 20));
        assertEquals("download  1.0 MiB", Progress.line("download", 1 << 20, -1));
        try (Progress progress = new Progress(new PrintStream(err), true, "upload", 2)) {
            progress.accept(2);
        }
        assertTrue(err.toString(StandardCharsets.UTF_8).endsWith("100%  0.0/0.0 MiB\n"));
    }
}
