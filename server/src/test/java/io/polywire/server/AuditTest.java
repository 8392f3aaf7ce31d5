package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.client.GateClient;
import io.polywire.gate.client.GateException;
import io.polywire.gate.client.Identity;
import io.polywire.hemi.api.Tbc;
import io.polywire.hemi.client.HemiClient;
import io.polywire.hemi.client.HemiClientSettings;
import io.polywire.hemi.client.HemiListener;
import io.polywire.hemi.login.SecretKey;
import io.polywire.net.Endpoint;
import io.polywire.net.Loops;
import io.polywire.server.config.ConfigFile;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.WampClient;
import io.polywire.webwire.client.ClientHooks;
import io.polywire.webwire.client.WebWireClient;
import io.polywire.webwire.client.WebWireException;
import io.polywire.webwire.message.Payload;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Every door writes down whom it lets in and whom it refuses, in events of one shape. */
@Timeout(60)
class AuditTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final SecretKey LISTED = SecretKey.generate();
    private static final Identity OWNER = Identity.generate();
    private static final Set<String> SHAPE =
            Set.of("time", "event", "door", "realm", "authid", "role", "address", "reason", "method");

    @TempDir
    private Path folder;

    private Server server;
    private String url;
    private boolean stopped;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(folder.resolve("authorized_keys"), authorizedKey(OWNER.principal()));
        Path file = Files.writeString(folder.resolve("polywire.yaml"), """
                listeners: [{tcp: "127.0.0.1:0"}]
                admin_realm: main
                log: {audit: audit.log}
                realms:
                  - name: main
                    anonymous: true
                    roles:
                      - {name: anonymous, unrestricted: true, admin: true}
                      - {name: user, unrestricted: true}
                webwire: {realm: main, login_procedures: login}
                hemi: {realm: main, login: {keys: [{key: "%s", role: user}]}}
                gate: {realm: main, authorized_keys: authorized_keys}
                """.formatted(LISTED.publicKey().hex()));
        server = Server.start(ConfigFile.read(file), () -> ConfigFile.read(file));
        url = server.addresses().getFirst().uri();
    }

    /** As OpenSSH writes it (RFC 8709, section 4): the name of the type and the key, each behind its length. */
    private static String authorizedKey(String principal) {
        byte[] key = Base64.getUrlDecoder().decode(principal.substring("ed25519:".length()));
        byte[] type = "ssh-ed25519".getBytes(StandardCharsets.US_ASCII);
        byte[] blob = ByteBuffer.allocate(8 + type.length + key.length)
                .putInt(type.length)
                .put(type)
                .putInt(key.length)
                .put(key)
                .array();
        return "ssh-ed25519 " + Base64.getEncoder().encodeToString(blob) + " owner\n";
    }

    private WampClient connect() {
        return WampClient.connect(url, "main");
    }

    private String at() {
        return url.substring("ws://".length(), url.lastIndexOf('/'));
    }

    @AfterEach
    void stop() {
        if (!stopped) {
            stopped = true;
            server.close();
        }
    }

    /** What the audit log has of a door once the server has ended. */
    private List<JsonNode> events(String door) throws Exception {
        stop();
        List<JsonNode> all = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("audit.log"))) {
            JsonNode event = new ObjectMapper().readTree(line);
            if (event.path("door").asString("").equals(door)) {
                all.add(event);
            }
        }
        return all;
    }

    private static void assertEvent(JsonNode event, Map<String, String> facts) {
        facts.forEach((name, value) -> assertEquals(value, event.path(name).asString(""), name + " of " + event));
        assertTrue(SHAPE.containsAll(event.propertyNames()), event.toString());
        assertTrue(event.path("address").asString("").startsWith("127.0.0.1:"), event.toString());
        assertFalse(event.path("time").asString("").isEmpty());
    }

    @Test
    void webWireTellsOfSessionsMadeRestoredAndNotFound() throws Exception {
        String key;
        try (Loops loops = Loops.open(1);
                WampClient login = connect()) {
            login.register("login", call -> login.call(
                                    "polywire.webwire.session.create", call.caller(), "joe", "user", Map.of())
                            .await()
                            .value())
                    .await();
            Endpoint.Tcp to = (Endpoint.Tcp) Endpoint.parse(at());
            try (WebWireClient client = new WebWireClient(loops, to, PATIENCE, new ClientHooks() {})) {
                client.connect();
                key = new String(client.request("login", Payload.utf8("x")).data(), StandardCharsets.UTF_8);
            }
            try (WebWireClient client = new WebWireClient(loops, to, PATIENCE, new ClientHooks() {})) {
                client.connect();
                assertThrows(WebWireException.class, () -> client.restoreSession("no such key"));
                client.restoreSession(key);
            }
        }
        List<JsonNode> events = events("webwire");
        assertEquals(3, events.size(), events.toString());
        for (JsonNode one : List.of(events.get(0), events.get(2))) {
            assertEvent(
                    one,
                    Map.of("event", "login", "realm", "main", "authid", "joe", "role", "user", "method", "webwire-session"));
        }
        assertEvent(
                events.get(1),
                Map.of("event", "refusal", "realm", "main", "reason", "there is no such session", "authid", ""));
        assertFalse(Files.readString(folder.resolve("audit.log")).contains(key), "the key of a session is a secret");
    }

    @Test
    void hemiTellsOfKeysLetInAndRefused() throws Exception {
        SecretKey other = SecretKey.generate();
        HemiClientSettings settings = HemiClientSettings.of(URI.create("ws://" + at() + "/hemi"), Tbc.COMMANDS);
        try (Loops loops = Loops.open(1)) {
            try (HemiClient client = new HemiClient(loops, settings.withLogin(LISTED), HemiListener.NONE)) {
                client.connect();
            }
            try (HemiClient client = new HemiClient(loops, settings.withLogin(other), HemiListener.NONE)) {
                assertThrows(RuntimeException.class, client::connect);
            }
        }
        List<JsonNode> events = events("hemi");
        assertEquals(2, events.size(), events.toString());
        assertEvent(
                events.get(0),
                Map.of(
                        "event",
                        "login",
                        "realm",
                        "main",
                        "authid",
                        LISTED.publicKey().hex(),
                        "role",
                        "user",
                        "method",
                        "secp256k1"));
        assertEvent(
                events.get(1),
                Map.of("event", "refusal", "authid", other.publicKey().hex(), "reason", "invalid public key"));
    }

    @Test
    void gateTellsOfTheFirstUseOfAKeyOnAConnectionAndOfEveryRefusal() throws Exception {
        Identity stranger = Identity.generate();
        URI gate = URI.create("http://" + at());
        try (GateClient client = GateClient.of(gate, OWNER)) {
            assertEquals(List.of(), client.modules());
            assertEquals(List.of(), client.modules());
        }
        try (GateClient client = GateClient.of(gate, stranger)) {
            assertThrows(GateException.class, client::modules);
            assertThrows(GateException.class, client::modules);
        }
        List<JsonNode> events = events("gate");
        assertEvent(
                events.getFirst(),
                Map.of("event", "login", "authid", OWNER.principal(), "method", "ed25519", "realm", "", "role", ""));
        assertEquals(3, events.size(), events.toString());
        for (JsonNode one : events.subList(1, 3)) {
            assertEvent(one, Map.of("event", "refusal", "method", "ed25519", "reason", "access denied"));
        }
        assertFalse(Files.readString(folder.resolve("audit.log")).contains("Bearer"));
    }

    @Test
    void thePageIsADoorOfItsOwn() throws Exception {
        try (WampClient page = WampClient.connect(ClientSettings.of(url, "main").withAgent("polywire dashboard"))) {
            assertTrue(page.isConnected());
        }
        assertEvent(
                events("dashboard").getFirst(),
                Map.of("event", "login", "realm", "main", "role", "anonymous", "method", "anonymous"));
    }

    @Test
    void killsTellWhoKilledWhom() throws Exception {
        long byMeta;
        long byAdministration;
        try (WampClient killer = connect();
                WampClient one = connect();
                WampClient other = connect()) {
            byMeta = one.session().id();
            byAdministration = other.session().id();
            killer.call("wamp.session.kill", Arguments.of(byMeta).with("reason", "com.example.why"))
                    .await();
            killer.call("polywire.kill", Arguments.NONE.with("session", byAdministration))
                    .await();
        }
        List<JsonNode> kills = events("wamp").stream()
                .filter(event -> event.path("event").asString("").equals("kill"))
                .toList();
        assertEquals(2, kills.size(), kills.toString());
        assertEquals(byMeta, kills.get(0).path("killed_session").asLong());
        assertEquals("com.example.why", kills.get(0).path("reason").asString(""));
        assertEquals(byAdministration, kills.get(1).path("killed_session").asLong());
        for (JsonNode kill : kills) {
            assertEquals("main", kill.path("realm").asString(""));
            assertEquals("anonymous", kill.path("role").asString(""));
            assertTrue(kill.path("address").asString("").startsWith("127.0.0.1:"), kill.toString());
        }
    }
}
