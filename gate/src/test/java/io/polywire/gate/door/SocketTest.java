package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.host.DirectorySource;
import io.polywire.gate.message.Call;
import io.polywire.gate.message.Io;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import io.polywire.net.Endpoint;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section A9: call and io over WebSocket. */
class SocketTest {
    private final Served server = new Served();

    @AfterEach
    void close() {
        server.close();
    }

    /** What comes: texts and ends as strings, binary messages as arrays. */
    private static final class Peer implements WebSocket.Listener {
        final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private @Nullable WebSocket socket;

        static Peer connect(Served server, String path) {
            Peer peer = new Peer();
            Endpoint.Tcp at = (Endpoint.Tcp) server.at();
            peer.socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create("ws://" + at.host() + ":" + at.port() + path), peer)
                    .join();
            return peer;
        }

        WebSocket socket() {
            WebSocket s = socket;
            if (s == null) {
                throw new IllegalStateException();
            }
            return s;
        }

        Peer text(String message) {
            socket().sendText(message, true).join();
            return this;
        }

        Peer binary(byte[] message) {
            socket().sendBinary(ByteBuffer.wrap(message), true).join();
            return this;
        }

        Object next() throws InterruptedException {
            Object next = seen.poll(20, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing comes");
            }
            return next;
        }

