package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.Endpoint;
import io.polywire.server.config.ConfigFile;
import io.polywire.wamp.client.WampClient;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An address that comes too often is held off, at every door in the form of its protocol. */
@Timeout(60)
class RatesTest {
    private static final byte[] RAW_JSON = {0x7F, (byte) 0xF1, 0, 0};

    @TempDir
    private Path folder;

    private Server start(String rates) throws IOException {
        Path file = Files.writeString(folder.resolve("polywire.yaml"), """
                listeners: [{tcp: "127.0.0.1:0"}]
                admin_realm: main
                rates: %s
                realms:
                  - name: main
                    anonymous: true
                    roles: [{name: anonymous, unrestricted: true, admin: true}]
                webwire: {realm: main}
                hemi: {realm: main}
                """.formatted(rates));
        return Server.start(ConfigFile.read(file));
    }

    private static Socket connect(Server server) throws IOException {
        String url = server.addresses().getFirst().uri();
        Endpoint.Tcp at = (Endpoint.Tcp) Endpoint.parse(url.substring("ws://".length(), url.lastIndexOf('/')));
        return new Socket(at.host(), at.port());
    }

    private static String upgrade(Server server, String path) throws IOException {
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write("""
                    GET %s HTTP/1.1\r
                    Host: localhost\r
                    Connection: Upgrade, close\r
                    Upgrade: websocket\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
                    Sec-WebSocket-Protocol: wamp.2.json\r
                    \r
                    """.formatted(path).getBytes(StandardCharsets.US_ASCII));
            StringBuilder head = new StringBuilder();
            for (int c = socket.getInputStream().read(); c >= 0 && head.indexOf("\r\n\r\n") < 0; ) {
                head.append((char) c);
                c = socket.getInputStream().read();
            }
            return head.toString();
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> totals(WampClient client) {
        Map<String, Object> stats = (Map<String, Object>)
                Objects.requireNonNull(client.call("polywire.stats").await().value());
        return (Map<String, Object>) Objects.requireNonNull(stats.get("totals"));
    }

    @Test
    void handshakesAboveTheLimitAreAnsweredInTheFormOfTheirProtocol() throws Exception {
        try (Server server = start("{handshakes: 2, window: 1h}");
                WampClient client =
                        WampClient.connect(server.addresses().getFirst().uri(), "main")) {
            assertTrue(upgrade(server, "/hemi").startsWith("HTTP/1.1 101 "));
            for (String path : new String[] {"/ws", "/hemi", "/"}) {
                String head = upgrade(server, path);
                assertTrue(head.startsWith("HTTP/1.1 429 "), head);
                assertTrue(head.matches("(?s).*\r\nRetry-After: 1[78]\\d\\d\r\n.*"), head);
            }
            try (Socket socket = connect(server)) {
                socket.getOutputStream().write(RAW_JSON);
                // 0x7F, error 4 (maximum connection count reached) and no serialization, two octets of zero; then the
                // end
                assertArrayEquals(
                        new byte[] {0x7F, 0x40, 0, 0}, socket.getInputStream().readAllBytes());
            }
            assertEquals(4L, totals(client).get("refused_handshakes"));
        }
    }

    @Test
    void connectionsAboveTheLimitAreClosedWithoutAnAnswer() throws Exception {
        try (Server server = start("{connections: 3, window: 1h}");
                WampClient client =
                        WampClient.connect(server.addresses().getFirst().uri(), "main");
                Socket second = connect(server);
                Socket third = connect(server);
                Socket fourth = connect(server)) {
            assertEquals(-1, ended(fourth));
            second.getOutputStream()
                    .write("GET /ready HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals('H', second.getInputStream().read());
            third.getOutputStream().write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String metrics = new String(third.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(metrics.contains("\npolywire_connections_refused_total 1.0\n"), metrics);
            assertTrue(metrics.contains("\npolywire_handshakes_refused_total 0.0\n"), metrics);
            assertEquals(1L, totals(client).get("refused_connections"));
        }
    }

    /** What reading gives: -1 for an end, however it came. */
    private static int ended(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException reset) {
            return -1;
        }
    }

    @Test
    void thisMachineIsExemptIfTheFileSaysSo() throws Exception {
        try (Server server = start("{connections: 1, handshakes: 1, window: 1h, exempt_loopback: true}")) {
            for (int i = 0; i < 3; i++) {
                assertTrue(upgrade(server, "/ws").startsWith("HTTP/1.1 101 "));
            }
        }
    }
}
