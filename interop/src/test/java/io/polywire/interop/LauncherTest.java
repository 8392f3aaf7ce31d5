package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./polywire} in a folder of its own, without sources: what it was to build is there already. */
@Timeout(120)
class LauncherTest {
    private static final String JDK = System.getProperty("java.home");

    @TempDir
    private Path folder;

    private Path launcher = Path.of("unset");

    /** What a program printed and how it ended. */
    private record Ended(int status, String out, String err) {}

    @BeforeEach
    void install() throws IOException {
        folder = folder.toRealPath();
        launcher = folder.resolve("polywire");
        Files.copy(Project.ROOT.resolve("polywire"), launcher);
    }

    private ProcessBuilder command(Path program, Map<String, String> environment, String... arguments) {
        ProcessBuilder command =
                new ProcessBuilder(new ArrayList<>(Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                        .toList()));
        command.environment().remove("POLYWIRE_JAVA_HOME");
        command.environment().remove("JAVA_HOME");
        command.environment().putAll(environment);
        return command.directory(folder.toFile());
    }

    private static Ended run(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.start();
        byte[] out = process.getInputStream().readAllBytes();
        byte[] err = process.getErrorStream().readAllBytes();
        return new Ended(
                process.waitFor(), new String(out, StandardCharsets.UTF_8), new String(err, StandardCharsets.UTF_8));
    }

    private Path java(String name, String version, boolean compiler) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        for (String program : compiler ? List.of("java", "javac") : List.of("java")) {
            Path file = home.resolve("bin").resolve(program);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        return home;
    }

    @Test
    void theOwnVariableComesFirst() throws Exception {
        Path other = java("other", "26.0.1", true);
        Ended ended = run(command(launcher, Map.of("POLYWIRE_JAVA_HOME", other.toString(), "JAVA_HOME", JDK), "jdk"));
        assertEquals(new Ended(0, other + "\n", ""), ended);
    }

    @Test
    void tooOldJavaHomeAndPathAreSkipped() throws Exception {
        Path old = java("old", "17.0.15", true);
        Path older = java("older", "1.8.0_202", true);
        String path = older.resolve("bin") + ":" + JDK + "/bin:" + System.getenv("PATH");
        Ended ended = run(command(launcher, Map.of("JAVA_HOME", old.toString(), "PATH", path), "jdk"));
        assertEquals(new Ended(0, JDK + "\n", ""), ended);
    }

    @Test
    void earlyAccessVersionsCount() throws Exception {
        Path early = java("early", "27-ea", true);
        assertEquals(
                0,
                run(command(launcher, Map.of("POLYWIRE_JAVA_HOME", early.toString()), "jdk"))
                        .status());
    }

    @Test
    void aWrongOwnVariableIsAnErrorThatSaysWhy() throws Exception {
        Path old = java("old", "17.0.15", true);
        Ended ended = run(command(launcher, Map.of("POLYWIRE_JAVA_HOME", old.toString(), "JAVA_HOME", JDK), "version"));
        assertEquals(1, ended.status());
        assertTrue(ended.err().contains("Java 17.0.15 in " + old), ended.err());
    }

    @Test
    void aJavaWithoutCompilerWillNotDo() throws Exception {
        Path jre = java("jre", "25.0.1", false);
        Ended ended = run(command(launcher, Map.of("POLYWIRE_JAVA_HOME", jre.toString()), "jdk"));
        assertEquals(1, ended.status());
        assertTrue(ended.err().contains("a JRE, not a JDK"), ended.err());
    }