        /** Binary messages up to that many octets. */
        byte[] octets(int length) throws InterruptedException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            while (all.size() < length) {
                Object next = next();
                if (!(next instanceof byte[] octets)) {
                    throw new AssertionError(next);
                }
                all.writeBytes(octets);
            }
            return all.toByteArray();
        }

        String stream(int length) throws InterruptedException {
            return new String(octets(length), StandardCharsets.UTF_8);
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                seen.add(text.toString());
                text.setLength(0);
            }
            webSocket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] octets = new byte[data.remaining()];
            data.get(octets);
            seen.add(octets);
            webSocket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            seen.add("close " + code + " " + reason);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            seen.add("lost");
        }
    }

    private Peer call(String program, String query) {
        return Peer.connect(server, Served.REFS + WebApi.moduleKey(Wasm.bytes(program)) + "?action=call" + query);
    }

    private String auth() {
        return server.key.bearer();
    }

    private static String wasm(String authorization, long length) {
        return new Call(authorization, WebApi.CONTENT_TYPE_WEBASSEMBLY, length).toJson();
    }

    // ---- call, steps 1 to 5

    @Test
    void callOfTheOwnReference() throws Exception {
        server.ref(Wasm.bytes("hello"));
        Peer peer = call("hello", "&function=main").text(new Call(auth(), "", 0).toJson());
        String answer = peer.next().toString();
        assertEquals(36, Call.Connection.parse(answer).instance().length(), answer);
        assertEquals("", Call.Connection.parse(answer).location());
        assertEquals("hello, world\n", peer.stream(13));
        assertEquals("{\"state\":\"TERMINATED\",\"status\":{\"state\":\"TERMINATED\"}}", peer.next());
        assertEquals("close 1000 ", peer.next());
    }

    @Test
    void callWithUploadByNobody() throws Exception {
        byte[] module = Wasm.bytes("hello");
        Peer peer =
                call("hello", "&function=main").text(wasm("", module.length)).binary(module);
        assertEquals("{}", peer.next());
        assertEquals("hello, world\n", peer.stream(13));
        assertEquals("{\"state\":\"TERMINATED\",\"status\":{\"state\":\"TERMINATED\"}}", peer.next());
        assertEquals("close 1000 ", peer.next());
    }

    @Test
    void callWithUploadAndReference() throws Exception {
        byte[] module = Wasm.bytes("exit");
        Peer peer = call("exit", "&action=ref&function=ret1")
                .text(wasm(auth(), module.length))
                .binary(module);
        Call.Connection answer = Call.Connection.parse(peer.next().toString());
        assertEquals(Served.REFS + WebApi.moduleKey(module), answer.location());
        assertEquals(36, answer.instance().length());
        assertEquals(
                "{\"state\":\"TERMINATED\",\"result\":1,\"status\":{\"state\":\"TERMINATED\",\"result\":1}}",
                peer.next());
        assertEquals(200, server.get(answer.location()).code());
    }

    @Test
    void uploadWithoutAnnouncedLengthIsTaken() throws Exception {
        Peer peer = call("hello", "&function=main")
                .text("{\"content_type\":\"application/wasm\"}")
                .binary(Wasm.bytes("hello"));
        assertEquals("{}", peer.next());
        assertEquals("hello, world\n", peer.stream(13));
    }

    @Test
    void moduleHasToBeABinaryMessageOfTheAnnouncedLength() throws Exception {
        Peer text = call("hello", "").text(wasm("", 5)).text("12345");
        assertEquals("close 1003 ", text.next());
        Peer shorter = call("hello", "").text(wasm("", 500)).binary(new byte[5]);
        assertEquals("close 1008 invalid module content", shorter.next());
        Peer longer = call("hello", "").text(wasm("", 5)).binary(new byte[500]);
        assertTrue(longer.next().toString().startsWith("close 1009 "));
        Peer large = call("hello", "").text(wasm("", (32 << 20) + 1));
        assertEquals("close 1008 module size limit exceeded", large.next());
    }

    @Test
    void messageBordersMeanNothingAndTextIsInputToo() throws Exception {
        server.ref(Wasm.bytes("echo"));
        Peer peer = call("echo", "&function=main").text(new Call(auth(), "", 0).toJson());
        peer.next();
        peer.text("one ")
                .binary("two ".getBytes(StandardCharsets.UTF_8))
                .binary(new byte[0])
                .text("three");
        assertEquals("one two three", peer.stream(13));
        byte[] much = new byte[5 << 20];
        new Random(1).nextBytes(much);
        CompletableFuture<WebSocket> sent = peer.socket().sendBinary(ByteBuffer.wrap(much), true);
        assertArrayEquals(much, peer.octets(much.length));
        sent.join();
    }

    @Test
    void inputMayComeWithTheFirstMessages() throws Exception {
        byte[] module = Wasm.bytes("echo");
        Peer peer = call("echo", "&function=main")
                .text(wasm("", module.length))
                .binary(module)
                .text("early");
        assertEquals("{}", peer.next());
        assertEquals("early", peer.stream(5));
    }

    @Test
    void closeFrameOrLossKillsTheCall() throws Exception {
        server.ref(Wasm.bytes("spin"));
        for (boolean clean : new boolean[] {true, false}) {
            Peer peer = call("spin", "&function=main").text(new Call(auth(), "", 0).toJson());
            peer.next();
            assertEquals(1, server.door.host().instanceCount());
            if (clean) {
                peer.socket().sendClose(1000, "").join();
            } else {
                peer.socket().abort();
            }
            Served.eventually("the instance ends", () -> server.door.host().instanceCount() == 0);
        }
    }

    // ---- errors before the stream

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {}                                       | 1008 anonymous access not supported
                    {"authorization":"Bearer x"}             | 1008 invalid_token
                    {"authorization":"x"}                    | 1008 invalid_request
                    {"content_type":"text/plain"}            | 1008 unsupported content type
                    """)
    void refusalsAreCloseReasons(String message, String end) throws Exception {
        assertEquals("close " + end, call("hello", "").text(message).next());
    }

    @Test
    void refusalsOfModulesAndFunctionsAreCloseReasons() throws Exception {
        byte[] bad = Wasm.bytes("import_global");
        assertEquals(
                "close 1008 import global not supported: \"env\" \"g\"",
                call("import_global", "").text(wasm("", bad.length)).binary(bad).next());
        assertEquals(
                "close 1008 module not found",
                call("hello", "").text(new Call(auth(), "", 0).toJson()).next());
        byte[] module = Wasm.bytes("hello");
        assertEquals(
                "close 1008 function not exported or it cannot be used as entry function",
                call("hello", "&function=no")
                        .text(wasm("", module.length))
                        .binary(module)
                        .next());
        assertEquals(
                "close 1008 missing authentication credentials",
                call("hello", "&action=ref")
                        .text(wasm("", module.length))
                        .binary(module)
                        .next());
        assertEquals(0, server.door.host().instanceCount());
    }

    @Test
    void firstMessageThatIsNoJsonOrTooLongDropsTheConnection() throws Exception {
        assertEquals("lost", dropped(call("hello", "").text("no JSON").next()));
        assertEquals("lost", dropped(call("hello", "").text("[]").next()));
        assertTrue(call("hello", "")
                .text("{\"authorization\":\"" + "x".repeat(4096) + "\"}")
                .next()
                .toString()
                .startsWith("close 1009"));
    }

    private static String dropped(Object end) {
        return end.equals("close 1006 ") ? "lost" : end.toString();
    }

    @Test
    void faultsOfTheServerAreCloseReasonsWithAnotherCode(@TempDir Path folder) throws Exception {
        try (Served broken = new Served(GateSettings.DEFAULT.withData(folder))) {
            broken.door.host().storage().close();
            byte[] module = Wasm.bytes("hello");
            Peer peer = Peer.connect(
                            broken, Served.REFS + WebApi.moduleKey(module) + "?action=call&action=ref&function=main")
                    .text(wasm(broken.key.bearer(), module.length))
                    .binary(module);
            assertEquals("close 1011 internal server error", peer.next());
        }
    }

    @Test
    void everyOriginIsLetIn() throws Exception {
        try (Http http = server.connect()) {
            Http.Answer answer = http.head(
                            "GET",
                            Served.REFS + WebApi.moduleKey(Wasm.bytes("hello")) + "?action=call",
                            "Origin: https://elsewhere.example",
                            "Connection: Upgrade",
                            "Upgrade: websocket",
                            "Sec-WebSocket-Version: 13",
                            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
                    .readHead();
            assertEquals(101, answer.code());
            assertEquals(null, answer.field("Sec-WebSocket-Protocol"));
        }
    }

    @Test
    void sourceTakesNoUpload(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("hello"), Wasm.bytes("hello"));
        try (Served other = new Served(GateSettings.DEFAULT.withSources(new DirectorySource("dir", folder)))) {
            String path = Served.MODULES + "dir/hello?action=call&function=main";
            assertEquals(
                    "close 1008 content not supported by action",
                    Peer.connect(other, path).text(wasm("", 1)).next());
            Peer peer = Peer.connect(other, path).text("{}");
            assertEquals("{}", peer.next());
            assertEquals("hello, world\n", peer.stream(13));
            Peer ref = Peer.connect(other, path + "&action=ref").text(new Call(other.key.bearer(), "", 0).toJson());
            assertEquals(
                    Served.REFS + WebApi.moduleKey(Wasm.bytes("hello")),
                    Call.Connection.parse(ref.next().toString()).location());
        }
    }

    // ---- io

    @Test
    void ioConnectsAndEndsWithTheStatus() throws Exception {
        String path = server.launch("hello", "serve");
        Peer peer = Peer.connect(server, path + "?action=io").text(new Io(auth()).toJson());
        assertEquals("{\"connected\":true}", peer.next());
        assertEquals("hello, world\n", peer.stream(13));
        assertEquals("{\"status\":{\"state\":\"RUNNING\"}}", peer.next());
        assertEquals("close 1000 ", peer.next());
    }

    @Test
    void ioThatIsNotConnectedSaysSo() throws Exception {
        String path = server.launch("exit", "ret0");
        server.post(path + "?action=wait");
        Peer peer = Peer.connect(server, path + "?action=io").text(new Io(auth()).toJson());
        assertEquals("{}", peer.next());
        assertEquals("close 1008 not connected", peer.next());
    }

    @Test
    void ioNeedsATokenAndAnInstance() throws Exception {
        String path = server.launch("spin", "idle");
        assertEquals(
                "close 1008 missing authentication credentials",
                Peer.connect(server, path + "?action=io").text("{}").next());
        assertEquals(
                "close 1008 instance not found",
                Peer.connect(server, path + "?action=io")
                        .text(new Io(new Key().bearer()).toJson())
                        .next());
    }

    @Test
    void instanceLivesOnWhenTheClientOfIoGoes() throws Exception {
        String path = server.launch("echo", "serve");
        for (int i = 0; i < 3; i++) {
            Peer peer = Peer.connect(server, path + "?action=io").text(new Io(auth()).toJson());
            assertEquals("{\"connected\":true}", peer.next());
            peer.text("x" + i);
            assertEquals("x" + i, peer.stream(2));
            peer.socket().abort();
        }
        assertEquals("after", server.io(path, "after").body());
    }
}
