package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.hemi.client.ConnectionException;
import io.polywire.hemi.client.HemiClient;
import io.polywire.hemi.client.HemiClientSettings;
import io.polywire.hemi.client.HemiListener;
import io.polywire.hemi.login.SecretKey;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.PingRequest;
import io.polywire.hemi.message.PingResponse;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.Received;
import io.polywire.hemi.message.Wire;
import io.polywire.net.Loops;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** Hemi from outside: both ends with the original packages, and the examples as packaged. */
@Timeout(300)
class HemiTest {
    private static final Path JAVA = Project.ROOT.resolve("examples/java");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String LISTENING = "listening on ";
    private static final SecretKey ADMITTED =
            SecretKey.ofHex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
    private static final SecretKey REFUSED =
            SecretKey.ofHex("2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40");

    record EchoRequest(String text) {}

    record EchoResponse(String text, @Nullable ProtocolError error) {}

    record FailRequest(String reason) {}

    record FailResponse(@Nullable ProtocolError error) {}

    record InternalRequest(String detail) {}

    record InternalResponse(@Nullable ProtocolError error) {}

    record NotifyRequest(@Wire(unsigned = 32) long count, String text) {}

    record NotifyResponse(@Wire(unsigned = 32) long count) {}

    record Notification(@Wire(unsigned = 32) long seq, String text) {}

    record WhoamiRequest() {}

    record WhoamiResponse(String publickey) {}

    private static final CommandSet COMMANDS = CommandSet.of("polywiretest")
            .with("test-echo", EchoRequest.class, EchoResponse.class)
            .with("test-fail", FailRequest.class, FailResponse.class)
            .with("test-internal", InternalRequest.class, InternalResponse.class)
            .with("test-notify", NotifyRequest.class, NotifyResponse.class)
            .withNotification("test", Notification.class)
            .with("test-whoami", WhoamiRequest.class, WhoamiResponse.class);

    @TempDir
    private Path folder;

