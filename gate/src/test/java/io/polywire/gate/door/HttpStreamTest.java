package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.Instances;
import io.polywire.gate.program.Wasm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Section A8: call and io over HTTP. */
class HttpStreamTest {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private final Served server = new Served();

    @AfterEach
    void close() {
        server.close();
    }

    private Http call(String program, String function) throws IOException {
        String path = server.ref(Wasm.bytes(program));
        return server.connect().head("POST", path + "?action=call&function=" + function, server.auth(), CHUNKED);
    }

    private List<Instances.Item> instances() throws IOException {
        return Instances.parse(server.get(Served.INSTANCES).octets()).instances();
    }

    @Test
    void answerBeginsWhenTheInstanceRuns() throws IOException {
        try (Http http = call("echo", "main")) {
            Http.Answer head = http.readHead(); // No input was sent yet.
            assertEquals(200, head.code());
            assertEquals("X-Gate-Status", head.field("Trailer"));
            assertEquals("chunked", head.field("Transfer-Encoding"));
            assertEquals(36, head.instance().length());
            assertNull(head.field("Location"));
            assertEquals(1, server.door.host().instanceCount());
        }
    }

    @Test
    void outputHasNoGuessedType() throws IOException {
        Http.Answer answer = server.put(Wasm.bytes("hello"), "?action=call&function=main");
        assertEquals("application/octet-stream", answer.field("Content-Type"));
    }

