package io.polywire.server.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.hemi.door.HemiDoorSettings;
import io.polywire.hemi.door.RealmBridgeSettings;
import io.polywire.model.Match;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Rates;
import io.polywire.router.Authorizer.Action;
import io.polywire.router.EventStore;
import io.polywire.router.HistoryRules;
import io.polywire.router.RealmOptions;
import io.polywire.router.StaticRules;
import io.polywire.server.yaml.ConfigException;
import io.polywire.store.SaltedPassword;
import io.polywire.wamp.auth.Attempts;
import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Passwords;
import io.polywire.wamp.door.WampDoorSettings;
import io.polywire.webwire.door.BridgeSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    void aBeginningOfUrisWithoutMatchIsToldWhatItWants() throws IOException {
        assertEquals(
                List.of("f:3:32: roles[0].rules[0].uri: is 'com.example.', which is the beginning of URIs:"
                        + " expected match: prefix beside it"),
                problems("""
                roles:
                  - name: staff
                    rules: [{allow: call, uri: com.example.}]
                realms: [{name: main}]
                """));
    }

    @Test
    void whatIsNoYamlIsToldWithWhatWasExpected() throws IOException {
        String problem = problems("""
                realms:
                  - name: a
                   bad: 1
                """).getFirst();
        assertTrue(problem.startsWith("f:3:4: is no YAML: while parsing a block collection, expected"), problem);
    }

    @Test
    void everyKeyIsRead() throws IOException {
        Files.writeString(folder.resolve("c.pem"), "");
        Files.writeString(folder.resolve("k.pem"), "");
        Files.writeString(folder.resolve("ca.pem"), "");
        Files.writeString(folder.resolve("token"), "t0ken\n");
        Files.writeString(folder.resolve("hemi.key"), "01".repeat(32) + "\n");
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
                roles:
                  - name: guest
                  - name: staff
                    unrestricted: true
                realms:
                  - name: com.example.main
                    anonymous: true
                    anonymous_role: guest
                    roles:
                      - name: guest
                        admin: true
                        limits:
                          sessions: 7
                        rules:
                          - uri: com.example.
                            match: prefix
                            allow: [call, subscribe]
                            disclose: true
                          - uri: com.example.secret
                    users:
                      - authid: joe
                        role: staff
                        ticket: sha256:%1$s
                        keys: ["%1$s"]
                        certificates: "%1$s"
                    authentication:
                      methods: [ticket, scram]
                      certificate_role: guest
                      dynamic:
                        - method: wampcra
                          procedure: com.example.auth
                      dynamic_realm: closed
                      cookie_life: 1h
                    history:
                      - topic: com.example.news
                        match: prefix
                        events: 3
                        each: true
                    history_size: 1 MiB
                    history_age: 1d
                    strict_uris: true
                    disclosure: false
                    limits:
                      sessions: 1
                      registrations: 2
                      subscriptions: 3
                      pending_calls: 4
                      retained_topics: 5
                      retained_size: 6 KiB
                      messages_per_second: 8
                      message_size: 9 KiB
                      queue_size: 10 KiB
                    strict_request_ids: true
                    modify_details: true
                  - name: closed
                templates:
                  - prefix: tenant.
                    most: 5
                    linger: 3s
                    anonymous: true
                    anonymous_role: staff
                rates: {connections: 5, handshakes: 0, window: 2s, exempt_loopback: true}
                attempts:
                  per_address: 1
                  per_name: 2
                  window: 3s
                admin_realm: closed
                metrics:
                  token: file:token
                slow_call: 7s
                log:
                  level: info
                  format: json
                  audit: audit.log
                webwire:
                  realm: closed
                  path: /ww
                  prefix: ww.
                  unnamed_requests: r
                  unnamed_signals: s
                  topics:
                    - uri: t.
                      match: prefix
                      session_only: true
                  login_procedures: l
                  disclose_all: false
                  role: guest
                  call_timeout: 1s
                  session_expiry: 2d
                  message_limit: 1 KiB
                  inbox_limit: 2
                  queue_limit: 3 KiB
                  stuck_timeout: 4s
                  keepalive: 5s
                hemi:
                  realm: closed
                  path: /h
                  read_limit: 1 KiB
                  login_timeout: 1s
                  origins: "*.example.com"
                  concurrency: 2
                  request_timeout: 3s
                  queue_limit: 4 KiB
                  api: a
                  prefix: h.
                  topics:
                    - uri: t
                  call_timeout: 5s
                  role: guest
                  close_on_unknown: true
                  send_limit: 6 KiB
                  login:
                    keys:
                      - key: "02%1$s"
                        role: staff
                    authenticator: who.is.it
                hemi_servers:
                  - url: wss://node.example:1/v1/ws
                    realm: closed
                    set: tbc
                    api: x
                    commands: [more, most]
                    notifications: news
                    prefix: n.
                    role: guest
                    timeout: 7s
                    key: file:hemi.key
                """.formatted("ab".repeat(32))));
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

        WampDoorSettings wamp = settings.doors().wamp();
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
        assertEquals(8, realm.options().limits().messagesPerSecond());
        assertEquals(9 << 10, realm.options().limits().messageOctets());
        assertEquals(10 << 10, realm.options().limits().queuedOctets());
        assertTrue(realm.options().strictRequestIds() && realm.options().modifyDetails());
        RealmOptions.Limits ofGuests = realm.options().roleLimits().get("guest");
        assertTrue(ofGuests != null && ofGuests.sessions() == 7);
        assertEquals(List.of(HistoryRules.Rule.each("com.example.news", 3)), realm.history());
        assertEquals(new EventStore.Caps(1 << 20, Duration.ofDays(1)), realm.historyCaps());
        assertEquals(
                new AuthSettings(
                        Set.of("ticket", "wamp-scram"),
                        "guest",
                        Map.of("wampcra", "com.example.auth"),
                        "closed",
                        Duration.ofHours(1)),
                realm.authentication());
        RoleSettings guest = realm.role("guest");
        assertTrue(guest != null && guest.admin(), "the realm's role counts, not the common one");
        assertEquals(
                List.of(
                        new StaticRules.Rule(
                                "com.example.", Match.PREFIX, EnumSet.of(Action.CALL, Action.SUBSCRIBE), true),
                        new StaticRules.Rule("com.example.secret", Match.EXACT, Set.of(), false)),
                guest.rules());
        RoleSettings staff = realm.role("staff");
        assertTrue(staff != null && staff.unrestricted());
        assertEquals("joe", realm.users().getFirst().authid());
        assertEquals(3, realm.users().getFirst().credentials().size());
        assertNull(settings.realms().getLast().anonymousRole(), "a realm is closed unless the file opens it");

        TemplateSettings template = settings.templates().getFirst();
        assertTrue(template.covers("tenant.a") && !template.covers("tenant.") && !template.covers("x"));
        assertEquals(5, template.most());
        assertEquals(Duration.ofSeconds(3), template.linger());
        assertEquals(
                new Attempts.Limits(1, 2, Duration.ofSeconds(3)),
                settings.guard().attempts());
        assertEquals(
                new Rates.Limits(5, 0, Duration.ofSeconds(2), true),
                settings.guard().rates());
        assertEquals("closed", settings.adminRealm());
        assertEquals(new MetricsSettings("t0ken", true), settings.watch().metrics());
        assertEquals(Duration.ofSeconds(7), settings.watch().slowCall());
        assertEquals(
                new LogSettings(LogSettings.Level.INFO, LogSettings.Format.JSON, folder.resolve("audit.log")),
                settings.log());
        assertEquals(
                new WebWireSettings(
                        "closed",
                        new BridgeSettings(
                                "/ww",
                                "ww.",
                                "r",
                                "s",
                                List.of(new BridgeSettings.Topic("t.", Match.PREFIX, true)),
                                Set.of("l"),
                                false,
                                "guest",
                                Duration.ofSeconds(1),
                                Duration.ofDays(2),
                                new io.polywire.webwire.door.ServerSettings(
                                        1024, 2, 3072, Duration.ofSeconds(4), Duration.ofSeconds(5)))),
                settings.doors().webWire());
        assertEquals(
                new HemiSettings(
                        "closed",
                        new HemiDoorSettings(
                                "/h",
                                1024,
                                null,
                                Duration.ofSeconds(1),
                                List.of("*.example.com"),
                                2,
                                Duration.ofSeconds(3),
                                4096),
                        new RealmBridgeSettings(
                                "a",
                                "h.",
                                List.of(new RealmBridgeSettings.Topic("t", Match.EXACT)),
                                Duration.ofSeconds(5),
                                "guest",
                                true,
                                6144),
                        new HemiSettings.Login(Map.of("02" + "ab".repeat(32), "staff"), "who.is.it")),
                settings.doors().hemi());
        HemiServerSettings node = settings.doors().hemiServers().getFirst();
        assertEquals("closed", node.realm());
        assertEquals(
                URI.create("wss://node.example:1/v1/ws"), node.server().client().url());
        assertEquals("x", node.server().client().commands().api());
        assertTrue(node.server().client().login() != null);
        assertTrue(node.server().commands().containsAll(List.of("tbcapi-tx-by-id", "more", "most")));
        assertEquals(List.of("news"), node.server().notifications());
        assertEquals("n.", node.server().prefix());
        assertEquals("guest", node.server().role());
        assertEquals(Duration.ofSeconds(7), node.server().timeout());
        assertEquals(
                settings.doors().hemiServers(),
                ConfigFile.read(folder.resolve("polywire.yaml")).doors().hemiServers(),
                "a reload finds what has changed");
    }

    @Test
    void whatIsLeftOutIsAsTheRoomsHaveIt() throws IOException {
        ServerSettings settings = ConfigFile.read(write("realms: [{name: r}]\nwamp: {}\n"));
        ServerSettings development = ServerSettings.development();
        assertEquals(development.listeners(), settings.listeners());
        assertEquals(development.doors().wamp(), settings.doors().wamp());
        assertEquals(
                RealmOptions.DEFAULT.limits(),
                settings.realms().getFirst().options().limits());
        assertNull(settings.data());
    }

    @Test
    void allErrorsAreNamedAtOnceInTheOrderOfTheFile() throws IOException {
        assertEquals(
                List.of(
                        "f:2:5: listeners[0]: lacks either tcp or unix: a listener needs one of them",
                        "f:3:10: listeners[1].tcp: is 'nowhere', expected HOST:PORT or [IPV6]:PORT"
                                + " ('nowhere' is not HOST:PORT, [IPV6]:PORT or unix:PATH)",
                        "f:5:7: listeners[1].tls: lacks key: PEM file with the private key (PKCS#8, not"
                                + " encrypted)",
                        "f:5:20: listeners[1].tls.certificate: is 'gone.pem', expected a file ("
                                + folder.resolve("gone.pem") + " does not exist)",
                        "f:7:3: wamp.message_limits: is not a key here, expected path, message_limit, queue_limit,"
                                + " queue_budget, hello_timeout, authenticate_timeout, stuck_timeout, keepalive, deflate,"
                                + " overflow, origins",
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
    void namesOfRolesAndRealmsMustBeThere() throws IOException {
        assertEquals(
                List.of(
                        "f:3:5: realms[0].anonymous_role: names the role 'anonymous', which is not there, expected one of"
                                + " staff",
                        "f:8:7: realms[0].users: names the role 'boss', which is not there, expected one of staff",
                        "f:10:14: admin_realm: names the realm 'other', which is not there, expected one of r",
                        "f:12:3: webwire: names the realm 'another', which is not there, expected one of r"),
                problems("""
                        realms:
                          # here
                          - name: r
                            anonymous: true
                            roles:
                              - name: staff
                            users:
                              - authid: joe
                                role: boss
                        admin_realm: other
                        webwire:
                          realm: another
                        """));
    }

    @Test
    void aPasswordInPlainTextIsRefusedAndNotShown() throws IOException {
        String problem = problems("""
                        realms:
                          - name: r
                            roles: [{name: staff}]
                            users:
                              - authid: joe
                                role: staff
                                password: 123456
                        """).getFirst();
        assertTrue(problem.startsWith("f:7:19: realms[0].users[0].password: is a secret, expected file:PATH"), problem);
    }

    @Test
    void aSaltedPasswordHasTheCredentialsOfThePassword() throws IOException {
        String salted = SaltedPassword.of("pencil", new Credential.Cost(Credential.Kdf.PBKDF2, 4096, 0));
        List<Credential> credentials = ConfigFile.read(write("""
                        realms:
                          - name: r
                            roles: [{name: staff}]
                            users:
                              - authid: joe
                                role: staff
                                password: %s
                        """.formatted(salted)))
                .realms()
                .getFirst()
                .users()
                .getFirst()
                .credentials();
        Credential.Scram scram = (Credential.Scram) credentials.getFirst();
        Credential.Scram again = Passwords.scram("pencil", scram.salt(), scram.cost());
        assertArrayEquals(again.keys().stored(), scram.keys().stored());
        assertArrayEquals(again.keys().server(), scram.keys().server());
        Credential.Shared cra = (Credential.Shared) credentials.get(1);
        assertTrue(cra.salt() != null);
        assertArrayEquals(Passwords.cra("pencil", cra.salt()).key(), cra.key());
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
