package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.Token;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Section A4, beside the vectors: who needs a token, nonces, policies. */
@TestInstance(Lifecycle.PER_CLASS)
class AuthorizationTest {
    private static final String REALM = "Bearer realm=\"https://127.0.0.1/gate-0/\"";

    private final Served server = new Served();

    @AfterAll
    void close() {
        server.close();
    }

    @Test
    void withoutTokenTheRealmIsTold() throws IOException {
        for (String path : List.of(Served.REFS, Served.INSTANCES, Served.REFS + "x")) {
            Http.Answer answer = server.ask("GET", path);
            assertEquals("401 missing authentication credentials\n", answer.code() + " " + answer.body());
            assertEquals(REALM, answer.field("Www-Authenticate"));
        }
    }

    @Test
    void twoHeadersAreAnInvalidRequest() throws IOException {
        Http.Answer answer = server.ask("GET", Served.REFS, server.auth(), server.auth());
        assertEquals("401 multiple Authorization headers\n", answer.code() + " " + answer.body());
        assertEquals(
                REALM + " error=\"invalid_request\" error_description=\"multiple Authorization headers\"",
                answer.field("Www-Authenticate"));
    }

    @Test
    void anonymousMayCheckAndCallUploadedModules() throws IOException {
        byte[] module = Wasm.bytes("hello");
        assertEquals(204, server.put(module, "", new String[0]).code());
        Http.Answer call = server.put(module, "?action=call&function=main", new String[0]);
        assertEquals("200 hello, world\n", call.code() + " " + call.body());
        assertNull(call.field("X-Gate-Instance"));
    }

    @Test
    void anonymousMayDoNothingElse() throws IOException {
        byte[] module = Wasm.bytes("hello");
        String key = WebApi.moduleKey(module);
        for (String query : List.of("?action=ref", "?action=launch", "?action=ref&action=call&function=main")) {
            assertEquals(401, server.put(module, query, new String[0]).code());
        }
        for (String query : List.of("?action=call", "?action=launch", "?action=unref")) {
            assertEquals(401, server.ask("POST", Served.REFS + key + query).code());
        }
        for (String action : List.of("status", "wait", "kill", "suspend", "resume", "snapshot", "delete", "io")) {
            assertEquals(
                    401,
                    server.ask("POST", Served.INSTANCES + "x?action=" + action).code());
        }
    }

    @Test
    void tokenThatIsGivenIsCheckedWhereNoneIsNeeded() throws IOException {
        Http.Answer answer = server.put(Wasm.bytes("nop"), "?action=call", "Authorization: Bearer x");
        assertEquals("401 invalid_token\n", answer.code() + " " + answer.body());
    }

    @Test
    void nonceIsUsedOnceByEachKey() throws IOException {
        String token = "Authorization: " + server.key.bearer("n1");
        assertEquals(200, server.ask("GET", Served.REFS, token).code());
        Http.Answer again = server.ask("GET", Served.REFS, token);
        assertEquals("401 token has already been used\n", again.code() + " " + again.body());
        assertEquals(
                200,
                server.ask("GET", Served.REFS, "Authorization: " + server.key.bearer("n2"))
                        .code());
        assertEquals(
                200,
                server.ask("GET", Served.REFS, "Authorization: " + new Key().bearer("n1"))
                        .code());
    }

    @Test
    void noncesAreRememberedAcrossRestarts(@TempDir Path folder) throws IOException {
        String token;
        try (Served first = new Served(GateSettings.DEFAULT.withData(folder))) {
            token = "Authorization: " + first.key.bearer("once");
            assertEquals(200, first.ask("GET", Served.REFS, token).code());
        }
        try (Served second = new Served(GateSettings.DEFAULT.withData(folder))) {
            assertEquals(401, second.ask("GET", Served.REFS, token).code());
        }
    }

    @Test
    void withoutStoreNoncesAreNotSupported() {
        Key key = new Key();
        Authorizer authorizer =
                new Authorizer("https://x/", AccessPolicy.PUBLIC, null, () -> System.currentTimeMillis() / 1000);
        ApiException refused =
                assertThrows(ApiException.class, () -> authorizer.authorize(List.of(key.bearer("n")), true));
        assertEquals("nonce not supported", refused.text());
    }

    @Test
    void tokenIsForThisServer() throws IOException {
        long exp = System.currentTimeMillis() / 1000 + 60;
        String good = server.key.bearer(new Token.Claims(exp, List.of("x", "https://127.0.0.1/gate-0/"), "", ""));
        String bad = server.key.bearer(new Token.Claims(exp, List.of("https://127.0.0.1:80/gate-0/"), "", ""));
        assertEquals(
                200, server.ask("GET", Served.REFS, "Authorization: " + good).code());
        assertEquals(
                401, server.ask("GET", Served.REFS, "Authorization: " + bad).code());
    }

    @Test
    void rememberedTokensExpire() {
        Key key = new Key();
        long[] now = {1000};
        Authorizer authorizer = new Authorizer("https://x/", AccessPolicy.PUBLIC, null, () -> now[0]);
        List<String> token = List.of(key.bearer(new Token.Claims(1010, List.of(), "", "a b")));
        Principal principal = Objects.requireNonNull(authorizer.authorize(token, true));
        assertEquals(Set.of("a", "b"), principal.scope());
        now[0] = 1010;
        assertNotNull(authorizer.authorize(token, true));
        now[0] = 1011;
        ApiException refused = assertThrows(ApiException.class, () -> authorizer.authorize(token, true));
        assertEquals("token has expired", refused.text());
    }

    // ---- ssh policy

    private static String authorizedKey(Key key) {
        ByteArrayOutputStream blob = new ByteArrayOutputStream();
        blob.writeBytes(new byte[] {0, 0, 0, 11}); // length of the name
        blob.writeBytes("ssh-ed25519".getBytes(StandardCharsets.US_ASCII));
        blob.writeBytes(new byte[] {0, 0, 0, 32}); // length of the key
        blob.writeBytes(key.octets());
        return "ssh-ed25519 " + Base64.getEncoder().encodeToString(blob.toByteArray()) + " somebody@somewhere\n";
    }

    @Test
    void sshPolicyLetsListedKeysIn() throws IOException {
        Key known = new Key();
        AccessPolicy policy = AccessPolicy.ssh("# keys\n\nssh-rsa AAAA x\nno-pty " + authorizedKey(known));
        try (Served ssh = new Served(GateSettings.DEFAULT.withPolicy(policy))) {
            assertEquals(
                    200,
                    ssh.ask("GET", Served.REFS, "Authorization: " + known.bearer())
                            .code());
            Http.Answer unknown = ssh.get(Served.REFS);
            assertEquals("403 access denied\n", unknown.code() + " " + unknown.body());
            Http.Answer nobody = ssh.put(Wasm.bytes("nop"), "", new String[0]);
            assertEquals("401 missing authentication credentials\n", nobody.code() + " " + nobody.body());
        }
    }

    @Test
    void damagedAuthorizedKeysAreNamedByTheirLine() {
        IllegalArgumentException bad =
                assertThrows(IllegalArgumentException.class, () -> AccessPolicy.ssh("\nssh-ed25519 AAAA x"));
        assertEquals("line 2 holds no Ed25519 key", bad.getMessage());
    }
}
