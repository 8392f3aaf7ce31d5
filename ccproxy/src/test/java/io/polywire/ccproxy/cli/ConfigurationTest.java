package io.polywire.ccproxy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    @TempDir
    Path directory;

    private Configuration read(String yaml) throws IOException {
        return Configuration.read(Files.writeString(directory.resolve("c.yaml"), yaml));
    }

    private void assertWrong(String yaml, String key) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> read(yaml)).getMessage());
        assertTrue(message.contains("c.yaml: " + key), message);
    }

    @Test
    void everyKeyIsRead() throws IOException {
        Configuration c = read("""
                socket: /run/p.sock
                max_request: 1048576
                stream_queue: 131072
                vm_queue: 1048576
                ready_timeout: 5m
                command_timeout: 250ms
                stall_timeout: 10
                linger_timeout: 1s
                allow_uids: [0, 1000]
                allow_gids: [50]
                """);
        assertEquals("/run/p.sock", c.socket());
        assertEquals(1 << 20, c.settings().maxRequest());
        assertEquals(1 << 17, c.settings().streamQueue());
        assertEquals(1 << 20, c.settings().vmQueue());
        assertEquals(Duration.ofMinutes(5), c.settings().readyTimeout());
        assertEquals(Duration.ofMillis(250), c.settings().commandTimeout());
        assertEquals(Duration.ofSeconds(10), c.settings().stallTimeout());
        assertEquals(Duration.ofSeconds(1), c.settings().lingerTimeout());
        assertEquals(Set.of(0, 1000), c.settings().allowedUids());
        assertEquals(Set.of(50), c.settings().allowedGids());
        assertEquals(Configuration.defaults(), read("# nothing\n"));
    }

    @Test
    void whatIsWrongIsNamed() {
        assertWrong("sockt: x", "sockt: no such key");
        assertWrong("max_request: many", "max_request");
        assertWrong("max_request: 1", "max_request");
        assertWrong("stall_timeout: soon", "stall_timeout");
        assertWrong("stall_timeout: -1", "stall_timeout");
        assertWrong("allow_uids: 5", "allow_uids");
        assertWrong("allow_gids: [wheel]", "allow_gids");
        assertWrong("- 1", "must be a mapping");
    }

    @Test
    void aSocketThatCannotBeOpenedIsExitStatusOne() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "not a socket");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = CcProxyCommand.run(
                new String[] {"--socket", file.toString()},
                InputStream.nullInputStream(),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertEquals(1, status);
        assertEquals("init: " + file + ": exists and is not a socket\n", err.toString(StandardCharsets.UTF_8));
        assertEquals("not a socket", Files.readString(file));
    }
}
