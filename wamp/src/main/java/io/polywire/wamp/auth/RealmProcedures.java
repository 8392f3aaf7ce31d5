package io.polywire.wamp.auth;

import io.polywire.codec.Payloads;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.router.HostedRealm;
import io.polywire.router.Realms;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Calls procedures of a router's realms, as the realms themselves. */
public final class RealmProcedures implements Procedures {
    /** No answers of the procedure, but the router's own. */
    private static final Set<String> NOT_ANSWERED = Set.of(
            Reasons.NO_SUCH_PROCEDURE,
            Reasons.CANCELED,
            Reasons.TIMEOUT,
            Reasons.NETWORK_FAILURE,
            Reasons.UNAVAILABLE,
            Reasons.NO_AVAILABLE_CALLEE,
            Reasons.MAX_CONCURRENCY_REACHED);

    private final Realms realms;

    public RealmProcedures(Realms realms) {
        this.realms = realms;
    }

    /** The stage completes on the thread of the realm. */
    @Override
    public CompletionStage<@Nullable Object> call(
            String realm, String procedure, List<? extends @Nullable Object> args, Duration timeout) {
        HostedRealm found = realms.find(realm);
        if (found == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("there is no realm " + realm));
        }
        CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
        Payload payload = Payload.of(args, Map.of());
        found.run(() -> {
            try {
                found.realm().call(procedure, payload, timeout.toMillis(), message -> complete(result, message));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static void complete(CompletableFuture<@Nullable Object> result, Message message) {
        switch (message) {
            case Message.Result answer -> {
                List<@Nullable Object> values = Payloads.args(answer.payload());
                result.complete(values.isEmpty() ? null : values.get(0));
            }
            case Message.ErrorMessage error ->
                result.completeExceptionally(
                        NOT_ANSWERED.contains(error.error())
                                ? new IllegalStateException(error.error())
                                : new CallFailed(error.error()));
            default -> result.completeExceptionally(new IllegalStateException("no answer but " + message.code()));
        }
    }
}
