package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Match;
import io.polywire.model.Reasons;
import io.polywire.server.config.ConfigFile;
import io.polywire.store.Store;
import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Passwords;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.ConnectException;
import io.polywire.wamp.client.SubscribeOptions;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import io.polywire.wamp.client.auth.Authenticator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AccessTest {
    private static final Credential.Cost CHEAP = new Credential.Cost(Credential.Kdf.PBKDF2, 4096, 0);

    @TempDir
    private Path folder;

    private Server start(String yaml) throws Exception {
        Path file = Files.writeString(folder.resolve("polywire.yaml"), "listeners: [{tcp: '127.0.0.1:0'}]\n" + yaml);
        return Server.start(ConfigFile.read(file));
    }

    private static WampClient connect(Server server, String realm) {
        return WampClient.connect(server.addresses().getFirst().uri(), realm);
    }

    private static WampClient connect(Server server, String realm, String name, Authenticator as) {
        return WampClient.connect(
                ClientSettings.of(server.addresses().getFirst().uri(), realm).withAuth(name, as));
    }

    private static String refusal(Runnable action) {
        WampException e = assertThrows(WampException.class, action::run);
        return e.uri();
    }

    @Test
    void aRoleMayDoWhatItsRulesAllowAndNothingElse() throws Exception {
        try (Server server = start("""
                        realms:
                          - name: r
                            anonymous: true
                            roles:
                              - name: anonymous
                                rules:
                                  - uri: com.example.
                                    match: prefix
                                    allow: [register, call]
                                  - uri: com.example.secret
                        """);
                WampClient client = connect(server, "r")) {
            client.register("com.example.echo", call -> call.string(0)).await();
            assertEquals("x", client.call("com.example.echo", "x").await().string(0));
            assertEquals(
                    Reasons.NOT_AUTHORIZED,
                    refusal(() -> client.call("com.example.secret").await()));
            assertEquals(
                    Reasons.NOT_AUTHORIZED,
                    refusal(() -> client.call("wamp.session.count").await()));
            assertEquals(
                    Reasons.NOT_AUTHORIZED,
                    refusal(() -> client.subscribe("com.example.news", e -> {}).await()));
        }
    }

    @Test
    void whatIsTheServersNeedsAnAdminRole() throws Exception {
        try (Server server = start("""
                        realms:
                          - name: r
                            anonymous: true
                            roles:
                              - name: anonymous
                                unrestricted: true
                        """);
                WampClient client = connect(server, "r")) {
            client.call("wamp.session.count").await();
            client.subscribe("", SubscribeOptions.DEFAULT.withMatch(Match.PREFIX), e -> {})
                    .await();
            assertEquals(
                    Reasons.NOT_AUTHORIZED,
                    refusal(() ->
                            client.register("polywire.stats", call -> call).await()));
            assertEquals(
                    Reasons.NOT_AUTHORIZED,
                    refusal(() -> client.call("polywire.anything").await()));
        }
    }

    @Test
    void usersOfTheFileAndOfTheStoreGetIn() throws Exception {
        Path data = folder.resolve("data");
        try (Store store = Store.openBeside(data)) {
            store.users()
                    .add("r", "stored", "staff", Passwords.credentials("pencil", CHEAP))
                    .join();
        }
        Files.writeString(folder.resolve("ticket"), "a-ticket-that-nobody-guesses\n");
        try (Server server = start("""
                data: data
                realms:
                  - name: r
                    roles:
                      - name: staff
                        unrestricted: true
                    users:
                      - authid: filed
                        role: staff
                        ticket: file:ticket
                """)) {
            Authenticator ticket = Authenticator.ticket("a-ticket-that-nobody-guesses");
            try (WampClient client = connect(server, "r", "filed", ticket)) {
                client.call("wamp.session.count").await();
            }
            for (Authenticator as : List.of(
                    Authenticator.ticket("pencil"), Authenticator.wampcra("pencil"), Authenticator.scram("pencil"))) {
                try (WampClient client = connect(server, "r", "stored", as)) {
                    client.call("wamp.session.count").await();
                }
            }
            ConnectException wrong = assertThrows(
                    ConnectException.class, () -> connect(server, "r", "filed", Authenticator.ticket("another")));
            assertEquals(Reasons.AUTHENTICATION_DENIED, wrong.uri());
            ConnectException nobody = assertThrows(ConnectException.class, () -> connect(server, "r"));
            assertEquals(Reasons.NO_MATCHING_AUTH_METHOD, nobody.uri());
        }
    }

    @Test
    void realmsOfATemplateAreMadeForTheFirstClientAndGoWhenEmpty() throws Exception {
        try (Server server = start("""
                templates:
                  - prefix: tenant.
                    most: 1
                    linger: 0
                    anonymous: true
                    roles: [{name: anonymous, unrestricted: true}]
                """)) {
            try (WampClient one = connect(server, "tenant.a");
                    WampClient other = connect(server, "tenant.a")) {
                one.register("f", call -> 7).await();
                assertEquals(7, other.call("f").await().integer(0), "they are in one realm");
                ConnectException full = assertThrows(ConnectException.class, () -> connect(server, "tenant.b"));
                assertEquals(Reasons.NO_SUCH_REALM, full.uri());
            }
            ConnectException none = assertThrows(ConnectException.class, () -> connect(server, "other"));
            assertEquals(Reasons.NO_SUCH_REALM, none.uri());
            long end = System.nanoTime() + 20_000_000_000L;
            while (true) { // until the realm that is empty was removed
                try (WampClient again = connect(server, "tenant.b")) {
                    assertTrue(again.isConnected());
                    break;
                } catch (ConnectException notYet) {
                    assertTrue(System.nanoTime() < end, notYet.toString());
                    Thread.onSpinWait();
                }
            }
        }
    }
}
