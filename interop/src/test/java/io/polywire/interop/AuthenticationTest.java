package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wamp.auth.AuthRules;
import io.polywire.wamp.auth.Authentication;
import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Credential.Cost;
import io.polywire.wamp.auth.Credential.Kdf;
import io.polywire.wamp.auth.Passwords;
import io.polywire.wamp.auth.Principal;
import io.polywire.wamp.auth.RouterKey;
import io.polywire.wamp.auth.StaticPrincipals;
import io.polywire.wamp.embed.Polywire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** The methods of authentication that each original client has, against the router; the Java client's are tested in its room. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class AuthenticationTest {
    private static final String SECRET = "secret2";
    private static final byte[] SEED = HexFormat.of().parseHex("0123456789abcdef".repeat(4));

    private final ThreadPoolExecutor workers = Authentication.workers();
    private final Map<Toolchain, ClientProgram> programs = new EnumMap<>(Toolchain.class);
    private final Map<Toolchain, String> missing = new EnumMap<>(Toolchain.class);
    private final Polywire router = router();

    /**
     * How a client proves who it is.
     *
     * @param transport ws or tcp
     */
    record Proof(Toolchain toolchain, String transport, String method, String authid, String secret) {
        @Override
        public String toString() {
            return toolchain + " " + transport + " " + method + " " + authid;
        }
    }

    static List<Proof> proofs() {
        List<Proof> all = new ArrayList<>();
        for (Toolchain toolchain : Toolchain.values()) {
            for (String transport : List.of("ws", "tcp")) {
                if (toolchain == Toolchain.JAVASCRIPT && transport.equals("tcp")) {
                    continue; // browsers have no other transport than WebSocket
                }
                all.add(new Proof(toolchain, transport, "ticket", "ticketed", SECRET));
                all.add(new Proof(toolchain, transport, "wampcra", "plain", SECRET));
                all.add(new Proof(toolchain, transport, "wampcra", "salted", SECRET));
                all.add(new Proof(
                        toolchain,
                        transport,
                        "cryptosign",
                        "keyed",
                        HexFormat.of().formatHex(SEED)));
                if (toolchain == Toolchain.PYTHON) { // the only one that has it
                    all.add(new Proof(toolchain, transport, "scram", "argon2", SECRET));
                }
            }
        }
        return all;
    }

    private static Principal user(String authid, Credential credential) {
        return new Principal(authid, "staff", "static", List.of(credential), Map.of());
    }

    private Polywire router() {
        StaticPrincipals principals = new StaticPrincipals(Map.of(
                "realm1",
                List.of(
                        user("ticketed", Credential.Token.of(SECRET, Long.MAX_VALUE)),
                        user("plain", new Credential.Shared(SECRET.getBytes(StandardCharsets.UTF_8), null)),
                        user("salted", Passwords.cra(SECRET, new Credential.Salt("salt123", 1000, 32))),
                        user("keyed", new Credential.PublicKey(RouterKey.publicKeyOf(SEED))),
                        user("argon2", Passwords.scram(SECRET, new Cost(Kdf.ARGON2ID, 2, 1024))))));
        AuthRules rules = AuthRules.principals(Set.of("ticket", "wampcra", "cryptosign", "wamp-scram"), principals);
        return Polywire.builder()
                .realm("realm1")
                .admission(new Authentication(realm -> rules, Authentication.Tools.inMemory(workers)))
                .listen("127.0.0.1:0")
                .start();
    }

    @BeforeAll
    void start() {
        for (Toolchain toolchain : Toolchain.values()) {
            try {
                programs.put(toolchain, toolchain.start());
            } catch (Toolchain.Missing e) {
                missing.put(toolchain, String.valueOf(e.getMessage()));
            }
        }
    }

    @AfterAll
    void stop() {
        programs.values().forEach(ClientProgram::close);
        router.close();
        workers.shutdownNow();
    }

    private Map<?, ?> open(Proof proof, String secret, String name) {
        ClientProgram program = programs.get(proof.toolchain());
        if (program == null) {
            throw new TestAbortedException(missing.get(proof.toolchain()));
        }
        int port = router.ports().getFirst();
        return program.ask(
                "open",
                name,
                Map.of(
                        "url",
                        proof.transport().equals("ws") ? "ws://127.0.0.1:" + port + "/ws" : "tcp://127.0.0.1:" + port,
                        "serializer",
                        "msgpack",
                        "library",
                        "autobahn",
                        "realm",
                        "realm1",
                        "auth",
                        Map.of("method", proof.method(), "authid", proof.authid(), "secret", secret)));
    }

    @ParameterizedTest
    @MethodSource("proofs")
    void whoHasTheSecretIsWelcome(Proof proof) {
        Map<?, ?> welcome = open(proof, proof.secret(), "right " + proof);
        assertEquals(proof.authid(), welcome.get("authid"));
        assertEquals("staff", welcome.get("authrole"));
        assertEquals(proof.method(), welcome.get("authmethod"));
    }

    @ParameterizedTest
    @MethodSource("proofs")
    void whoHasAnotherSecretIsDenied(Proof proof) {
        String other = new StringBuilder(proof.secret()).reverse().toString();
        Peer.CallFailed refused = assertThrows(Peer.CallFailed.class, () -> open(proof, other, "wrong " + proof));
        String told = refused.uri + " " + refused.payload;
        // The client of nexus shows the text of ABORT, the others its reason.
        assertTrue(
                told.contains("wamp.error.authentication_denied") || told.contains("secret or signature is wrong"),
                told);
    }
}
