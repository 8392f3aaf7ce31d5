package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README says works when it is pasted, and so do the examples. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class ReadmeTest {
    @TempDir
    private static Path folder;

    private ServerProcess server = ServerProcess.serve("--listen", "127.0.0.1:0");

    @BeforeAll
    void started() {
        assertTrue(server.alive());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String readme() throws IOException {
        return Files.readString(Project.ROOT.resolve("README.md"));
    }

    /** The code block whose first line names the file. */
    private static String block(String file) throws IOException {
        Matcher m = Pattern.compile("```\\w+\n((?://|#) " + Pattern.quote(file) + "\n.*?)```", Pattern.DOTALL)
                .matcher(readme());
        if (!m.find()) {
            throw new AssertionError("README.md has no block for " + file);
        }
        return m.group(1);
    }

    /** Pastes a block into a file, with the port of the server of this test. */
    private Path paste(String file, Path into) throws IOException {
        String code = block(file);
        assertTrue(code.contains("127.0.0.1:8080"), file);
        return Files.writeString(into.resolve(file), code.replace("127.0.0.1:8080", "127.0.0.1:" + server.port()));
    }

    private Program python() throws IOException {
        Path packages = Program.ready(Toolchain.PYTHON);
        Path program = paste("hello.py", folder);
        return new Program(folder, List.of(packages.resolve("venv/bin/python").toString(), program.toString()));
    }

    @Test
    void theThreeProgramsOfTheTourTalkToEachOther() throws Exception {
        Path javascript = Program.ready(Toolchain.JAVASCRIPT); // programs find their packages beside themselves
        paste("hello.mjs", javascript);
        try (Program service = new Program(javascript, List.of("node", "hello.mjs"))) {
            service.await("add is ready");
            try (Program caller = new Program(folder, Program.java(paste("Hello.java", folder)))) {
                caller.await("40 + 2 = 42");
                caller.awaitEnd();
            }
            service.await("news: hello from Java");
            try (Program caller = python()) {
                caller.await("2 + 3 = 5");
                caller.awaitEnd();
            }
            service.await("news: hello from Python");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello.mjs", "hello.py", "Hello.java"})
    void theTourIsAmongTheExamples(String file) throws IOException {
        assertEquals(
                block(file),
                Files.readString(Project.ROOT.resolve("examples/tour").resolve(file)));
    }

    @Test
    void theTourInstallsTheVersionsThatAreTested() throws IOException {
        String packages = Files.readString(Toolchain.JAVASCRIPT.source("package.json"));
        Matcher npm = Pattern.compile("npm install (\\S+)@(\\S+) (\\S+)@(\\S+)").matcher(readme());
        assertTrue(npm.find());
        for (int i = 1; i < 5; i += 2) {
            assertTrue(packages.contains("\"" + npm.group(i) + "\": \"" + npm.group(i + 1) + "\""), npm.group());
        }
        Matcher pip = Pattern.compile("autobahn\\[serialization](==[\\d.]+)").matcher(readme());
        assertTrue(pip.find());
        assertTrue(Files.readString(Toolchain.PYTHON.source("requirements.txt")).contains("autobahn" + pip.group(1)));
    }

    @Test
    void theConfigurationOfTheReadmeIsAccepted() throws Exception {
        Matcher m = Pattern.compile("```yaml\n(# polywire.yaml\n.*?)```", Pattern.DOTALL)
                .matcher(readme());
        assertTrue(m.find());
        Certificates.write(folder);
        String file = m.group(1)
                .replace("/var/lib/polywire", folder.resolve("data").toString())
                .replace("0.0.0.0:8443", "127.0.0.1:0")
                .replace("/run/polywire.sock", folder.resolve("readme.sock").toString());
        Path config = Files.writeString(folder.resolve("polywire.yaml"), file);
        try (ServerProcess configured = ServerProcess.serve("--config", config.toString())) {
            assertTrue(configured.lines.stream().anyMatch(line -> line.contains("wss://127.0.0.1:")));
            assertTrue(configured.lines.stream().anyMatch(line -> line.contains("tls://127.0.0.1:")));
            assertTrue(configured.lines.stream().anyMatch(line -> line.contains("unix://")));
            assertTrue(configured.lines.stream().noneMatch(line -> line.contains("WARNING")));
        }
    }

    /** Examples that run until they are killed or need another program; they have tests of their own. */
    private static final Set<String> APART = Set.of(
            "WebwireTestApp.java",
            "WebwireShop.java",
            "HemiTestApp.java",
            "HemiScript.java",
            "HemiNode.java",
            "WampCallsHemi.java");

    static List<Path> examples() {
        try (Stream<Path> files = Files.list(Project.ROOT.resolve("examples/java"))) {
            return files.filter(file -> !APART.contains(String.valueOf(file.getFileName())))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final Map<String, List<String>> EXPECTED = Map.of(
            "Calls.java", List.of("3 apples: 195 cents"),
            "Embedded.java", List.of("2 + 3 = 5"),
            "Errors.java",
                    List.of(
                            "left: 70",
                            "com.example.error.overdrawn: only 100 are left",
                            "wamp.error.no_such_procedure"),
            "Events.java",
                    List.of("com.example.weather.berlin: 21.5 degrees", "com.example.weather.oslo: 14.0 degrees"),
            "GateGuest.java", List.of("7 squared: 49", "hello world", "it heard: the sun shines", "then it was KILLED"),
            "HemiCallsWamp.java",
                    List.of("3 apples: 195 cents", "pears: we have apples only", "news: apples are sold out"),
            "Progress.java", List.of("0 %", "25 %", "50 %", "75 %", "done", "canceled: wamp.error.canceled"));

    @ParameterizedTest
    @MethodSource("examples")
    void examplesRun(Path example) throws Exception {
        List<String> expected = EXPECTED.get(String.valueOf(example.getFileName()));
        assertTrue(expected != null, () -> "no expectation for " + example);
        assertTrue(Files.readString(example).startsWith("/// "), "the first line is what the list of examples shows");
        try (Program program = new Program(folder, Program.java(example, server.ws()))) {
            for (String line : expected) {
                program.await(line);
            }
            program.awaitEnd();
            assertEquals(expected, program.seen);
        }
    }
}
