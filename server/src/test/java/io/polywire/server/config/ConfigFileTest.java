package io.polywire.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.Endpoint;
import io.polywire.router.RealmOptions;
import io.polywire.net.ListenSettings;
import io.polywire.wamp.door.WampDoorSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    @TempDir
    private Path folder;

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("polywire.yaml"), yaml);
    }

    private List<String> problems(String yaml) throws IOException {
        Path file = write(yaml);
        return assertThrows(ConfigException.class, () -> ConfigFile.read(file)).problems().stream()
                .map(p -> p.show("f"))
                .toList();
    }

    @Test
    void everyKeyIsRead() throws IOException {
        Files.writeString(folder.resolve("c.pem"), "");
        Files.writeString(folder.resolve("k.pem"), "");
        Files.writeString(folder.resolve("ca.pem"), "");
        ServerSettings settings = ConfigFile.read(write("""
                data: data
                listeners:
                  - tcp: "[::1]:0"
                    tls:
                      certificate: c.pem
                      key: k.pem
                      client_ca: ca.pem
                      client_certificate: optional
                    max_connections: 10
                    handshake_timeout: 2s
                    idle_timeout: 5m
                    max_header: 8 KiB
                  - unix: w.sock
                    mode: rw-rw----
                wamp:
                  path: /wamp
                  message_limit: 1 MiB
                  queue_limit: 2 MiB
                  queue_budget: 1 GiB
                  hello_timeout: 1s
                  authenticate_timeout: 2s
                  stuck_timeout: 3s
                  keepalive: 0
                  deflate: true
                realms:
                  - name: com.example.main
                    anonymous: true
                    anonymous_role: guest
                    strict_uris: true
                    disclosure: false
                    limits:
                      sessions: 1
                      registrations: 2
                      subscriptions: 3
                      pending_calls: 4
                      retained_topics: 5
                      retained_size: 6 KiB
                  - name: closed
                """));
        assertEquals(folder.resolve("data"), settings.data());

        ListenSettings tcp = settings.listeners().getFirst();
        assertEquals(new Endpoint.Tcp("::1", 0), tcp.at());
        assertTrue(tcp.tls() != null && !tcp.tls().clientRequired());
        assertEquals(folder.resolve("ca.pem"), tcp.tls().clientCa());
        assertEquals(10, tcp.maxConnections());
        assertEquals(Duration.ofSeconds(2), tcp.handshakeTimeout());
        assertEquals(Duration.ofMinutes(5), tcp.idleTimeout());
        assertEquals(8192, tcp.maxHeaderBytes());
        ListenSettings unix = settings.listeners().getLast();
        assertEquals(new Endpoint.Unix(folder.resolve("w.sock")), unix.at());
        assertEquals("rw-rw----", unix.fileMode());

        WampDoorSettings wamp = settings.wamp();
        assertEquals("/wamp", wamp.path());
        assertEquals(1 << 20, wamp.messageLimit());
        assertEquals(2 << 20, wamp.queueLimit());
        assertEquals(1L << 30, wamp.queueBudget());
        assertEquals(Duration.ofSeconds(1), wamp.helloTimeout());
        assertEquals(Duration.ofSeconds(2), wamp.authenticateTimeout());
        assertEquals(Duration.ofSeconds(3), wamp.stuckTimeout());
        assertEquals(Duration.ZERO, wamp.keepalive());
        assertTrue(wamp.deflate());

        RealmSettings realm = settings.realms().getFirst();
        assertEquals("com.example.main", realm.name());
        assertEquals("guest", realm.anonymousRole());
        assertTrue(realm.options().strictUris());
        assertEquals(false, realm.options().disclosure());
        assertEquals(1, realm.options().limits().sessions());
        assertEquals(2, realm.options().limits().registrations());
        assertEquals(3, realm.options().limits().subscriptions());
        assertEquals(4, realm.options().limits().pendingCalls());
        assertEquals(5, realm.options().limits().retainedTopics());
        assertEquals(6144, realm.options().limits().retainedOctets());
        assertNull(settings.realms().getLast().anonymousRole(), "a realm is closed unless the file opens it");
    }

    @Test
    void whatIsLeftOutIsAsTheRoomsHaveIt() throws IOException {
        ServerSettings settings = ConfigFile.read(write("realms: [{name: r, anonymous: true}]\nwamp: {}\n"));
        ServerSettings development = ServerSettings.development();
        assertEquals(development.listeners(), settings.listeners());
        assertEquals(development.wamp(), settings.wamp());
        assertEquals(RealmOptions.DEFAULT, settings.realms().getFirst().options());
        assertNull(settings.data());
    }

    @Test
    void allErrorsAreNamedAtOnceInTheOrderOfTheFile() throws IOException {
        assertEquals(
                List.of(
                        "f:2:5: listeners[0]: lacks either tcp or unix: a listener needs one of them",
                        "f:3:10: listeners[1].tcp: is 'nowhere', expected HOST:PORT or [IPV6]:PORT"
                                + " ('nowhere' is not HOST:PORT, [IPV6]:PORT or unix:PATH)",
                        "f:5:7: listeners[1].tls: lacks key: a PEM file with the private key",
                        "f:5:20: listeners[1].tls.certificate: is 'gone.pem', expected a file ("
                                + folder.resolve("gone.pem") + " does not exist)",
                        "f:7:3: wamp.message_limits: is not a key here, expected path, message_limit, queue_limit,"
                                + " queue_budget, hello_timeout, authenticate_timeout, stuck_timeout, keepalive, deflate",
                        "f:9:11: realms[0].name: is 'a b', expected a URI such as com.example.main"
                                + " (components are joined by dots and have neither blanks nor #)",
                        "f:11:11: realms[2].name: is 'r', which is the name of a realm above"),
                problems("""
                        listeners:
                          - mode: rw-------
                          - tcp: nowhere
                            tls:
                              certificate: gone.pem
                        wamp:
                          message_limits: 1 MiB
                        realms:
                          - name: a b
                          - name: r
                          - name: r
                        """));
    }

    @Test
    void aFileWithoutRealmsIsAnError() throws IOException {
        assertEquals(List.of("f:1:1: lacks realms: without one nobody can join"), problems("wamp: {}\n"));
    }

    @Test
    void aFileThatDoesNotExistIsNamed() {
        Path none = folder.resolve("none.yaml");
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.read(none));
        assertTrue(e.toString().contains(none + ":1:1: does not exist"), e.toString());
    }
}
