package io.polywire.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in a process of its own, as packaged, on a port of its own choice. Its lines up to the one that says it is ready
 * are kept; standard error goes to that of the tests.
 */
final class ServerProcess implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile(" ws://127\\.0\\.0\\.1:(\\d+)/");
    private static final Pattern SECURE_PORT = Pattern.compile(" wss://127\\.0\\.0\\.1:(\\d+)/");

    final List<String> lines = new ArrayList<>();
    private final Process process;
    private final BufferedReader output;

    private ServerProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** {@code serve} with these arguments, when it is ready. */
    static ServerProcess serve(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Project.JAVA.toString(),
                "@" + Project.APP.resolve("java.options"),
                "-jar",
                Project.APP.resolve("lib/polywire-server.jar").toString(),
                "serve"));
        command.addAll(List.of(arguments));
        return start(new ProcessBuilder(command));
    }

    /** A prepared command that ends up as {@code serve}, when it is ready. */
    static ServerProcess start(ProcessBuilder command) {
        try {
            ServerProcess server = new ServerProcess(
                    command.redirectError(ProcessBuilder.Redirect.INHERIT).start());
            server.awaitReady();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            if (line.startsWith("ready in ")) {
                return;
            }
        }
        process.destroyForcibly();
        throw new AssertionError("the server ended before it was ready: " + lines);
    }

    /** Of the first listener without TLS. */
    int port() {
        return port(PORT);
    }

    /** Of the first listener with TLS. */
    int securePort() {
        return port(SECURE_PORT);
    }

    private int port(Pattern pattern) {
        for (String line : lines) {
            Matcher m = pattern.matcher(line);
            if (m.find()) {
                return Integer.parseInt(m.group(1));
            }
        }
        throw new AssertionError("no address in " + lines);
    }

    String ws() {
        return "ws://127.0.0.1:" + port() + "/ws";
    }

    String tcp() {
        return "tcp://127.0.0.1:" + port();
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Resident memory in KiB (Linux). */
    long residentKiB() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("no VmRSS");
    }

    /** SIGTERM; returns the exit status. */
    int terminate() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    /** Sends the signal of that name; returns the exit status. */
    int signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        return awaitEnd();
    }

    private int awaitEnd() throws InterruptedException {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the server has not stopped within 10 s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
