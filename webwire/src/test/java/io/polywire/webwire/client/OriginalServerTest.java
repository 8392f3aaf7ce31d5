package io.polywire.webwire.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polywire.net.Endpoint;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Our client with a server on the original library, which {@code src/test/go} has; needs Go. */
class OriginalServerTest extends Stories {
    private static final Path SOURCE = Path.of("src/test/go");
    private static final int BUILD_MINUTES = 5;

    private @Nullable Process server;

    @Override
    Endpoint.Tcp start() throws Exception {
        Process started = new ProcessBuilder(build().toAbsolutePath().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        server = started;
        String line =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8)).readLine();
        assertTrue(line != null && line.startsWith("listening on "), "the original server has not started: " + line);
        return (Endpoint.Tcp) Endpoint.parse(line.substring("listening on ".length()));
    }

    private static Path build() throws IOException, InterruptedException {
        String path = System.getenv("PATH");
        assumeTrue(
                path != null
                        && Arrays.stream(path.split(File.pathSeparator))
                                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "go"))),
                "go is not on the PATH");
        Path to = Files.createDirectories(Path.of("target", "original-webwire"));
        Path log = to.resolve("build.log");
        Process building = new ProcessBuilder(
                        "go",
                        "build",
                        "-o",
                        to.resolve("server").toAbsolutePath().toString(),
                        ".")
                .directory(SOURCE.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!building.waitFor(BUILD_MINUTES, TimeUnit.MINUTES)) {
            building.destroyForcibly();
        }
        String said = Files.readString(log);
        boolean offline = said.contains("dial tcp") || said.contains("proxyconnect") || said.contains("i/o timeout");
        assumeTrue(!offline, "the original library cannot be downloaded: " + said);
        assertEquals(0, building.waitFor(), said);
        return to.resolve("server");
    }

    @Override
    void stop() throws InterruptedException {
        if (server != null) {
            server.destroy();
            server.waitFor();
        }
    }
}
