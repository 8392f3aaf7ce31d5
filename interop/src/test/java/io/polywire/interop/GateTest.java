package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polywire.gate.client.CallOptions;
import io.polywire.gate.client.Download;
import io.polywire.gate.client.GateClient;
import io.polywire.gate.client.GateStream;
import io.polywire.gate.client.Identity;
import io.polywire.gate.client.LaunchOptions;
import io.polywire.gate.client.ModuleContent;
import io.polywire.gate.message.State;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Gate from outside: the tour of docs/gate.md, and a program that changes its server. */
@Timeout(300)
class GateTest {
    private static final Path TOUR = Project.ROOT.resolve("examples/gate/tour.wasm");

    /** How many primes there are below two million. */
    private static final String PRIMES = "148933\n";

    @TempDir
    private Path folder;

    private static GateClient client(ServerProcess server, Identity owner) {
        return GateClient.of(URI.create("http://127.0.0.1:" + server.port()), owner);
    }

    private static String said(GateStream stream) throws IOException {
        try (stream) {
            stream.input().close();
            return new String(stream.output().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aBusyProgramIsSuspendedMovedToAnotherServerByItsSnapshotAndFinishesThere() throws Exception {
        Identity owner = Identity.generate();
        Path moved = folder.resolve("moved.wasm");
        String id = UUID.randomUUID().toString();
        try (ServerProcess first = ServerProcess.serve("--listen", "127.0.0.1:0");
                ServerProcess second = ServerProcess.serve("--listen", "127.0.0.1:0");
                GateClient from = client(first, owner);
                GateClient to = client(second, owner)) {
            assertNotEquals(first.pid(), second.pid());
            from.launch(ModuleContent.of(TOUR), LaunchOptions.function("primes").withInstance(id));
            assertEquals(State.SUSPENDED, from.suspendAndWait(id).state());
            try (Download module = from.download(from.snapshot(id))) {
                Files.copy(module, moved);
            }
            from.delete(id);
            assertEquals(0, first.terminate());

            to.launch(
                    ModuleContent.of(moved),
                    LaunchOptions.DEFAULT.withSuspended().withInstance(id));
            assertEquals(State.SUSPENDED, to.status(id).state());
            to.resume(id, "");
            assertEquals(PRIMES, said(to.io(id)));
            assertEquals("{\"state\":\"HALTED\"}", to.waitFor(id).toJson());
        }
    }

    @Test
    void theSnapshotOfARunningProgramGoesOnInBothServers() throws Exception {
        Identity owner = Identity.generate();
        try (ServerProcess first = ServerProcess.serve("--listen", "127.0.0.1:0");
                ServerProcess second = ServerProcess.serve("--listen", "127.0.0.1:0");
                GateClient from = client(first, owner);
                GateClient to = client(second, owner)) {
            String id = from.launch(ModuleContent.of(TOUR), LaunchOptions.function("primes"));
            Path copy = folder.resolve("copy.wasm");
            try (Download module = from.download(from.snapshot(id))) {
                Files.copy(module, copy);
            }
            try (GateStream stream = to.call(ModuleContent.of(copy), CallOptions.DEFAULT)) {
                assertEquals(PRIMES, new String(stream.output().readAllBytes(), StandardCharsets.UTF_8));
            }
            assertEquals(PRIMES, said(from.io(id)));
        }
    }

    // ---- the tour

    private static String tour() throws IOException {
        String page = Files.readString(Project.ROOT.resolve("docs/gate.md"));
        return page.substring(page.indexOf("\n## A tour\n"), page.indexOf("\n## In a program of your own\n"));
    }

    @Test
    void theTourOfTheManualWorksAsItIsWritten() throws Exception {
        for (String tool : List.of("bash", "curl", "openssl", "basenc")) {
            assumeTrue(Toolchain.onPath(tool), tool + " is not on the PATH");
        }
        StringBuilder script = new StringBuilder("set -e\n");
        List<String> expected = new ArrayList<>();
        Matcher blocks = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL).matcher(tour());
        while (blocks.find()) {
            script.append(blocks.group(1));
            Matcher says = Pattern.compile(" {2,}# (.*)").matcher(blocks.group(1));
            while (says.find()) {
                expected.add(says.group(1));
            }
        }
        assertTrue(expected.size() > 5 && script.indexOf("127.0.0.1:8080") > 0, script::toString);
        Path modules = Files.createDirectories(folder.resolve("examples/gate"));
        Files.copy(TOUR, modules.resolve("tour.wasm"));
        try (ServerProcess server = ServerProcess.serve("--listen", "127.0.0.1:0")) {
            Path file = Files.writeString(
                    folder.resolve("tour.sh"),
                    script.toString().replace("127.0.0.1:8080", "127.0.0.1:" + server.port()));
            Process tour = new ProcessBuilder("bash", file.toString())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(tour.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(tour.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, tour.exitValue(), printed);
            int at = 0;
            for (String line : expected) {
                at = printed.indexOf(line.matches("\\d") ? "\n" + line + "\n" : line, at);
                assertTrue(at >= 0, () -> line + " is not where it should be in " + printed);
                at += line.length();
            }
        }
    }
}
