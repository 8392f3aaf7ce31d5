package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.net.Headers;
import io.polywire.net.Tls;
import io.polywire.wamp.auth.RouterKey;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.Invocation;
import io.polywire.wamp.client.Reconnect;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import io.polywire.wamp.client.auth.Authenticator;
import io.polywire.wamp.client.link.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * Certificates, cookies and procedures that decide: the methods that need a configured server, with each original client that has
 * them and with the Java client. A client is a {@link Toolchain} or null for the Java client.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class ServerAuthenticationTest {
    private static final String SECRET = "sesame";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] SEED = HexFormat.of().parseHex("0123456789abcdef".repeat(4));
    private static final Pattern SECURE = Pattern.compile("wss://127\\.0\\.0\\.1:(\\d+)/");

    private final Map<Toolchain, ClientProgram> programs = new EnumMap<>(Toolchain.class);
    private final Map<Toolchain, String> missing = new EnumMap<>(Toolchain.class);

    @TempDir
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private ServerProcess server;

    @SuppressWarnings("NullAway.Init")
    private WampClient authenticator;

    /** One way to connect. */
    record Way(@Nullable Toolchain toolchain, String transport) {
        @Override
        public String toString() {
            return (toolchain == null ? "java" : toolchain.name().toLowerCase(Locale.ROOT)) + " " + transport;
        }
    }

    /** A method that a procedure decides for. */
    record Dynamic(Way way, String method, String secret) {
        /** Another one for each way: failures for a name are counted. */
        String authid() {
            return way.toString().replace(' ', '.');
        }

        @Override
        public String toString() {
            return way + " " + method;
        }
    }

    private static List<Way> ways(String... transports) {
        List<Way> ways = new ArrayList<>();
        for (String transport : transports) {
            ways.add(new Way(null, transport));
            for (Toolchain toolchain : Toolchain.values()) {
                if (transport.startsWith("ws")
                        || toolchain != Toolchain.JAVASCRIPT) { // browsers have no other transport
                    ways.add(new Way(toolchain, transport));
                }
            }
        }
        return ways;
    }

    static List<Way> secureWays() {
        return ways("wss", "tls");
    }

    static List<Way> webSockets() {
        return ways("ws");
    }

    static List<Dynamic> dynamic() {
        List<Dynamic> all = new ArrayList<>();
        for (Way way : ways("ws", "tcp")) {
            all.add(new Dynamic(way, "ticket", SECRET));
            all.add(new Dynamic(way, "wampcra", SECRET));
            all.add(new Dynamic(way, "cryptosign", HexFormat.of().formatHex(SEED)));
        }
        return all;
    }

    @BeforeAll
    void start() throws IOException, InterruptedException, GeneralSecurityException {
        Certificates.write(folder);
        Files.writeString(folder.resolve("ticket"), SECRET);
        server = ServerProcess.serve(
                "--config",
                Files.writeString(folder.resolve("polywire.yaml"), configuration())
                        .toString());
        authenticator = WampClient.connect(ClientSettings.of(server.ws(), "backend"));
        authenticator.register("auth.decide", this::decide).await();
        for (Toolchain toolchain : Toolchain.values()) {
            try {
                programs.put(toolchain, toolchain.start());
            } catch (Toolchain.Missing e) {
                missing.put(toolchain, String.valueOf(e.getMessage()));
            }
        }
    }

    private String configuration() {
        return """
                data: %1$s/data
                listeners:
                  - tcp: 127.0.0.1:0
                  - tcp: 127.0.0.1:0
                    tls:
                      certificate: %1$s/server.pem
                      key: %1$s/server.key
                      client_ca: %1$s/server.pem
                      client_certificate: optional
                roles:
                  - name: staff
                    unrestricted: true
                  - name: certified
                    unrestricted: true
                  - name: anonymous
                    unrestricted: true
                realms:
                  - name: realm1
                    authentication:
                      certificate_role: certified
                    users:
                      - authid: ticketed
                        role: staff
                        ticket: file:%1$s/ticket
                  - name: backend
                    anonymous: true
                  - name: asking
                    authentication:
                      dynamic_realm: backend
                      dynamic:
                        - method: ticket
                          procedure: auth.decide
                        - method: wampcra
                          procedure: auth.decide
                        - method: cryptosign
                          procedure: auth.decide
                """.formatted(folder);
    }

    /** The authenticator: it knows one secret and one key, and makes the names of guests its own. */
    private Object decide(Invocation call) {
        assertEquals("asking", call.string(0));
        Map<?, ?> details = (Map<?, ?>) Objects.requireNonNull(call.get(2));
        String authid = "guest-" + call.string(1);
        return switch (String.valueOf(details.get("authmethod"))) {
            case "ticket" -> {
                if (!SECRET.equals(details.get("ticket"))) {
                    throw new WampException("com.example.denied");
                }
                yield Map.of("role", "staff", "authid", authid);
            }
            case "wampcra" -> Map.of("role", "staff", "authid", authid, "secret", SECRET);
            default ->
                Map.of(
                        "role",
                        "staff",
                        "authid",
                        authid,
                        "pubkey",
                        HexFormat.of().formatHex(RouterKey.publicKeyOf(SEED)));
        };
    }

    @AfterAll
    void stop() throws InterruptedException {
        programs.values().forEach(ClientProgram::close);
        authenticator.close();
        server.terminate();
    }

    private String url(String transport) {
        int secure = 0;
        for (String line : server.lines) {
            Matcher m = SECURE.matcher(line);
            if (m.find()) {
                secure = Integer.parseInt(m.group(1));
            }
        }
        return switch (transport) {
            case "ws" -> server.ws();
            case "tcp" -> server.tcp();
            case "wss" -> "wss://127.0.0.1:" + secure + "/ws";
            default -> "tls://127.0.0.1:" + secure;
        };
    }

    /** What WELCOME says: authid, authrole, authmethod. */
    private Map<?, ?> open(Way way, String name, Map<String, Object> settings) {
        ClientProgram program = programs.get(way.toolchain());
        if (program == null) {
            throw new TestAbortedException(missing.get(way.toolchain()));
        }
        Map<String, Object> all = new HashMap<>(settings);
        all.put("url", url(way.transport()));
        all.put("serializer", "msgpack");
        all.put("library", "autobahn");
        all.putIfAbsent("realm", "realm1");
        return program.ask("open", way + " " + name, all);
    }

    private static Map<?, ?> join(Transport transport, String realm, @Nullable String authid, Authenticator... by) {
        ClientSettings settings = ClientSettings.of(transport, realm)
                .withReconnect(Reconnect.NEVER)
                .withTimeouts(PATIENCE, PATIENCE, Duration.ofSeconds(2)); // the first TLS of a process takes its time
        try (WampClient client =
                WampClient.connect(authid == null ? settings.withAuth(by) : settings.withAuth(authid, by))) {
            return Map.of(
                    "authid",
                    client.session().authid(),
                    "authrole",
                    client.session().authrole(),
                    "authmethod",
                    client.session().authmethod());
        }
    }

    private static void is(String authid, String authrole, String authmethod, Map<?, ?> welcome) {
        assertEquals(authid, welcome.get("authid"));
        assertEquals(authrole, welcome.get("authrole"));
        assertEquals(authmethod, welcome.get("authmethod"));
    }

    // --- certificates ----------------------------------------------------------------------------------------------

    private Map<?, ?> byCertificate(Way way, boolean shown) {
        Path pem = folder.resolve("server.pem");
        Path key = folder.resolve("server.key");
        if (way.toolchain() == null) {
            Transport transport = Transport.to(url(way.transport()));
            return join(
                    shown ? transport.withTls(new Tls.Client(pem, pem, key, null)) : transport.withTrust(pem),
                    "realm1",
                    null,
                    Authenticator.certificate());
        }
        Map<String, Object> tls = new HashMap<>(Map.of("ca", pem.toString()));
        if (shown) {
            tls.put("cert", pem.toString());
            tls.put("key", key.toString());
        }
        return open(way, "certificate " + shown, Map.of("tls", tls, "auth", Map.of("method", "tls")));
    }

    @ParameterizedTest
    @MethodSource("secureWays")
    void whoShowsACertificateOfTheAuthorityIsWelcomeByItsName(Way way) {
        is("localhost", "certified", "tls", byCertificate(way, true));
    }

    @ParameterizedTest
    @MethodSource("secureWays")
    void whoShowsNoCertificateIsRefused(Way way) {
        assertThrows(RuntimeException.class, () -> byCertificate(way, false));
    }

    // --- cookies ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("webSockets")
    void whoAuthenticatedIsKnownByItsCookie(Way way) {
        if (way.toolchain() == null) {
            byCookieOfItsOwn(way);
            return;
        }
        Map<String, Object> alone = Map.of("cookies", true, "auth", Map.of("method", "cookie"));
        assertThrows(Peer.CallFailed.class, () -> open(way, "cookie before", alone));
        is(
                "ticketed",
                "staff",
                "ticket",
                open(
                        way,
                        "cookie made",
                        Map.of(
                                "cookies",
                                true,
                                "auth",
                                Map.of(
                                        "method",
                                        "ticket",
                                        "methods",
                                        List.of("cookie", "ticket"),
                                        "authid",
                                        "ticketed",
                                        "secret",
                                        SECRET))));
        is("ticketed", "staff", "cookie", open(way, "cookie after", alone));
        assertThrows(Peer.CallFailed.class, () -> open(way, "no cookie", Map.of("auth", Map.of("method", "cookie"))));
    }

    private void byCookieOfItsOwn(Way way) {
        Transport transport =
                Transport.to(url(way.transport())).withHeaders(Headers.of("Cookie", "polywire=" + "0".repeat(43)));
        assertThrows(WampException.class, () -> join(transport, "realm1", null, Authenticator.cookie()));
        is(
                "ticketed",
                "staff",
                "ticket",
                join(transport, "realm1", "ticketed", Authenticator.cookie(), Authenticator.ticket(SECRET)));
        is("ticketed", "staff", "cookie", join(transport, "realm1", null, Authenticator.cookie()));
    }

    // --- procedures that decide ------------------------------------------------------------------------------------

    private Map<?, ?> asked(Dynamic by, String secret) {
        if (by.way().toolchain() == null) {
            Authenticator method = switch (by.method()) {
                case "ticket" -> Authenticator.ticket(secret);
                case "wampcra" -> Authenticator.wampcra(secret);
                default -> Authenticator.cryptosign(HexFormat.of().parseHex(secret));
            };
            return join(Transport.to(url(by.way().transport())), "asking", by.authid(), method);
        }
        return open(
                by.way(),
                by + " " + secret,
                Map.of(
                        "realm",
                        "asking",
                        "auth",
                        Map.of("method", by.method(), "authid", by.authid(), "secret", secret)));
    }

    @ParameterizedTest
    @MethodSource("dynamic")
    void whomTheProcedureLetsInHasTheNameAndRoleItGave(Dynamic by) {
        is("guest-" + by.authid(), "staff", by.method(), asked(by, by.secret()));
    }

    @ParameterizedTest
    @MethodSource("dynamic")
    void whoHasAnotherSecretThanTheProcedureIsDenied(Dynamic by) {
        String other = new StringBuilder(by.secret()).reverse().toString();
        RuntimeException refused = assertThrows(RuntimeException.class, () -> asked(by, other));
        assertFalse(String.valueOf(refused).contains("authentication_failed"), String.valueOf(refused));
    }
}