    @Test
    void bothDirectionsAreServedAtOnce() throws IOException {
        try (Http http = call("echo", "main")) {
            http.readHead();
            for (int i = 0; i < 5; i++) {
                http.chunk("ping " + i);
                assertEquals("ping " + i, http.readText(6));
            }
            http.end();
            assertEquals(0, http.readChunk().length);
            assertEquals(List.of("X-Gate-Status: {\"state\":\"TERMINATED\"}"), http.readFields());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2048, 2049, 65536, 65537, 3 << 20})
    void whatGoesInComesOut(int length) throws Exception {
        byte[] input = new byte[length];
        new Random(length).nextBytes(input);
        try (Http http = call("echo", "main")) {
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                try {
                    for (int at = 0; at < length; at += 10_000) {
                        http.chunk(Arrays.copyOfRange(input, at, Math.min(length, at + 10_000)));
                    }
                    http.end();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Http.Answer answer = http.answer();
            assertArrayEquals(input, answer.octets());
            assertEquals("{\"state\":\"TERMINATED\"}", answer.status().toJson());
            sender.get();
        }
    }

    @Test
    void inputWhoseEndComesWithItsLastOctetsEnds() throws IOException {
        String path = server.ref(Wasm.bytes("echo"));
        try (Http http = server.connect()) {
            String head = "POST " + path + "?action=call&function=main HTTP/1.1\r\nHost: x\r\n" + server.auth()
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
            http.send(head.getBytes(StandardCharsets.US_ASCII));
            assertEquals("abc", http.answer().body());
        }
    }

    @Test
    void connectionIsUsedAgain() throws IOException {
        String path = server.ref(Wasm.bytes("hello"));
        try (Http http = server.connect()) {
            for (int i = 0; i < 3; i++) {
                http.head("POST", path + "?action=call&function=main", server.auth(), "Content-Length: 0");
                assertEquals("hello, world\n", http.answer().body());
            }
        }
    }

    @Test
    void callWithoutFunctionRunsNothingAndEnds() throws IOException {
        Http.Answer answer = server.put(Wasm.bytes("hello"), "?action=call");
        assertEquals("200 ", answer.code() + " " + answer.body());
        assertEquals("{\"state\":\"TERMINATED\"}", answer.status().toJson());
    }

    @Test
    void causeAndResultAreInTheTrailer() throws IOException {
        assertEquals(
                "{\"state\":\"TERMINATED\",\"result\":1}",
                server.put(Wasm.bytes("exit"), "?action=call&function=ret1")
                        .status()
                        .toJson());
        assertEquals(
                "{\"state\":\"KILLED\",\"cause\":\"UNREACHABLE\"}",
                server.put(Wasm.bytes("traps"), "?action=call&function=unreachable")
                        .status()
                        .toJson());
        assertEquals("[]", instances().toString());
    }

    @Test
    void callIsListedAsTransientWhileItRuns() throws Exception {
        try (Http http = call("echo", "main")) {
            String id = http.readHead().instance();
            Instances.Item item = instances().get(0);
            assertEquals(id, item.instance());
            assertTrue(item.isTransient());
            http.end();
            http.readChunk();
            http.readFields();
            assertEquals(List.of(), instances());
            assertEquals(
                    404, server.post(Served.INSTANCES + id + "?action=status").code());
        }
    }

    @Test
    void callEndsWhenItsInstanceIsKilled() throws IOException {
        try (Http http = call("echo", "main")) {
            String id = http.readHead().instance();
            assertEquals(
                    204, server.post(Served.INSTANCES + id + "?action=kill").code());
            assertEquals(0, http.readChunk().length);
            assertEquals(List.of("X-Gate-Status: {\"state\":\"KILLED\"}"), http.readFields());
        }
    }

    @Test
    void callThatIsSuspendedBecomesANormalInstance() throws IOException {
        try (Http http = call("echo", "main")) {
            String path = Served.INSTANCES + http.readHead().instance();
            assertEquals(
                    "{\"state\":\"SUSPENDED\"}",
                    server.post(path + "?action=suspend&action=wait").status().toJson());
            assertEquals(0, http.readChunk().length);
            assertEquals(List.of("X-Gate-Status: {\"state\":\"SUSPENDED\"}"), http.readFields());
            assertEquals(false, instances().get(0).isTransient());
            assertEquals(204, server.post(path + "?action=resume").code());
            assertEquals("{\"state\":\"TERMINATED\"}", end(server.post(path + "?action=wait")));
        }
    }

    /** The end of what was called: HALTED where the program no longer counts as called. */
    private static String end(Http.Answer answer) {
        return answer.status().toJson().replace("HALTED", "TERMINATED");
    }

    @Test
    void callWhoseClientGoesAwayIsKilled() throws Exception {
        try (Http http = call("spin", "main")) {
            http.readHead();
            http.reset();
        }
        Served.eventually("the instance ends", () -> server.door.host().instanceCount() == 0);
    }

    @Test
    void floodOfOutputWaitsForTheClient() throws Exception {
        try (Http http = call("echo", "main")) {
            http.readHead();
            byte[] much = new byte[1 << 20];
            CompletableFuture<Integer> sender = CompletableFuture.supplyAsync(() -> {
                int sent = 0;
                try {
                    for (; sent < 64; sent++) {
                        http.chunk(much);
                    }
                    http.end();
                } catch (IOException e) {
                    return sent;
                }
                return sent;
            });
            // Nobody reads: the sender has to come to a stand.
            assertThrows(
                    TimeoutException.class,
                    () -> sender.get(300, TimeUnit.MILLISECONDS),
                    "everything was taken into memory");
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] chunk = http.readChunk(); chunk.length > 0; chunk = http.readChunk()) {
                all.write(chunk, 0, 1);
            }
            assertEquals(64, sender.get());
            assertEquals(List.of("X-Gate-Status: {\"state\":\"TERMINATED\"}"), http.readFields());
        }
    }

    // ---- io

    @Test
    void ioEndsWithTheCurrentStatusAndTheInstanceLivesOn() throws IOException {
        String path = server.launch("hello", "serve");
        for (int i = 0; i < 2; i++) {
            Http.Answer answer = server.io(path, "");
            assertEquals("200 hello, world\n", answer.code() + " " + answer.body());
            assertEquals("{\"state\":\"RUNNING\"}", answer.status().toJson());
        }
    }

    @Test
    void ioIsFullDuplex() throws IOException {
        String path = server.launch("echo", "serve");
        try (Http http = server.connect()) {
            http.head("POST", path + "?action=io", server.auth(), CHUNKED);
            assertEquals("X-Gate-Status", http.readHead().field("Trailer"));
            http.chunk("one");
            assertEquals("one", http.readText(3));
            http.chunk("two").end();
            assertEquals("two", http.readText(3));
            assertEquals(0, http.readChunk().length);
            assertEquals(List.of("X-Gate-Status: {\"state\":\"RUNNING\"}"), http.readFields());
        }
    }

    @Test
    void ioOnAnInstanceThatTakesNoConnectionIs409WithoutText() throws IOException {
        String halted = server.launch("exit", "ret0");
        server.post(halted + "?action=wait");
        Http.Answer answer = server.io(halted, "");
        assertEquals("409 ", answer.code() + " " + answer.body());
        assertNull(answer.field("Content-Type"));
    }

    @Test
    void ioWaitsUntilTheInstanceStops() throws IOException {
        String path = server.launch("spin", "idle");
        try (Http http = server.connect()) {
            http.head("POST", path + "?action=io", server.auth(), "Content-Length: 0");
            server.post(path + "?action=kill");
            assertEquals(409, http.answer().code());
        }
    }

    @Test
    void programSeesTheEndWhenTheClientOfIoGoesAway() throws Exception {
        String path = server.launch("echo", "serve");
        try (Http http = server.connect()) {
            http.head("POST", path + "?action=io", server.auth(), CHUNKED);
            http.readHead();
            http.chunk("x");
            http.readText(1);
            http.reset();
        }
        Served.eventually("connection is gone", () -> server.connections() == 0);
        assertEquals("again", server.io(path, "again").body());
        assertEquals(
                "{\"state\":\"RUNNING\"}",
                server.post(path + "?action=status").status().toJson());
    }

    @Test
    void suspensionEndsTheStreamsOfIo() throws IOException {
        String path = server.launch("echo", "serve");
        try (Http http = server.connect()) {
            http.head("POST", path + "?action=io", server.auth(), CHUNKED);
            http.readHead();
            http.chunk("x");
            http.readText(1);
            server.post(path + "?action=suspend");
            assertEquals(0, http.readChunk().length);
            assertEquals(List.of("X-Gate-Status: {\"state\":\"SUSPENDED\"}"), http.readFields());
        }
    }
}
