package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The web API over HTTP/2, as curl speaks it. */
class Http2StreamTest {
    @TempDir
    private Path dir;

    private final Served server = new Served();

    @BeforeAll
    static void curl() throws InterruptedException {
        boolean there;
        try {
            Process curl = new ProcessBuilder("curl", "--version").start();
            String told = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            there = curl.waitFor() == 0 && told.contains("HTTP2");
        } catch (IOException e) {
            there = false;
        }
        assumeTrue(there, "curl with HTTP/2 is not installed");
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** What came; head and trailers are in the file {@code heads}. */
    private byte[] curl(String target, String... options) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("curl", "-sS", "--max-time", "60", "--http2-prior-knowledge", "-D"));
        command.add(dir.resolve("heads").toString());
        command.addAll(List.of("-H", server.auth()));
        command.addAll(List.of(options));
        command.add("http://" + server.at() + target);
        Process curl = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] answer = curl.getInputStream().readAllBytes();
        assertEquals(0, curl.waitFor());
        return answer;
    }

    private void headsContain(String text) throws IOException {
        String heads = Files.readString(dir.resolve("heads"));
        assertTrue(heads.contains(text), heads);
    }

    @Test
    void whatGoesIntoACallComesOutAndTheStatusIsATrailer() throws Exception {
        String path = server.ref(Wasm.bytes("echo"));
        byte[] much = new byte[3 << 20];
        new Random(1).nextBytes(much);
        Path body = Files.write(dir.resolve("body"), much);
        byte[] answer = curl(path + "?action=call&function=main", "-X", "POST", "-T", body.toString());
        assertArrayEquals(much, answer);
        headsContain("HTTP/2 200");
        headsContain("x-gate-status: {\"state\":\"TERMINATED\"}");
    }

    @Test
    void moduleIsUploadedAndDownloaded() throws Exception {
        byte[] module = Wasm.bytes("hello");
        Path body = Files.write(dir.resolve("body"), module);
        String path = Served.REFS + WebApi.moduleKey(module);
        curl(path + "?action=ref", "-T", body.toString(), "-H", "Content-Type: application/wasm");
        headsContain("HTTP/2 201");
        assertArrayEquals(module, curl(path));
        assertEquals("not found\n", new String(curl("/gate-0/nowhere"), StandardCharsets.UTF_8));
    }

    @Test
    void ioOfAnInstanceIsServed() throws Exception {
        String path = server.launch("echo", "serve");
        String answer = new String(curl(path + "?action=io", "--data-binary", "abc"), StandardCharsets.UTF_8);
        assertEquals("abc", answer);
        headsContain("x-gate-status: {\"state\":\"RUNNING\"}");
    }
}
