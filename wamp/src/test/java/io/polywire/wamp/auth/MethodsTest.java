package io.polywire.wamp.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.codec.Values;
import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import io.polywire.wamp.auth.Credential.Cost;
import io.polywire.wamp.auth.Credential.Kdf;
import io.polywire.wamp.crypto.Crypto;
import io.polywire.wamp.door.Admission.Admit;
import io.polywire.wamp.door.Admission.Ask;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class MethodsTest {
    private static final Cost CHEAP = new Cost(Kdf.PBKDF2, 1000, 0);
    private static final byte[] SEED =
            HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    private static final String PUBKEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    private static final Set<String> SECRETS = Set.of("ticket", "wampcra", "wamp-scram", "cryptosign");

    private static Door door(Principal... principals) {
        return new Door(Door.authentication(AuthRules.principals(SECRETS, Door.principals(principals))));
    }

    private static String text(Dict dict, String key) {
        return Objects.requireNonNull(dict.string(key));
    }

    // --- ticket ----------------------------------------------------------------------------------------------------

    @Test
    void aTicketIsATokenOrAPassword() {
        Door door = door(Door.principal(
                "joe", Credential.Token.of("t-0-k-e-n", Long.MAX_VALUE), Passwords.scram("secret", CHEAP)));
        for (String ticket : List.of("t-0-k-e-n", "secret")) {
            Ask ask = door.asked(Door.hello("joe", Map.of(), "ticket"));
            assertEquals("ticket", ask.method());
            assertTrue(ask.extra().isEmpty());
            Admit admit = Door.admitted(Door.answer(ask, ticket));
            assertEquals("ticket", admit.identity().authmethod());
            assertEquals("static", admit.identity().authprovider());
        }
        Ask ask = door.asked(Door.hello("joe", Map.of(), "ticket"));
        assertEquals(
                Reasons.AUTHENTICATION_DENIED,
                Door.refused(Door.answer(ask, "Secret")).reason());
    }

    @Test
    void aTokenThatHasExpiredIsDenied() {
        Door door = door(Door.principal("joe", Credential.Token.of("old", System.currentTimeMillis() - 1)));
        Ask ask = door.asked(Door.hello("joe", Map.of(), "ticket"));
        assertEquals(
                Reasons.AUTHENTICATION_DENIED,
                Door.refused(Door.answer(ask, "old")).reason());
    }

    // --- wampcra ---------------------------------------------------------------------------------------------------

    @Test
    void craTakesAnHmacOfTheChallengeUnderTheSecret() {
        Door door = door(Door.principal("joe", new Credential.Shared(Crypto.utf8("secret"), null)));
        Ask ask = door.asked(Door.hello("joe", Map.of(), "wampcra"));
        String challenge = text(ask.extra(), "challenge");
        byte[] json = Crypto.utf8(challenge);
        Map<?, ?> parts = (Map<?, ?>) Objects.requireNonNull(Values.read(Serialization.JSON, json, 0, json.length));
        assertEquals("joe", parts.get("authid"));
        assertEquals("staff", parts.get("authrole"));
        assertEquals(
                Set.of("nonce", "authprovider", "authid", "timestamp", "authrole", "authmethod", "session"),
                parts.keySet());
        String right = Crypto.base64(Crypto.hmac(Crypto.utf8("secret"), json));
        Door.admitted(Door.answer(ask, right));
        Ask again = door.asked(Door.hello("joe", Map.of(), "wampcra"));
        assertNotEquals(challenge, again.extra().string("challenge"));
        assertEquals(
                Reasons.AUTHENTICATION_DENIED,
                Door.refused(Door.answer(again, right)).reason());
    }

    @Test
    void aSaltedCraKeyIsTheBase64TextOfPbkdf2() {
        Credential.Salt salt = new Credential.Salt("salt123", 100, 16);
        Door door = door(Door.principal("peter", Passwords.cra("prq7+YkJ1/KlW1X0YczMHw==", salt)));
        Ask ask = door.asked(Door.hello("peter", Map.of(), "wampcra"));
        assertEquals("salt123", ask.extra().get("salt"));
        assertEquals(100L, ask.extra().get("iterations"));
        assertEquals(16L, ask.extra().get("keylen"));
        String key = Crypto.base64(Crypto.pbkdf2("prq7+YkJ1/KlW1X0YczMHw==", Crypto.utf8("salt123"), 100, 16));
        byte[] challenge = Crypto.utf8(text(ask.extra(), "challenge"));
        Door.admitted(Door.answer(ask, Crypto.base64(Crypto.hmac(Crypto.utf8(key), challenge))));
    }

    // --- cryptosign ------------------------------------------------------------------------------------------------

    private static Principal ann() {
        return Door.principal("ann", new Credential.PublicKey(HexFormat.of().parseHex(PUBKEY)));
    }

    private static String signed(Ask ask, byte[] seed) {
        byte[] challenge = HexFormat.of().parseHex(text(ask.extra(), "challenge"));
        return Crypto.hex(Crypto.join(new RouterKey(seed).sign(challenge), challenge));
    }

    @Test
    void cryptosignFindsTheAuthidByTheKey() {
        Ask ask = door(ann()).asked(Door.hello(null, Map.of("pubkey", PUBKEY), "cryptosign"));
        Admit admit = Door.admitted(Door.answer(ask, signed(ask, SEED)));
        assertEquals("ann", admit.identity().authid());
        assertEquals("cryptosign", admit.identity().authmethod());
    }

    @Test
    void cryptosignTakesABareSignatureToo() {
        Ask ask = door(ann()).asked(Door.hello("ann", Map.of("pubkey", PUBKEY), "cryptosign"));
        Door.admitted(Door.answer(ask, signed(ask, SEED).substring(0, 128)));
    }

    @Test
    void cryptosignNeedsNoKeyInHelloWhereTheAuthidHasOne() {
        Ask ask = door(ann()).asked(Door.hello("ann", Map.of(), "cryptosign"));
        Door.admitted(Door.answer(ask, signed(ask, SEED)));
    }

    @Test
    void cryptosignDeniesOtherSignaturesMessagesAndKeys() {
        Door door = door(ann());
        byte[] other = new byte[32];
        String otherKey = Crypto.hex(RouterKey.publicKeyOf(other));
        Dict hello = Door.hello("ann", Map.of("pubkey", PUBKEY), "cryptosign");
        Ask ask = door.asked(hello);
        Ask earlier = door.asked(hello);
        for (String wrong : List.of(signed(ask, other), signed(earlier, SEED), "", "zz", "00".repeat(96))) {
            assertEquals(
                    Reasons.AUTHENTICATION_DENIED,
                    Door.refused(Door.answer(ask, wrong)).reason());
        }
        // A good signature by a key that is not Ann's.
        Ask foreign = door.asked(Door.hello("ann", Map.of("pubkey", otherKey), "cryptosign"));
        assertEquals(
                Reasons.AUTHENTICATION_DENIED,
                Door.refused(Door.answer(foreign, signed(foreign, other))).reason());
        Ask unknown = door.asked(Door.hello(null, Map.of("pubkey", otherKey), "cryptosign"));
        assertEquals(
                Reasons.AUTHENTICATION_DENIED,
                Door.refused(Door.answer(unknown, signed(unknown, other))).reason());
    }

    @Test
    void cryptosignRefusesWhatIsNoKeyWithTheReason() {
        assertEquals(
                "authextra.pubkey must be 64 hexadecimal digits",
                door(ann())
                        .refused(Door.hello("ann", Map.of("pubkey", "abc"), "cryptosign"))
                        .text());
    }

    @Test
    void channelBindingsThatAreNotThereAreRefusedWithTheReason() {
        Door door = door(ann());
        Map<String, @Nullable Object> unique = Map.of("pubkey", PUBKEY, "channel_binding", "tls-unique");
        Map<String, @Nullable Object> exporter = Map.of("pubkey", PUBKEY, "channel_binding", "tls-exporter");
        assertEquals(
                "channel binding tls-unique is not available here; tls-exporter is",
                door.refused(Door.hello("ann", unique, "cryptosign")).text());
        assertEquals(
                "channel binding needs a TLS connection",
                door.refused(Door.hello("ann", exporter, "cryptosign")).text());
    }

    @Test
    void theRouterSignsTheClientsChallenge() {
        RouterKey key = new RouterKey(new byte[32]);
        Door door = new Door(Door.authentication(
                AuthRules.principals(SECRETS, Door.principals(ann())), tools -> tools.withKey(key)));
        byte[] challenge = Crypto.random(32);
        Ask ask = door.asked(
                Door.hello("ann", Map.of("pubkey", PUBKEY, "challenge", Crypto.hex(challenge)), "cryptosign"));
        byte[] signature = HexFormat.of().parseHex(text(ask.extra(), "signature"));
        assertEquals(Crypto.hex(key.publicKey()), ask.extra().get("pubkey"));
        assertEquals(96, signature.length);
        assertTrue(Crypto.signed(key.publicKey(), challenge, java.util.Arrays.copyOf(signature, 64)));
    }

    // --- which method ----------------------------------------------------------------------------------------------

    @Test
    void theFirstMethodOfferedThatThePrincipalHasIsUsed() {
        Door door = door(
                Door.principal("joe", Credential.Token.of("t", Long.MAX_VALUE)),
                Door.principal("ann", new Credential.Shared(new byte[32], null)));
        assertEquals(
                "ticket",
                door.asked(Door.hello("joe", Map.of(), "foo", "wampcra", "ticket"))
                        .method());
        assertEquals(
                "wampcra",
                door.asked(Door.hello("ann", Map.of(), "foo", "ticket", "wampcra"))
                        .method());
    }

    @Test
    void noMethodsOrAnEmptyListMeansAnonymous() {
        Door door = new Door(Door.authentication(AuthRules.anonymous("guest")));
        Admit admit = door.admitted(Dict.EMPTY);
        assertEquals("guest", admit.identity().authrole());
        assertEquals("anonymous", admit.identity().authmethod());
        assertNotEquals(
                admit.identity().authid(),
                door.admitted(Door.hello(null, Map.of())).identity().authid());
    }

    @Test
    void methodsThatTheRealmLacksAreRefusedAndThoseItHasAreNamed() {
        Door door = new Door(Door.authentication(AuthRules.anonymous("guest")));
        var refused = door.refused(Door.hello("joe", Map.of(), "ticket", "wampcra"));
        assertEquals(Reasons.NO_MATCHING_AUTH_METHOD, refused.reason());
        assertTrue(refused.text().contains("anonymous"), refused.text());
        assertEquals(
                Reasons.NO_MATCHING_AUTH_METHOD, door(ann()).refused(Dict.EMPTY).reason());
    }

    @Test
    void aHelloOfTheWrongTypeIsAViolation() {
        Door door = door(ann());
        assertThrows(InvalidArgument.class, () -> door.hello(Dict.of("authmethods", "ticket")));
        assertThrows(InvalidArgument.class, () -> door.hello(Dict.of("authmethods", List.of(1L))));
        assertThrows(InvalidArgument.class, () -> door.hello(Dict.of("authid", 5L)));
        assertThrows(InvalidArgument.class, () -> door.hello(Dict.of("authid", "x".repeat(257))));
    }

    // --- cookie ----------------------------------------------------------------------------------------------------

    private static Authentication withCookies(PrincipalSource source) {
        return Door.authentication(AuthRules.principals(Set.of("ticket", "cookie"), source));
    }

    @Test
    void aCookieResumesAnAuthenticationOfAClientThatAskedForIt() {
        Principal joe = Door.principal("joe", Credential.Token.of("t", Long.MAX_VALUE));
        Authentication authentication = withCookies(Door.principals(joe));
        Door door = new Door(authentication).with("c".repeat(43));
        Dict hello = Door.hello("joe", Map.of(), "cookie", "ticket");
        Door.admitted(Door.answer(door.asked(hello), "t"));

        Admit resumed = door.admitted(Door.hello(null, Map.of(), "cookie"));
        assertEquals("joe", resumed.identity().authid());
        assertEquals("staff", resumed.identity().authrole());
        assertEquals("cookie", resumed.identity().authmethod());

        assertEquals(
                "ticket",
                new Door(authentication).with("d".repeat(43)).asked(hello).method());
        assertEquals("ticket", new Door(authentication).asked(hello).method());
        assertEquals(
                "ticket",
                door.asked(Door.hello("ann", Map.of(), "cookie", "ticket")).method());
    }

    @Test
    void aCookieRemembersNothingOfClientsThatDoNotKnowTheMethod() {
        Principal joe = Door.principal("joe", Credential.Token.of("t", Long.MAX_VALUE));
        Door door = new Door(withCookies(Door.principals(joe))).with("c".repeat(43));
        Door.admitted(Door.answer(door.asked(Door.hello("joe", Map.of(), "ticket")), "t"));
        assertEquals(
                Reasons.NO_MATCHING_AUTH_METHOD,
                door.refused(Door.hello(null, Map.of(), "cookie")).reason());
    }

    // --- dynamic ---------------------------------------------------------------------------------------------------

    private record Called(String realm, String procedure, List<? extends @Nullable Object> args) {}

    private static Door dynamic(String method, List<Called> calls, CompletableFuture<@Nullable Object> answer) {
        Procedures procedures = (realm, procedure, args, timeout) -> {
            calls.add(new Called(realm, procedure, args));
            return answer;
        };
        AuthRules rules = AuthRules.principals(Set.of(), PrincipalSource.EMPTY)
                .withDynamic(Map.of(method, "auth." + method), "admin");
        return new Door(Door.authentication(rules, tools -> tools.withProcedures(procedures)));
    }

    private static CompletableFuture<@Nullable Object> answer(@Nullable Object value) {
        return CompletableFuture.completedFuture(value);
    }

    @Test
    void aProcedureDecidesOnATicket() {
        List<Called> calls = new ArrayList<>();
        Door door = dynamic("ticket", calls, answer("boss"));
        Ask ask = door.asked(Door.hello("joe", Map.of("x", 1L), "ticket"));
        assertEquals(0, calls.size());
        Admit admit = Door.admitted(Door.answer(ask, "t"));
        assertEquals("joe", admit.identity().authid());
        assertEquals("boss", admit.identity().authrole());
        assertEquals("dynamic", admit.identity().authprovider());
        Called call = calls.get(0);
        assertEquals("admin", call.realm());
        assertEquals("auth.ticket", call.procedure());
        assertEquals(List.of("realm1", "joe"), call.args().subList(0, 2));
        Map<?, ?> details = (Map<?, ?>) Objects.requireNonNull(call.args().get(2));
        assertEquals("t", details.get("ticket"));
        assertEquals("ticket", details.get("authmethod"));
        assertEquals(Map.of("x", 1L), details.get("authextra"));
        Map<?, ?> transport = (Map<?, ?>) Objects.requireNonNull(details.get("transport"));
        assertEquals(Map.of("x-forwarded-for", "198.51.100.7"), transport.get("http_headers_received"));
    }

    @Test
    void aProcedureTellsTheSecretAndIdentity() {
        Door door = dynamic(
                "wampcra",
                new ArrayList<>(),
                answer(Map.of("role", "boss", "authid", "joe2", "secret", "s", "extra", Map.of("team", "blue"))));
        Ask ask = door.asked(Door.hello("joe", Map.of(), "wampcra"));
        byte[] challenge = Crypto.utf8(text(ask.extra(), "challenge"));
        Admit admit = Door.admitted(Door.answer(ask, Crypto.base64(Crypto.hmac(Crypto.utf8("s"), challenge))));
        assertEquals("joe2", admit.identity().authid());
        assertEquals(Map.of("team", "blue"), admit.identity().authextra());
    }

    @Test
    void anErrorOfTheProcedureDeniesAfterTheSameQuestions() {
        Door door = dynamic(
                "wampcra",
                new ArrayList<>(),
                CompletableFuture.failedFuture(new Procedures.CallFailed("com.example.no_such_user")));
        Ask ask = door.asked(Door.hello("joe", Map.of(), "wampcra"));
        assertEquals(
                Reasons.AUTHENTICATION_DENIED,
                Door.refused(Door.answer(ask, "x")).reason());
    }

    @Test
    void aProcedureThatDoesNotAnswerOrAnswersNonsenseIsAFailure() {
        for (CompletableFuture<@Nullable Object> nonsense : List.of(
                CompletableFuture.<@Nullable Object>failedFuture(new TimeoutException()),
                answer(null),
                answer(5L),
                answer(Map.of("authid", "joe")),
                answer("role without a secret"))) {
            var refused =
                    dynamic("wampcra", new ArrayList<>(), nonsense).refused(Door.hello("joe", Map.of(), "wampcra"));
            assertEquals(Reasons.AUTHENTICATION_FAILED, refused.reason());
        }
    }
}
