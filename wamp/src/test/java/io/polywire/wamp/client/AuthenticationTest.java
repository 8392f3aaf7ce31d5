package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.Tls;
import io.polywire.wamp.auth.AuthRules;
import io.polywire.wamp.auth.Authentication;
import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Credential.Cost;
import io.polywire.wamp.auth.Credential.Kdf;
import io.polywire.wamp.auth.Passwords;
import io.polywire.wamp.auth.Principal;
import io.polywire.wamp.auth.RealmProcedures;
import io.polywire.wamp.auth.RouterKey;
import io.polywire.wamp.auth.StaticPrincipals;
import io.polywire.wamp.client.auth.Authenticator;
import io.polywire.wamp.client.link.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client's methods of authentication against the router's, over sockets. */
@Timeout(60)
class AuthenticationTest {
    private static final byte[] SEED = new byte[32];
    private static final Set<String> METHODS =
            Set.of("ticket", "wampcra", "cryptosign", "wamp-scram", "tls", "anonymous");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path folder;

    private final ThreadPoolExecutor workers = Authentication.workers();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        workers.shutdownNow();
    }

    private static Principal user(String authid, Credential... credentials) {
        return new Principal(authid, "staff", "static", List.of(credentials), Map.of());
    }

    private static AuthRules rules() {
        StaticPrincipals principals = new StaticPrincipals(Map.of(
                "realm1",
                List.of(
                        user("pbkdf2", Passwords.scram("secret", new Cost(Kdf.PBKDF2, 1000, 0))),
                        user("argon2", Passwords.scram("secret", new Cost(Kdf.ARGON2ID, 1, 1024))),
                        user("salted", Passwords.cra("secret", new Credential.Salt("salt", 100, 32))),
                        user(
                                "plain",
                                new Credential.Shared(
                                        "secret".getBytes(java.nio.charset.StandardCharsets.UTF_8), null)),
                        user("token", Credential.Token.of("secret", Long.MAX_VALUE)),
                        user("key", new Credential.PublicKey(RouterKey.publicKeyOf(SEED))))));
        return new AuthRules(METHODS, "guest", "certified", Map.of(), null, java.time.Duration.ofHours(1), principals);
    }

    private TestRouter router(AuthRules rules, Tls.@Nullable Server tls, UnaryOperator<Authentication.Tools> change) {
        Authentication.Tools tools = change.apply(Authentication.Tools.inMemory(workers));
        TestRouter router =
                TestRouter.start(0, tls, new Authentication(realm -> realm.equals("realm1") ? rules : null, tools));
        open.add(router);
        return router;
    }

    private TestRouter router() {
        return router(rules(), null, tools -> tools);
    }

    private WampClient join(TestRouter router, String scheme, String authid, Authenticator by) {
        WampClient client = WampClient.connect(
                ClientSettings.of(router.uri(scheme), "realm1").withAuth(authid, by));
        open.add(client);
        return client;
    }

    private void admitted(TestRouter router, String authid, Authenticator by) {
        for (String scheme : List.of("tcp", "ws")) {
            SessionInfo session = join(router, scheme, authid, by).session();
            assertEquals(authid, session.authid());
            assertEquals("staff", session.authrole());
            assertEquals(by.method(), session.authmethod());
        }
    }

    private static void denied(TestRouter router, String authid, Authenticator by) {
        ConnectException refused = assertThrows(
                ConnectException.class,
                () -> WampClient.connect(
                        ClientSettings.of(router.uri("tcp"), "realm1").withAuth(authid, by)));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("wamp.error.authentication_denied"),
                String.valueOf(refused.getMessage()));
    }

    @Test
    void theClientAuthenticatesByEachMethod() {
        TestRouter router = router();
        admitted(router, "token", Authenticator.ticket("secret"));
        admitted(router, "pbkdf2", Authenticator.ticket("secret"));
        admitted(router, "plain", Authenticator.wampcra("secret"));
        admitted(router, "salted", Authenticator.wampcra("secret"));
        admitted(router, "pbkdf2", Authenticator.scram("secret"));
        admitted(router, "argon2", Authenticator.scram("secret"));
        admitted(router, "key", Authenticator.cryptosign(SEED));
    }

    @Test
    void aWrongSecretOrNameIsDeniedByEachMethod() {
        TestRouter router = router();
        byte[] other = new byte[32];
        other[0] = 1;
        for (String authid : List.of("token", "pbkdf2", "salted", "key", "nobody")) {
            denied(router, authid, Authenticator.ticket("wrong"));
            denied(router, authid, Authenticator.wampcra("wrong"));
            denied(router, authid, Authenticator.scram("wrong"));
            denied(router, authid, Authenticator.cryptosign(other));
        }
    }

    @Test
    void cryptosignIsBoundToTheTlsChannel() throws Exception {
        Certificates own = Certificates.in(folder);
        TestRouter router = router(rules(), new Tls.Server(own.chain(), own.key()), tools -> tools);
        for (String scheme : List.of("tls", "wss")) {
            Transport transport = Transport.to(router.uri(scheme)).withTrust(own.chain());
            WampClient client = WampClient.connect(
                    ClientSettings.of(transport, "realm1").withAuth("key", Authenticator.cryptosignBound(SEED)));
            open.add(client);
            assertEquals("key", client.session().authid());
        }
    }

    @Test
    void aVerifiedClientCertificateIsEnough() throws Exception {
        Certificates own = Certificates.in(folder);
        Tls.Server server = new Tls.Server(own.chain(), own.key(), own.chain(), false);
        TestRouter router = router(rules(), server, tools -> tools);
        Authenticator certificate = Authenticator.certificate();
        Transport with =
                Transport.to(router.uri("wss")).withTls(new Tls.Client(own.chain(), own.chain(), own.key(), null));
        WampClient client = WampClient.connect(ClientSettings.of(with, "realm1").withAuth("test", certificate));
        open.add(client);
        assertEquals("certified", client.session().authrole());
        assertEquals("test", client.session().authid());
        assertEquals("tls", client.session().authmethod());
        Transport without = Transport.to(router.uri("wss")).withTrust(own.chain());
        ConnectException refused = assertThrows(
                ConnectException.class,
                () -> WampClient.connect(ClientSettings.of(without, "realm1").withAuth("test", certificate)));
        assertTrue(String.valueOf(refused.getMessage()).contains("wamp.error.no_matching_auth_method"));
    }

    @Test
    void aProcedureDecides() {
        TestRouter[] later = new TestRouter[1];
        AuthRules rules = AuthRules.anonymous("guest").withDynamic(Map.of("ticket", "auth.ticket"), null);
        TestRouter router = router(
                rules,
                null,
                tools -> tools.withProcedures((realm, procedure, args, timeout) ->
                        new RealmProcedures(later[0].realms()).call(realm, procedure, args, timeout)));
        later[0] = router;
        WampClient owner = WampClient.connect(router.uri("tcp"), "realm1");
        open.add(owner);
        ConnectException missing =
                assertThrows(ConnectException.class, () -> join(router, "tcp", "joe", Authenticator.ticket("sesame")));
        assertTrue(String.valueOf(missing.getMessage()).contains("wamp.error.authentication_failed"));

        owner.register("auth.ticket", call -> {
                    Map<?, ?> details = (Map<?, ?>) Objects.requireNonNull(call.get(2));
                    if (!"sesame".equals(details.get("ticket"))) {
                        throw new WampException("com.example.no");
                    }
                    return Map.of("role", "boss", "authid", call.string(1) + "2");
                })
                .await();
        WampClient joe = join(router, "ws", "joe", Authenticator.ticket("sesame"));
        assertEquals("boss", joe.session().authrole());
        assertEquals("joe2", joe.session().authid());
        assertEquals("dynamic", joe.session().authprovider());
        assertEquals(2L, owner.call("wamp.session.count").await().integer(0));
        denied(router, "joe", Authenticator.ticket("mustard"));
    }
}
