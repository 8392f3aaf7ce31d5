package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** A program that runs, its output line by line. */
final class Program implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    final Process process;
    final BufferedReader output;
    final List<String> seen = new ArrayList<>();

    Program(Path in, List<String> command) throws IOException {
        process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    String next() throws IOException {
        String next = output.readLine();
        if (next == null) {
            throw new AssertionError("it has ended: " + seen);
        }
        return next;
    }

    void await(String line) throws IOException {
        for (String next = output.readLine(); next != null; next = output.readLine()) {
            seen.add(next);
            if (next.equals(line)) {
                return;
            }
        }
        throw new AssertionError("expected '" + line + "', got " + seen);
    }

    void awaitEnd() throws InterruptedException {
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> "still running: " + seen);
        assertEquals(0, process.exitValue(), seen::toString);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The command that runs a Java program from source with the packaged libraries, as {@code ./polywire example} does. */
    static List<String> java(Path program, String... arguments) {
        return Stream.concat(
                        Stream.of(
                                Project.JAVA.toString(),
                                "@" + Project.APP.resolve("java.options"),
                                "-Dpolywire.examples=" + Project.ROOT.resolve("examples"),
                                "-cp",
                                Project.APP.resolve("lib") + "/*",
                                program.toString()),
                        Stream.of(arguments))
                .toList();
    }

    /** The folder of a language's packages; skips the test where the language is missing. */
    static Path ready(Toolchain toolchain) {
        try {
            return toolchain.ready();
        } catch (Toolchain.Missing e) {
            throw new TestAbortedException(e.getMessage(), e);
        }
    }
}
