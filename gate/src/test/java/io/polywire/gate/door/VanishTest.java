package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.Call;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that go away at each step leave nothing behind, and hurt nobody. */
class VanishTest {
    private static final int ROUNDS = 30;

    @TempDir
    Path folder = Path.of("");

    private Served server = new Served();
    private String bystander = "";

    /** Goes as far as it likes, then the connection is reset. */
    private interface Steps {
        void take(Http http) throws IOException;
    }

    @BeforeEach
    void open() throws IOException {
        server.close();
        server = new Served(GateSettings.DEFAULT.withData(folder));
        bystander = server.launch("echo", "serve");
        assertEquals("hi", server.io(bystander, "hi").body());
        server.ref(Wasm.bytes("echo"));
        server.ref(Wasm.bytes("spin"));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void vanish(Steps steps) throws IOException, TimeoutException, InterruptedException {
        long files = files();
        for (int i = 0; i < ROUNDS; i++) {
            try (Http http = server.connect()) {
                steps.take(http);
                http.reset();
            }
        }
        Served.eventually("connections go", () -> server.connections() == 0);
        Served.eventually(
                "instances go: " + server.door.host().instanceCount(),
                () -> server.door.host().instanceCount() == 1);
        Served.eventually(
                "budget comes back",
                () -> server.door.uploads().get() == server.door.settings().uploads());
        assertEquals(1, server.door.host().storage().load().instances().size());
        assertEquals(2, server.door.host().moduleCount());
        Served.eventually("virtual threads end", () -> virtualThreads() == 0);
        Served.eventually("files are closed", () -> files() <= files + 2);
        assertEquals("hi", server.io(bystander, "hi").body());
    }

    private static long files() {
        String[] open = Path.of("/proc/self/fd").toFile().list();
        return open == null ? 0 : open.length;
    }

    /** Those that wait for something in this room. */
    private long virtualThreads() {
        return server.door.host().working();
    }

    private static String spin() {
        return Served.REFS + WebApi.moduleKey(Wasm.bytes("spin")) + "?action=call&function=";
    }

    private static String echo() {
        return Served.REFS + WebApi.moduleKey(Wasm.bytes("echo")) + "?action=call&function=main";
    }

    @Test
    void inTheHead() throws Exception {
        vanish(http -> http.send("POST /gate-0/module/sha384/x?action=ca".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void inAnUpload() throws Exception {
        byte[] module = Served.variant(Wasm.bytes("spin"));
        vanish(http -> http.head(
                        "PUT",
                        Served.REFS + WebApi.moduleKey(module) + "?action=ref&action=call&function=main",
                        server.auth(),
                        "Content-Type: application/wasm",
                        "Content-Length: 20000000")
                .send(new byte[100_000]));
    }

    @Test
    void afterAnUploadBeforeTheAnswer() throws Exception {
        byte[] module = Wasm.bytes("spin");
        vanish(http -> http.head(
                        "PUT",
                        Served.REFS + WebApi.moduleKey(module) + "?action=call&function=main",
                        server.auth(),
                        "Content-Type: application/wasm",
                        "Content-Length: " + module.length)
                .send(module));
    }

    @Test
    void behindTheRequestOfACall() throws Exception {
        vanish(http -> http.head("POST", spin() + "main", server.auth()));
        vanish(http -> http.head("POST", spin() + "idle", server.auth()));
    }

    @Test
    void behindTheHeadOfTheAnswer() throws Exception {
        vanish(http -> http.head("POST", spin() + "main", server.auth()).readHead());
    }

    @Test
    void inTheInput() throws Exception {
        vanish(http -> {
            http.head("POST", echo(), server.auth(), "Transfer-Encoding: chunked")
                    .readHead();
            http.chunk(new byte[100_000]);
        });
    }

    @Test
    void withoutReadingTheOutput() throws Exception {
        vanish(http -> {
            http.head("POST", echo(), server.auth(), "Content-Length: 100000000");
            http.send(new byte[1 << 20]);
        });
    }

    @Test
    void inWait() throws Exception {
        vanish(http -> http.head("POST", bystander + "?action=wait", server.auth()));
    }

    @Test
    void inIo() throws Exception {
        String waiting = bystander; // It takes one connection at a time: some of these are accepted, some not.
        vanish(http -> http.head("POST", waiting + "?action=io", server.auth(), "Transfer-Encoding: chunked")
                .chunk("x"));
    }

    @Test
    void withoutGoingAway() throws Exception {
        try (Served other = new Served(GateSettings.DEFAULT.withPatience(Duration.ofMillis(100)))) {
            try (Http upload = other.connect();
                    Http socket = other.connect()) {
                upload.head("PUT", Served.REFS + "x", "Content-Type: application/wasm", "Content-Length: 100000");
                upload.send(new byte[10_000]);
                upgrade(socket, echo());
                assertTrue(upload.ended());
                assertTrue(socket.ended());
            }
            assertEquals(other.door.settings().uploads(), other.door.uploads().get());
        }
    }

    @Test
    void inADownload() throws Exception {
        vanish(http -> http.head("GET", Served.REFS + WebApi.moduleKey(Wasm.bytes("spin")), server.auth()));
    }

    @Test
    void onAWebSocket() throws Exception {
        vanish(http -> upgrade(http, echo()));
        vanish(http -> upgrade(http, echo())
                .send(frame(0x81, new Call(server.key.bearer(), "", 0).toJson().getBytes(StandardCharsets.UTF_8))));
        vanish(http -> upgrade(http, echo())
                .send(frame(0x81, "{\"content_type\":\"application/wasm\"}".getBytes(StandardCharsets.UTF_8)))
                .send(frame(0x82, Wasm.bytes("spin"))));
        vanish(http -> {
            upgrade(http, echo());
            byte[] announcement = "{\"content_type\":\"application/wasm\",\"content_length\":30000000}"
                    .getBytes(StandardCharsets.UTF_8);
            http.send(frame(0x81, announcement));
            // binary, masked, 0x1000000 octets, mask
            http.send(new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0});
            http.send(new byte[100_000]);
        });
    }

    private static Http upgrade(Http http, String path) throws IOException {
        http.head(
                "GET",
                path,
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertEquals(101, http.readHead().code());
        return http;
    }

    /** A client's frame with a mask of zeros. */
    private static byte[] frame(int first, byte[] payload) {
        assertTrue(payload.length < 65536);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        frame.write(0x80 | 126);
        frame.write(payload.length >> 8);
        frame.write(payload.length);
        frame.writeBytes(new byte[4]);
        frame.writeBytes(payload);
        return frame.toByteArray();
    }
}