    /** The program of clients/hemi, or the test is skipped. */
    private static String original() {
        if (!Toolchain.onPath("go")) {
            throw new TestAbortedException("go is not on the PATH");
        }
        Path program = Project.CACHE.resolve("hemi/peer");
        try {
            Files.createDirectories(program.getParent());
            Process build = new ProcessBuilder("go", "build", "-o", program.toString(), ".")
                    .directory(Project.CLIENTS.resolve("hemi").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(program.resolveSibling("build.log").toFile())
                    .start();
            if (build.waitFor() != 0) {
                throw new TestAbortedException(
                        "the original packages cannot be built, see " + program.resolveSibling("build.log"));
            }
        } catch (IOException | InterruptedException e) {
            throw new TestAbortedException("go does not run: " + e.getMessage(), e);
        }
        return program.toString();
    }

    private static String listens(Program server) throws IOException {
        String line = server.next();
        assertTrue(line.startsWith(LISTENING), line);
        return line.substring(LISTENING.length());
    }

    private static Path example(String name) throws IOException {
        Path example = JAVA.resolve(name + ".java");
        assertTrue(Files.readString(example).startsWith("/// "), "the first line is what the list shows");
        return example;
    }

    private void expect(List<String> command, String... lines) throws Exception {
        try (Program program = new Program(folder, command)) {
            for (String line : lines) {
                program.await(line);
            }
            program.awaitEnd();
            assertEquals(List.of(lines), program.seen);
        }
    }

    @Test
    void theOriginalClientCallsTheTestApplicationAndLogsIn() throws Exception {
        String original = original();
        List<String> app = Program.java(example("HemiTestApp"), "--listen", "127.0.0.1:0");
        try (Program server = new Program(folder, app)) {
            expect(
                    List.of(original, "client", "http://" + listens(server)),
                    "echo Grüße <&> \u2028 😀",
                    "ping 1234",
                    "fail request failed: why, trace \"\"",
                    "internal internal error, trace of 16",
                    "notification 1 n",
                    "notification 2 n",
                    "notification 3 n",
                    "100 at once",
                    "logged in true",
                    "refused true");
        }
    }

    @Test
    void theOriginalClientCallsAWampProcedure() throws Exception {
        String original = original();
        try (ServerProcess server = ServerProcess.serve("--listen", "127.0.0.1:0");
                WampClient shop = WampClient.connect(server.ws(), "realm1")) {
            shop.register("com.example.price", call -> {
                        if (!call.string("item").equals("apple")) {
                            shop.publish("hemi.news", Arguments.named(Map.of("text", "apples only")))
                                    .await();
                            throw new WampException("com.example.error.unknown", "no such fruit");
                        }
                        return Arguments.named(Map.of("cents", call.integer("count") * 65));
                    })
                    .await();
            expect(
                    List.of(original, "bridged", "ws://127.0.0.1:" + server.port() + "/hemi"),
                    "cents 195",
                    "error no such fruit",
                    "news apples only");
        }
    }

    @Test
    void theClientCallsTheOriginalServerAndLogsIn() throws Exception {
        BlockingQueue<Long> heard = new LinkedBlockingQueue<>();
        HemiListener listener = new HemiListener() {
            @Override
            public void onMessage(Received message) {
                if (message.payload() instanceof Notification n) {
                    heard.add(n.seq());
                }
            }
        };
        try (Program server = new Program(folder, List.of(original(), "server"));
                Loops loops = Loops.open(1)) {
            String base = "ws://" + listens(server);
            HemiClientSettings plain = HemiClientSettings.of(URI.create(base + "/hemi"), COMMANDS);
            HemiClientSettings secured = HemiClientSettings.of(URI.create(base + "/hemi-auth"), COMMANDS);
            try (HemiClient client = new HemiClient(loops, plain, listener);
                    HemiClient known = new HemiClient(loops, secured.withLogin(ADMITTED), HemiListener.NONE);
                    HemiClient stranger = new HemiClient(loops, secured.withLogin(REFUSED), HemiListener.NONE)) {
                commands(client);
                for (long seq = 1; seq <= 3; seq++) {
                    assertEquals(seq, heard.poll(20, TimeUnit.SECONDS));
                }
                String who = known.call(new WhoamiRequest(), WhoamiResponse.class, PATIENCE)
                        .publickey();
                assertEquals(ADMITTED.publicKey().hex(), who);
                ConnectionException refused = assertThrows(ConnectionException.class, stranger::connect);
                assertTrue(refused.isKeyRefused(), refused.text());
            }
        }
    }

    private static void commands(HemiClient client) throws InterruptedException {
        String text = "Grüße <&> \u2028 😀";
        EchoResponse echo = client.call(new EchoRequest(text), EchoResponse.class, PATIENCE);
        assertEquals(text, echo.text());
        assertNull(echo.error());
        assertEquals(
                1234,
                client.call(new PingRequest(1234), PingResponse.class, PATIENCE).origintimestamp());
        ProtocolError fail = Objects.requireNonNull(client.call(new FailRequest("why"), FailResponse.class, PATIENCE)
                .error());
        assertEquals("request failed: why", fail.toString());
        ProtocolError internal =
                Objects.requireNonNull(client.call(new InternalRequest("hidden"), InternalResponse.class, PATIENCE)
                        .error());
        assertTrue(internal.isInternal(), internal.toString());
        List<CompletableFuture<EchoResponse>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(client.callAsync(new EchoRequest("text " + i), EchoResponse.class, PATIENCE));
        }
        for (int i = 0; i < 100; i++) {
            assertEquals("text " + i, all.get(i).join().text());
        }
        assertEquals(
                3,
                client.call(new NotifyRequest(3, "n"), NotifyResponse.class, PATIENCE)
                        .count());
    }

    @Test
    void wampClientsCallAHemiServerThatIsConfigured() throws Exception {
        Path configured = Project.ROOT.resolve("examples/hemi");
        try (Program node = new Program(folder, Program.java(example("HemiNode"), "--listen", "127.0.0.1:0"))) {
            String yaml = Files.readString(configured.resolve("polywire.yaml"));
            assertTrue(yaml.contains("ws://127.0.0.1:8082/"), "the place of the node is to be replaced");
            Path config =
                    Files.writeString(folder.resolve("polywire.yaml"), yaml.replace("127.0.0.1:8082", listens(node)));
            Files.copy(configured.resolve("node.key"), folder.resolve("node.key"));
            try (ServerProcess server = ServerProcess.serve("--config", config.toString(), "--listen", "127.0.0.1:0")) {
                expect(
                        Program.java(example("WampCallsHemi"), server.ws()),
                        "best block: 0",
                        "balance: 5000000000",
                        "hemi.error.request: no such address: nobody");
                assertEquals(0, server.terminate());
            }
        }
    }
}
