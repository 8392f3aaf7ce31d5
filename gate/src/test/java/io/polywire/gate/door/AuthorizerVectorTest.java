package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.gate.message.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tokens that were tried with a server of 2020, in file order with one store of nonces. */
class AuthorizerVectorTest {
    private final Set<String> used = new HashSet<>();

    @TestFactory
    Stream<DynamicTest> tokensAreJudgedAsByTheOriginal() throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/gate/jwt.jsonl"))) {
            List<JsonNode> vectors = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> new JsonMapper().readTree(line))
                    .toList();
            assertEquals(50, vectors.size());
            return vectors.stream()
                    .map(vector -> DynamicTest.dynamicTest(vector.get("name").stringValue(), () -> judge(vector)));
        }
    }

    private void judge(JsonNode vector) {
        Authorizer authorizer = new Authorizer(
                vector.get("audience").stringValue(),
                AccessPolicy.PUBLIC,
                (principal, nonce, exp, now) -> used.add(principal + " " + nonce),
                () -> vector.get("now").longValue());
        List<String> headers = List.of(vector.get("authorization").stringValue());
        if (vector.get("verdict").stringValue().equals("ok")) {
            Principal principal = Objects.requireNonNull(authorizer.authorize(headers, true));
            assertEquals(vector.get("principal").stringValue(), principal.id());
            Set<String> scope = new HashSet<>();
            vector.get("scope").forEach(token -> scope.add(token.stringValue()));
            scope.remove(""); // The original splits an empty scope into one empty token.
            assertEquals(scope, principal.scope());
        } else {
            ApiException refused = assertThrows(ApiException.class, () -> authorizer.authorize(headers, true));
            assertEquals(vector.get("status").intValue(), refused.code());
            assertEquals(vector.get("body").stringValue(), refused.text() + "\n");
            assertEquals(
                    vector.get("www_authenticate").stringValue(),
                    refused.headers().get("Www-Authenticate"));
        }
    }
}
