package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import io.polywire.net.Tls;
import io.polywire.wamp.client.link.Transport;
import io.polywire.wamp.door.Anonymous;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** WebSocket and RawSocket over real sockets. */
@Timeout(60)
class TransportTest {
    /** Everything once, with all kinds of values, small and large. */
    private static void exercise(ClientSettings settings) throws Exception {
        byte[] large = new byte[300_000];
        Arrays.fill(large, (byte) 9);
        try (WampClient client = WampClient.connect(settings)) {
            client.register("test.echo", call -> call).await();
            Map<String, Object> map = Map.of("long", 1L << 60, "text", "grüße\uD83D\uDE00", "list", List.of(1L, "a"));
            Result result = client.call(
                            "test.echo",
                            Arguments.of(1, -1, 1.5, true, null, "x", map).with("k", "v"))
                    .await();
            assertEquals(Arrays.asList(1L, -1L, 1.5, true, null, "x", map), result.list());
            assertEquals("v", result.string("k"));
            assertArrayEquals(large, client.call("test.echo", large).await().bytes(0));
            CompletableFuture<Event> event = new CompletableFuture<>();
            client.subscribe("test.topic", event::complete).await();
            client.publish("test.topic", PublishOptions.ACKNOWLEDGED.withExcludeMe(false), "hello")
                    .await();
            assertEquals("hello", event.get(5, TimeUnit.SECONDS).string(0));
            CallException e = assertThrows(
                    CallException.class, () -> client.call("test.none").await());
            assertEquals(Reasons.NO_SUCH_PROCEDURE, e.uri());
        }
    }

    @Test
    void everySerializationWorksOverWebSocketAndRawSocket() throws Exception {
        try (TestRouter router = TestRouter.start()) {
            for (String scheme : List.of("ws", "tcp")) {
                for (Serialization serialization : Serialization.values()) {
                    exercise(ClientSettings.of(router.uri(scheme), "realm1").withSerialization(serialization));
                }
            }
        }
    }

    @Test
    void compressedWebSocketWorks() throws Exception {
        try (TestRouter router = TestRouter.start()) {
            exercise(ClientSettings.of(Transport.to(router.uri("ws")).withDeflate(true), "realm1"));
        }
    }

    @Test
    void unixSocketWorks(@TempDir Path dir) throws Exception {
        Path path = dir.resolve("router.sock");
        try (TestRouter router = TestRouter.unix(path)) {
            assertEquals(0, router.port());
            exercise(ClientSettings.of("unix://" + path, "realm1"));
        }
    }

    @Test
    void aSessionOverAUnixSocketIsSeenWithItsProcessUserAndGroup(@TempDir Path dir) throws Exception {
        Path path = dir.resolve("router.sock");
        try (TestRouter router = TestRouter.unix(path);
                WampClient client = WampClient.connect("unix://" + path, "realm1")) {
            assertEquals(0, router.port());
            Map<?, ?> session =
                    (Map<?, ?>) client.call("wamp.session.get", client.session().id())
                            .await()
                            .value();
            assertTrue(session != null);
            Map<?, ?> transport = (Map<?, ?>) session.get("transport");
            assertTrue(transport != null);
            assertEquals(ProcessHandle.current().pid(), transport.get("pid"));
            assertEquals(((Number) Files.getAttribute(dir, "unix:uid")).longValue(), transport.get("uid"));
            assertEquals(((Number) Files.getAttribute(dir, "unix:gid")).longValue(), transport.get("gid"));
        }
    }

    @Test
    void tlsWorksWithTheRightTrustOnly(@TempDir Path dir) throws Exception {
        Certificates certificates = Certificates.in(dir);
        Tls.Server tls = new Tls.Server(certificates.chain(), certificates.key());
        try (TestRouter router = TestRouter.start(0, tls, new Anonymous("anonymous"))) {
            for (String scheme : List.of("wss", "tls")) {
                exercise(ClientSettings.of(Transport.to(router.uri(scheme)).withTrust(certificates.chain()), "realm1"));
                ConnectException e =
                        assertThrows(ConnectException.class, () -> WampClient.connect(router.uri(scheme), "realm1"));
                assertEquals(Reasons.NETWORK_FAILURE, e.uri());
            }
        }
    }

