package io.polywire.hemi.door;

import io.polywire.codec.Payloads;
import io.polywire.hemi.login.PublicKey;
import io.polywire.hemi.message.HemiException;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.router.HostedRealm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks a procedure of a realm who a key's holder is: args [realm, key in hexadecimal, {@code {authmethod: "secp256k1"}}],
 * as WAMP authenticators are asked. It answers with the role, or an object that has it as {@code role}. An error that is
 * not of {@code wamp.error.*}, and {@code wamp.error.not_authorized}, refuse the key; without an answer the login fails, so
 * that the client may try again. Thread-safe.
 */
final class ProcedureAdmission implements Admission {
    private final HostedRealm realm;
    private final String procedure;
    private final Duration timeout;

    ProcedureAdmission(HostedRealm realm, String procedure, Duration timeout) {
        this.realm = realm;
        this.procedure = procedure;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<Optional<String>> role(PublicKey key) {
        CompletableFuture<Optional<String>> role = new CompletableFuture<>();
        Payload question = Payload.of(realm.realm().name(), key.hex(), Map.of("authmethod", "secp256k1"));
        realm.thread()
                .execute(() -> realm.realm().call(procedure, question, timeout.toMillis(), answer -> {
                    try {
                        role.complete(role(answer));
                    } catch (RuntimeException e) {
                        role.completeExceptionally(e);
                    }
                }));
        return role;
    }

    private Optional<String> role(Message answer) {
        return switch (answer) {
            case Message.Result result -> Optional.of(role(Payloads.args(result.payload())));
            case Message.ErrorMessage error when refuses(error.error()) -> Optional.empty();
            case Message.ErrorMessage error -> throw new HemiException(procedure + " failed: " + error.error());
            default -> throw new IllegalStateException("no answer to a call: " + answer);
        };
    }

    private static boolean refuses(String error) {
        return !error.startsWith("wamp.error.") || error.equals("wamp.error.not_authorized");
    }

    private String role(List<@Nullable Object> args) {
        Object value = args.isEmpty() ? null : args.getFirst();
        Object named = value instanceof Map<?, ?> map ? map.get("role") : value;
        if (named instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new HemiException(procedure + " answered without a role");
    }
}
