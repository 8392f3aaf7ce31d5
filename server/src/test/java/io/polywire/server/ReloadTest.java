package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Reasons;
import io.polywire.router.RealmProcedure;
import io.polywire.server.access.Audit;
import io.polywire.server.config.ConfigFile;
import io.polywire.server.config.ServerSettings;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.ConnectException;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import io.polywire.wamp.client.auth.Authenticator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReloadTest {
    private static final String BEFORE = """
            listeners: [{tcp: "127.0.0.1:0"}]
            admin_realm: main
            log: {audit: audit.log}
            realms:
              - name: main
                anonymous: true
                roles:
                  - name: anonymous
                    unrestricted: true
                    admin: true
              - name: old
                anonymous: true
                roles: [{name: anonymous}]
            """;

    private static final String AFTER =
            """
            listeners: [{tcp: "127.0.0.1:0"}]
            admin_realm: main
            log: {audit: audit.log}
            wamp: {message_limit: 1 MiB}
            realms:
              - name: main
                anonymous: true
                users:
                  - {authid: joe, role: anonymous, ticket: "%s"}
                limits:
                  registrations: 1
                roles:
                  - name: anonymous
                    admin: true
                    rules:
                      - {uri: f, allow: [register, call]}
                      - {uri: g, allow: register}
              - name: new
                anonymous: true
                roles: [{name: anonymous}]
            """.formatted("sha256:76f6d5cbb5a7d1f8f5a3b4b0a3d1d6a2b8a7c7d7e7f7a7b7c7d7e7f7a7b7c7d7");

    @TempDir
    private Path folder;

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("polywire.yaml"), yaml);
    }

    private static WampClient connect(Server server, String realm) {
        return WampClient.connect(server.addresses().getFirst().uri(), realm);
    }

    private static String refusal(Runnable action) {
        return assertThrows(WampException.class, action::run).uri();
    }

    @Test
    void rulesUsersLimitsAndRealmsChangeAndSessionsStay() throws Exception {
        Path file = write(BEFORE);
        try (Server server = Server.start(ConfigFile.read(file), () -> ConfigFile.read(file));
                WampClient client = connect(server, "main");
                WampClient gone = connect(server, "old")) {
            client.register("f", call -> 1).await();
            client.call("wamp.session.count").await();
            assertTrue(gone.isConnected());
            write(AFTER);
            Object report = client.call("polywire.reload").await().value();
            assertEquals(
                    Map.of(
                            "applied",
                            List.of("realm main: roles, users, limits", "realm new added", "realm old removed"),
                            "needs_restart",
                            List.of("wamp")),
                    report);
            assertEquals(1, client.call("f").await().integer(0), "the session and its registration stay");
            assertEquals(
                    Reasons.NOT_AUTHORIZED,
                    refusal(() -> client.call("wamp.session.count").await()));
            assertEquals(
                    Reasons.OPTION_NOT_ALLOWED,
                    refusal(() -> client.register("g", call -> 1).await()),
                    "the limit is another");
            try (WampClient other = connect(server, "new")) {
                assertTrue(other.isConnected());
            }
            assertEquals(
                    Reasons.NO_SUCH_REALM,
                    assertThrows(ConnectException.class, () -> connect(server, "old"))
                            .uri());
            ClientSettings joe = ClientSettings.of(server.addresses().getFirst().uri(), "main")
                    .withAuth("joe", Authenticator.ticket("wrong"));
            assertEquals(
                    Reasons.AUTHENTICATION_DENIED,
                    assertThrows(ConnectException.class, () -> WampClient.connect(joe))
                            .uri());
        }
        String audit = Files.readString(folder.resolve("audit.log"));
        assertTrue(audit.contains("\"event\":\"login\",\"door\":\"wamp\",\"realm\":\"main\""), audit);
        assertTrue(audit.contains("\"event\":\"reload\",\"door\":\"wamp\",\"realm\":\"main\""), audit);
        assertTrue(audit.contains("\"event\":\"refusal\",\"door\":\"wamp\",\"realm\":\"main\",\"authid\":\"joe\""), audit);
        assertFalse(audit.contains("wrong"), "no secret is written");
    }

    @Test
    void aFileWithErrorsChangesNothing() throws Exception {
        Path file = write(BEFORE);
        try (Server server = Server.start(ConfigFile.read(file), () -> ConfigFile.read(file));
                WampClient client = connect(server, "old")) {
            write(AFTER.replace("anonymous: true", "anonymous: perhaps"));
            RealmProcedure.Failure e = assertThrows(RealmProcedure.Failure.class, () -> server.reload(Audit.Who.signal("test")));
            assertEquals(ServerControl.CONFIG_ERROR, e.uri());
            assertTrue(e.text().contains("polywire.yaml:7:16: realms[0].anonymous: is 'perhaps'"), e.text());
            assertTrue(client.isConnected());
        }
    }

    @Test
    void withoutChangesNothingIsDone() throws Exception {
        Path file = write(BEFORE);
        try (Server server = Server.start(ConfigFile.read(file), () -> ConfigFile.read(file))) {
            assertEquals(Map.of("applied", List.of(), "needs_restart", List.of()), server.reload(Audit.Who.signal("test")));
        }
    }

    @Test
    void everyDoorWhoseSettingsDifferIsNamedAndItsRealmStays() throws Exception {
        String realm = "realms: [{name: main}, {name: vms}, {name: programs}]\n";
        String doors = """
                webwire: {realm: main}
                hemi: {realm: main}
                gate: {realm: programs, public: true}
                ccproxy: {socket: p.sock, realm: vms}
                """;
        String roles = realm.replace("{name: vms}", "{name: vms, roles: [{name: ccproxy}]}");
        ServerSettings all = ConfigFile.read(write(roles + doors));
        ServerSettings none = ConfigFile.read(write("realms: [{name: main}]\n"));
        Reload reload = Reload.of(all, none);
        assertEquals(
                List.of(
                        "webwire",
                        "hemi",
                        "gate",
                        "ccproxy",
                        "realm vms removed: a door or the administration is in it",
                        "realm programs removed: a door or the administration is in it"),
                reload.needsRestart());
        assertEquals(
                List.of(), Reload.of(all, ConfigFile.read(write(roles + doors))).needsRestart());
    }
}