    @Test
    void trustMayComeAsAnSslContext(@TempDir Path dir) throws Exception {
        Certificates certificates = Certificates.in(dir);
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(certificates.chain())) {
            store.setCertificateEntry(
                    "router", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        Tls.Server tls = new Tls.Server(certificates.chain(), certificates.key());
        try (TestRouter router = TestRouter.start(0, tls, new Anonymous("anonymous"))) {
            Transport transport = Transport.to(router.uri("tls")).withTls(Tls.Client.of(context));
            exercise(ClientSettings.of(transport, "realm1"));
            // The name is verified all the same.
            Transport other = transport.withTls(new Tls.Client(null, null, null, "elsewhere.example", context));
            ConnectException e =
                    assertThrows(ConnectException.class, () -> WampClient.connect(ClientSettings.of(other, "realm1")));
            assertTrue(String.valueOf(e.getMessage()).contains("elsewhere.example"), e.getMessage());
        }
    }

    @Test
    void realmThatDoesNotExistIsRefusedByName() {
        try (TestRouter router = TestRouter.start()) {
            ConnectException e =
                    assertThrows(ConnectException.class, () -> WampClient.connect(router.uri("ws"), "elsewhere"));
            assertEquals(Reasons.NO_SUCH_REALM, e.uri());
        }
    }

    @Test
    void nobodyListeningIsAClearError() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        for (String uri : List.of("ws://127.0.0.1:" + port + "/ws", "tcp://127.0.0.1:" + port)) {
            ConnectException e = assertThrows(ConnectException.class, () -> WampClient.connect(uri, "realm1"));
            assertEquals(Reasons.NETWORK_FAILURE, e.uri());
            assertTrue(String.valueOf(e.getMessage()).contains("127.0.0.1:" + port), e.getMessage());
        }
    }

    @Test
    void pathWithoutWampIsAClearError() {
        try (TestRouter router = TestRouter.start()) {
            String uri = "http://127.0.0.1:" + router.port();
            assertThrows(IllegalArgumentException.class, () -> ClientSettings.of(uri, "realm1"));
            for (String wrong : List.of("", "ws:", "tcp://host", "tcp://host:0", "unix://", "ftp://h:1", "no uri")) {
                assertThrows(IllegalArgumentException.class, () -> ClientSettings.of(wrong, "realm1"), wrong);
            }
        }
    }

    // ------------------------------------------------------------------ RawSocket against a script

