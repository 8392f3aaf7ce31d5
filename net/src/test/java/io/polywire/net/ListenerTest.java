package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenerTest {
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final Endpoint ANY = new Endpoint.Tcp("127.0.0.1", 0);

    @TempDir
    static Path shared;

    private static Certificates certificates = new Certificates(Path.of(""), Path.of(""));

    @TempDir
    Path dir;

    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();

    /** Sends back what comes; closes after an exclamation mark. */
    private final StreamDoor raw = peer -> {
        peers.add(peer);
        return new StreamHandler() {
            @Override
            public void onBytes(ByteStream stream, byte[] buf, int off, int len) {
                stream.output().write(buf, off, len);
                if (buf[off + len - 1] == '!') {
                    stream.closeAfterFlush(CloseCode.NORMAL, "told so");
                }
            }

            @Override
            public void onClose(ByteStream stream, int code, String reason) {}
        };
    };

    private final HttpDoor web = request -> {
        peers.add(request.peer());
        return request.upgrade() == HttpRequest.Upgrade.NONE
                ? HttpResponse.text(200, "web")
                : new HttpAnswer.Upgrade(new Echo(), WebSocketSettings.DEFAULT);
    };

    private final Doors both = new Doors(List.of(web), raw);

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = Certificates.in(shared);
    }

    private Path socket() {
        return dir.resolve("s");
    }

    private ListenSettings unix() {
        return new ListenSettings(new Endpoint.Unix(socket()));
    }

    @Test
    void firstOctetTellsRawFromHttp() throws Exception {
        try (Served served = new Served(both)) {
            try (RawPeer peer = RawPeer.connect(served.at())) {
                peer.sendHex("7f");
                assertEquals("7f", peer.readHex(1));
                peer.sendHex("00f1");
                assertEquals("00f1", peer.readHex(2));
            }
            try (RawPeer peer = RawPeer.connect(served.at())) {
                peer.send("G");
                peer.send("ET / HTTP/1.1\r\nHost: x\r\n\r\n");
                assertEquals("HTTP/1.1 200 OK|web\n", peer.readResponse());
            }
        }
    }

    @Test
    void streamOnlyListenerDoesNotSniff() throws Exception {
        try (Served served = new Served(Doors.stream(raw));
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("GET it!");
            assertEquals("GET it!", peer.readToEnd());
        }
    }

    @Test
    void lastWordsArriveAlthoughTheClientGoesOnSending() throws Exception {
        try (Served served = new Served(Doors.stream(raw));
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("bye!");
            assertEquals("bye!", peer.readToEnd());
            peer.send(new byte[100_000]);
            peer.endOutput();
        }
    }

    @Test
    void halfClosedClientGetsWhatIsQueued() throws Exception {
        try (Served served = new Served(Doors.stream(raw));
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("hello");
            peer.endOutput();
            assertEquals("hello", peer.readToEnd());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothTransportsServe(boolean epoll) throws Exception {
        try (Served served = new Served(Loops.open(2, epoll), new ListenSettings(ANY), both);
                RawPeer peer = RawPeer.webSocket(served.at())) {
            assertEquals(epoll ? "epoll" : "nio", served.loops.transport());
            peer.send(RawPeer.text("hi"));
            assertEquals("hi", peer.readText());
            CompletableFuture<String> got = new CompletableFuture<>();
            Client.stream(served.loops, served.at(), null, SHORT, collect(got, 3))
                    .get()
                    .closeAfterFlush(1000, "");
            assertEquals("", got.get(30, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void unixSocketHasItsModeAndGoesWithTheListener(boolean epoll) throws Exception {
        try (Loops loops = Loops.open(1, epoll)) {
            Listener listener = Listener.open(loops, unix().withFileMode("rw-rw----"), both);
            assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
            try (var list = Files.list(dir)) {
                assertEquals(1, list.count(), "no temporary file is left");
            }
            CompletableFuture<String> got = new CompletableFuture<>();
            ByteStream client = Client.stream(loops, listener.endpoint(), null, SHORT, collect(got, 3))
                    .get();
            client.execute(() -> client.output().write(new byte[] {0x7F, 'a', '!'}));
            assertEquals("\u007fa!", got.get(30, TimeUnit.SECONDS));
            Peer peer = peers.take();
            assertEquals("unix", peer.address());
            if (epoll) {
                Peer.Credentials who = peer.credentials();
                assertNotNull(who);
                assertEquals(ProcessHandle.current().pid(), who.pid());
            }
            listener.close();
            assertFalse(Files.exists(socket()));
        }
    }

    @Test
    void staleUnixSocketIsReplaced() throws Exception {
        ServerSocketChannel stale = ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        stale.bind(UnixDomainSocketAddress.of(socket()));
        stale.close();
        assertTrue(Files.exists(socket()));
        try (Served served = new Served(unix(), both);
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            assertTrue(client.isConnected());
            assertEquals(new Endpoint.Unix(socket()), served.at());
        }
    }

    @Test
    void unixSocketInUseIsNotTaken() {
        try (Served served = new Served(unix(), both)) {
            NetException e = assertThrows(NetException.class, () -> Listener.open(served.loops, unix(), both));
            assertTrue(String.valueOf(e.getMessage()).endsWith("somebody listens there already"), e.getMessage());
            assertTrue(Files.exists(socket()));
        }
    }

    @Test
    void otherFileIsNotReplacedByASocket() throws Exception {
        Files.writeString(socket(), "precious");
        try (Loops loops = Loops.open(1)) {
            assertThrows(NetException.class, () -> Listener.open(loops, unix(), both));
        }
        assertEquals("precious", Files.readString(socket()));
    }

    @Test
    void listenerDoesNotRemoveTheSocketOfItsSuccessor() throws Exception {
        try (Loops loops = Loops.open(1)) {
            Listener first = Listener.open(loops, unix(), both);
            Files.delete(socket());
            Listener second = Listener.open(loops, unix(), both);
            first.close();
            assertTrue(Files.exists(socket()));
            second.close();
        }
    }

    @Test
    void portInUseIsNamed() {
        try (Served served = new Served(both)) {
            NetException e = assertThrows(
                    NetException.class, () -> Listener.open(served.loops, new ListenSettings(served.at()), both));
            assertTrue(String.valueOf(e.getMessage()).startsWith("cannot listen on " + served.at() + ": "));
        }
    }

    @Test
    void portZeroTellsTheRealOne() {
        try (Served served = new Served(both)) {
            assertNotEquals(0, ((Endpoint.Tcp) served.at()).port());
        }
    }

    @Test
    void connectionsOverTheLimitAreClosedAndOthersServed() throws Exception {
        try (Served served = new Served(new ListenSettings(ANY).withMaxConnections(1), both);
                RawPeer first = RawPeer.webSocket(served.at())) {
            try (RawPeer second = RawPeer.connect(served.at())) {
                assertEquals("", second.readToEnd());
            }
            first.send(RawPeer.text("hi"));
            assertEquals("hi", first.readText());
            assertEquals(1, served.listener.connections());
        }
    }

    @Test
    void tlsServesEveryDoorOfThePort() throws Exception {
        ListenSettings secure =
                new ListenSettings(ANY).withTls(new Tls.Server(certificates.chain(), certificates.key()));
        Tls.Client trust = Tls.Client.trusting(certificates.chain());
        try (Served served = new Served(secure, both)) {
            CompletableFuture<String> got = new CompletableFuture<>();
            ByteStream client = Client.stream(served.loops, served.at(), trust, SHORT, collect(got, 200_000))
                    .get(30, TimeUnit.SECONDS);
            byte[] large = new byte[200_000];
            java.util.Arrays.fill(large, (byte) 0x7F);
            large[large.length - 1] = '!';
            client.execute(() -> client.output().write(large));
            assertEquals(200_000, got.get(30, TimeUnit.SECONDS).length());
            var session = peers.take().tls();
            assertNotNull(session);
            assertEquals("TLSv1.3", session.getProtocol());

            CompletableFuture<String> message = new CompletableFuture<>();
            WebSocketTarget target = WebSocketTarget.of(java.net.URI.create("wss://" + served.at() + "/"))
                    .withTls(trust);
            WebSocket socket = Client.webSocket(
                            served.loops, target, WebSocketSettings.DEFAULT, new ClientTest.Collect(message))
                    .get(30, TimeUnit.SECONDS);
            socket.execute(() -> socket.sendText("secret"));
            assertEquals("secret", message.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void clientCertificateIsAskedForAndSeen() throws Exception {
        Tls.Server strict = new Tls.Server(certificates.chain(), certificates.key(), certificates.chain(), true);
        try (Served served = new Served(new ListenSettings(ANY).withTls(strict), both)) {
            Tls.Client known = new Tls.Client(certificates.chain(), certificates.chain(), certificates.key(), null);
            CompletableFuture<String> got = new CompletableFuture<>();
            ByteStream client = Client.stream(served.loops, served.at(), known, SHORT, collect(got, 2))
                    .get(30, TimeUnit.SECONDS);
            client.execute(() -> client.output().write(new byte[] {0x7F, '!'}));
            assertEquals("\u007f!", got.get(30, TimeUnit.SECONDS));
            var session = peers.take().tls();
            assertNotNull(session);
            assertEquals(1, session.getPeerCertificates().length);
        }
    }

    @Test
    void untrustedServerIsNamedAsTheReason() throws Exception {
        Tls.Server tls = new Tls.Server(certificates.chain(), certificates.key());
        try (Served served = new Served(new ListenSettings(ANY).withTls(tls), both)) {
            ExecutionException e = assertThrows(
                    ExecutionException.class,
                    () -> Client.stream(
                                    served.loops,
                                    served.at(),
                                    Tls.Client.DEFAULT,
                                    SHORT,
                                    collect(new CompletableFuture<>(), 1))
                            .get(30, TimeUnit.SECONDS));
            assertTrue(e.getCause() instanceof NetException && e.getCause().getCause() instanceof SSLException);
        }
    }

    @Test
    void plainTextOnATlsPortIsDroppedAndOthersServed() throws Exception {
        Tls.Server tls = new Tls.Server(certificates.chain(), certificates.key());
        try (Served served = new Served(new ListenSettings(ANY).withTls(tls), both);
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("GET / HTTP/1.1\r\n\r\n");
            assertFalse(peer.readToEnd().contains("HTTP"));
        }
    }

    @Test
    void silentTlsClientIsDroppedAfterTheHandshakeTimeout() throws Exception {
        Tls.Server tls = new Tls.Server(certificates.chain(), certificates.key());
        ListenSettings quick =
                new ListenSettings(ANY).withTls(tls).withTimeouts(Duration.ofMillis(300), Duration.ofSeconds(5));
        try (Served served = new Served(quick, both);
                RawPeer peer = RawPeer.connect(served.at())) {
            assertFalse(peer.readToEnd().contains("HTTP"));
        }
    }

    @Test
    void unreadableKeyIsNamed() {
        Path missing = dir.resolve("missing.pem");
        ListenSettings secure = new ListenSettings(ANY).withTls(new Tls.Server(missing, missing));
        try (Loops loops = Loops.open(1)) {
            NetException e = assertThrows(NetException.class, () -> Listener.open(loops, secure, both));
            assertEquals("certificate chain " + missing + " cannot be read", e.getMessage());
        }
    }

    @Test
    void endpointsAreParsed() {
        assertEquals(new Endpoint.Tcp("::1", 80), Endpoint.parse("[::1]:80"));
        assertEquals("[::1]:80", Endpoint.parse("[::1]:80").toString());
        assertEquals(new Endpoint.Unix(Path.of("/run/x")), Endpoint.parse("unix:/run/x"));
        for (String bad : List.of("x", ":1", "x:", "x:99999", "::1:80", "unix:", "x:a")) {
            assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(bad), bad);
        }
    }

    /** Completes when so many octets have come, or at the end. */
    private static StreamHandler collect(CompletableFuture<String> got, int count) {
        return new StreamHandler() {
            private final StringBuilder all = new StringBuilder();

            @Override
            public void onBytes(ByteStream stream, byte[] buf, int off, int len) {
                all.append(new String(buf, off, len, java.nio.charset.StandardCharsets.ISO_8859_1));
                if (all.length() >= count) {
                    got.complete(all.toString());
                }
            }

            @Override
            public void onClose(ByteStream stream, int code, String reason) {
                got.complete(all.toString());
            }
        };
    }
}