    @Test
    void aMissingMavenIsNamedWhenABuildIsNeeded() throws Exception {
        Path tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : List.of(
                "sh",
                "dirname",
                "readlink",
                "sed",
                "head",
                "find",
                "mkdir",
                "ln",
                "rm",
                "mv",
                "sleep",
                "date",
                "cat")) {
            for (String place : List.of("/usr/bin/", "/bin/")) {
                if (Files.exists(Path.of(place + tool)) && Files.notExists(tools.resolve(tool))) {
                    Files.createSymbolicLink(tools.resolve(tool), Path.of(place + tool));
                }
            }
        }
        ProcessBuilder command = command(
                launcher,
                Map.of("POLYWIRE_JAVA_HOME", JDK, "PATH", tools.toString(), "HOME", folder.toString()),
                "version");
        command.environment().remove("MAVEN_HOME");
        command.environment().remove("POLYWIRE_MAVEN");
        Ended ended = run(command);
        assertEquals(1, ended.status(), ended.err());
        assertTrue(ended.err().contains("Apache Maven 3.6.3 or newer is needed"), ended.err());
        assertTrue(Files.notExists(folder.resolve(".polywire/lock")), "the lock stayed");
    }

    @Test
    void exampleNamesIgnoreCaseAndHyphensAndArgumentsArePassedOn() throws Exception {
        Path build = Files.createDirectories(folder.resolve(".polywire/builds/1"));
        Files.createDirectory(build.resolve("lib"));
        Files.createFile(build.resolve("java.options"));
        Files.createFile(build.resolve("stamp"));
        Files.writeString(build.resolve("jdk"), JDK + " " + System.getProperty("java.version") + "\n");
        Files.createSymbolicLink(folder.resolve(".polywire/app"), Path.of("builds/1"));
        Path examples = Files.createDirectories(folder.resolve("examples/java"));
        Files.writeString(examples.resolve("ShowWords.java"), """
                /// Shows its arguments.
                void main(String[] words) { IO.println(String.join("|", words)); }
                """);
        Map<String, String> jdk = Map.of("POLYWIRE_JAVA_HOME", JDK);
        for (String name : List.of("ShowWords", "show-words", "showwords")) {
            Ended ended = run(command(launcher, jdk, "example", name, "--listen", "a b"));
            assertEquals(new Ended(0, "--listen|a b\n", ""), ended);
        }
        Ended unknown = run(command(launcher, jdk, "example", "show"));
        assertEquals(1, unknown.status());
        assertTrue(unknown.err().contains("there is no example 'show'"), unknown.err());
        assertTrue(run(command(launcher, jdk, "example")).out().contains("Shows its arguments."));
    }

    @Test
    void servesThroughASymbolicLinkFromAnywhereAndStopsOnSignals() throws Exception {
        Path build = folder.resolve(".polywire/builds/1");
        Files.createDirectories(build.resolve("lib"));
        Files.copy(Project.APP.resolve("java.options"), build.resolve("java.options"));
        try (Stream<Path> libraries = Files.list(Project.APP.resolve("lib"))) {
            for (Path library : libraries.toList()) {
                Files.copy(library, build.resolve("lib").resolve(library.getFileName()));
            }
        }
        Files.createFile(build.resolve("stamp"));
        Files.createSymbolicLink(folder.resolve(".polywire/app"), Path.of("builds/1"));
        Path elsewhere = Files.createDirectory(folder.resolve("else where"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("pw"), Path.of("../polywire"));
        for (String signal : List.of("TERM", "INT")) {
            ProcessBuilder command =
                    command(link, Map.of("POLYWIRE_JAVA_HOME", JDK), "serve", "--listen", "127.0.0.1:0");
            // A shell's background jobs ignore SIGINT, and so would what these tests start when they run in one.
            command.command().addAll(0, List.of("env", "--default-signal=INT"));
            try (ServerProcess server = ServerProcess.start(command.directory(elsewhere.toFile()))) {
                try (RawSession session = RawSession.join(server.port())) {
                    assertEquals(0, server.signal(signal), signal);
                    assertTrue(session.read().contains("wamp.close.system_shutdown"), "GOODBYE expected");
                }
            }
        }
        assertTrue(Files.exists(build.resolve("app.aot")), "no ahead-of-time cache was made");
    }
}