    /** A server that reads four octets and says something. */
    private static final class Script implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0);
        private final CompletableFuture<Socket> accepted = new CompletableFuture<>();
        final CompletableFuture<byte[]> hello = new CompletableFuture<>();

        Script(String answer) throws IOException {
            Thread.startVirtualThread(() -> {
                try {
                    Socket socket = server.accept();
                    accepted.complete(socket);
                    hello.complete(socket.getInputStream().readNBytes(4));
                    socket.getOutputStream().write(HexFormat.of().parseHex(answer));
                } catch (IOException e) {
                    hello.completeExceptionally(e);
                }
            });
        }

        ClientSettings settings() {
            return ClientSettings.of("tcp://127.0.0.1:" + server.getLocalPort(), "realm1")
                    .withSerialization(Serialization.JSON)
                    .withReconnect(Reconnect.NEVER)
                    .withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(1));
        }

        InputStream in() throws Exception {
            hello.get(5, TimeUnit.SECONDS);
            return accepted.get(5, TimeUnit.SECONDS).getInputStream();
        }

        OutputStream out() throws Exception {
            return accepted.get(5, TimeUnit.SECONDS).getOutputStream();
        }

        /** The payload of the next frame, which must have that first octet. */
        String frame(int type) throws Exception {
            byte[] header = in().readNBytes(4);
            assertEquals(type, header[0]);
            int length = (header[1] & 0xFF) << 16 | (header[2] & 0xFF) << 8 | header[3] & 0xFF;
            return new String(in().readNBytes(length), java.nio.charset.StandardCharsets.UTF_8);
        }

        void send(int type, String payload) throws Exception {
            byte[] octets = payload.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            out().write(new byte[] {
                (byte) type, (byte) (octets.length >> 16), (byte) (octets.length >> 8), (byte) octets.length
            });
            out().write(octets);
        }

        WampClient join() throws Exception {
            CompletableFuture<WampClient> joining = WampClient.open(settings());
            assertTrue(frame(0).startsWith("[1,\"realm1\",{"));
            send(0, "[2,7,{}]");
            return joining.get(5, TimeUnit.SECONDS);
        }

        @Override
        public void close() throws IOException {
            server.close();
            if (accepted.isDone()) {
                accepted.join().close();
            }
        }
    }

    private static String refusal(String answer) throws Exception {
        try (Script script = new Script(answer)) {
            ConnectException e = assertThrows(ConnectException.class, () -> WampClient.connect(script.settings()));
            assertEquals(Reasons.NETWORK_FAILURE, e.uri());
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void rawSocketHandshakeAsksForTheSerializationAndNamesTheLimit() throws Exception {
        try (Script script = new Script("7ff10000")) {
            WampClient client = script.join();
            assertEquals("7ff10000", HexFormat.of().formatHex(script.hello.get()));
            assertEquals(7, client.session().id());
        }
    }

    @Test
    void rawSocketRefusalsAreNamed() throws Exception {
        assertTrue(refusal("7f100000").contains("does not speak the serialization (error 1)"));
        assertTrue(refusal("7f200000").contains("maximum message length (error 2)"));
        assertTrue(refusal("7f300000").contains("reserved bits (error 3)"));
        assertTrue(refusal("7f400000").contains("too many connections (error 4)"));
        assertTrue(refusal("7ff00000").contains("unknown error 15"));
        assertTrue(refusal("48545450").contains("no RawSocket port"));
        assertTrue(refusal("7ff20000").contains("serialization 2, which was not asked for"));
        assertTrue(refusal("7ff10001").contains("reserved octets"));
    }

    @Test
    void rawSocketPingIsAnsweredWithItsPayload() throws Exception {
        try (Script script = new Script("7ff10000")) {
            WampClient client = script.join();
            script.send(1, "are you there");
            assertEquals("are you there", script.frame(2));
            assertTrue(client.isConnected());
        }
    }

    @Test
    void frameInPiecesIsPutTogether() throws Exception {
        try (Script script = new Script("7ff10000")) {
            WampClient client = script.join();
            PendingCall call = client.call("a.b");
            assertEquals("[48,1,{},\"a.b\"]", script.frame(0));
            String answer = "[50,1,{},[\"" + "x".repeat(1000) + "\"]]";
            byte[] frame = (("\0\0" + (char) (answer.length() >> 8)) + (char) (answer.length() & 0xFF) + answer)
                    .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            for (byte octet : frame) {
                script.out().write(octet);
                script.out().flush();
            }
            assertEquals(1000, call.await().string(0).length());
        }
    }

    @Test
    void reservedFrameTypeAndBitsEndTheConnection() throws Exception {
        for (int type : new int[] {3, 7, 0x10, 0x80}) {
            try (Script script = new Script("7ff10000")) {
                WampClient client = script.join();
                PendingCall call = client.call("a.b");
                script.frame(0);
                script.send(type, "");
                SessionClosedException e = assertThrows(SessionClosedException.class, call::await);
                assertEquals(Reasons.PROTOCOL_VIOLATION, e.uri());
                assertTrue(script.frame(0).startsWith("[3,"));
            }
        }
    }

    @Test
    void routersLimitIsKeptBeforeSending() throws Exception {
        try (Script script = new Script("7f110000")) { // 1024 octets
            WampClient client = script.join();
            WampException e = assertThrows(
                    WampException.class,
                    () -> client.call("a.b", "x".repeat(1100)).await());
            assertEquals(Reasons.PAYLOAD_SIZE_EXCEEDED, e.uri());
            assertTrue(String.valueOf(e.getMessage()).contains("the router takes 1024"), e.getMessage());
            PendingCall call = client.call("a.b", 1);
            assertEquals("[48,2,{},\"a.b\",[1]]", script.frame(0));
            script.send(0, "[50,2,{}]");
            call.await();
        }
    }

    @Test
    void routerThatDoesNotTakeHelloIsAClearError() throws Exception {
        try (Script script = new Script("7f010000")) { // 512 octets
            ConnectException e = assertThrows(ConnectException.class, () -> WampClient.connect(script.settings()));
            assertEquals(Reasons.PAYLOAD_SIZE_EXCEEDED, e.uri());
        }
    }

    @Test
    void undecodableMessageIsAnsweredWithAbort() throws Exception {
        try (Script script = new Script("7ff10000")) {
            WampClient client = script.join();
            PendingCall call = client.call("a.b");
            script.frame(0);
            script.send(0, "{\"no\":\"list\"}");
            assertEquals(
                    Reasons.PROTOCOL_VIOLATION,
                    assertThrows(SessionClosedException.class, call::await).uri());
            assertTrue(script.frame(0).contains("wamp.error.protocol_violation"));
        }
    }

    @Test
    void silentConnectionIsPingedAndDropped() throws Exception {
        try (Script script = new Script("7ff10000")) {
            ClientSettings settings = script.settings();
            Transport transport = ((Transport) settings.connector()).withKeepalive(Duration.ofMillis(1));
            CompletableFuture<WampClient> joining = WampClient.open(settings.withConnector(transport));
            script.frame(0);
            script.send(0, "[2,7,{}]");
            WampClient client = joining.get(5, TimeUnit.SECONDS);
            PendingCall call = client.call("a.b");
            script.frame(0);
            assertEquals("", script.frame(1));
            assertEquals("", script.frame(1));
            assertEquals(
                    Reasons.NETWORK_FAILURE,
                    assertThrows(SessionClosedException.class, call::await).uri());
        }
    }

    @Test
    void routerThatNeverAnswersTheHandshakeFailsInTime() throws Exception {
        try (Script script = new Script("")) {
            ConnectException e = assertThrows(ConnectException.class, () -> WampClient.connect(script.settings()));
            assertTrue(String.valueOf(e.getMessage()).contains("no answer in time"), e.getMessage());
        }
    }
}
