package io.polywire.wamp.auth;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.Link;
import io.polywire.router.Realms;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Calls procedures of a router's realms, each call from a session of the router's own. */
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

    private static final Identity ROUTER = new Identity("router", "trusted", "internal", "router", Map.of());

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
        OneCall call = new OneCall(found);
        Dict options = Dict.of("timeout", timeout.toMillis());
        found.run(() -> call.start(new Message.Call(1, options, procedure, Payload.of(args, Map.of()))));
        return call.result;
    }

    /** The end of a session that makes one call. Owned by the realm's thread. */
    private static final class OneCall implements Link {
        private final HostedRealm realm;
        private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
        private @Nullable Session session;

        OneCall(HostedRealm realm) {
            this.realm = realm;
        }

        void start(Message.Call call) {
            session = realm.realm().service(this, ROUTER);
            session.receive(call);
        }

        @Override
        public Sent send(Message message) {
            switch (message) {
                case Message.Result answer -> {
                    List<@Nullable Object> values = Payloads.args(answer.payload());
                    result.complete(values.isEmpty() ? null : values.get(0));
                    leave();
                }
                case Message.ErrorMessage error -> {
                    result.completeExceptionally(
                            NOT_ANSWERED.contains(error.error())
                                    ? new IllegalStateException(error.error())
                                    : new CallFailed(error.error()));
                    leave();
                }
                default -> {} // Nothing else comes to a caller that asked for nothing else.
            }
            return Sent.OK;
        }

        /** Later: a link must not call back into the realm. */
        private void leave() {
            Session own = session;
            if (own != null) {
                realm.thread().execute(own::leave);
            }
        }

        @Override
        public void end(Message.Goodbye why) {
            result.completeExceptionally(new IllegalStateException(why.reason()));
        }

        @Override
        public void abort(String text) {
            result.completeExceptionally(new IllegalStateException(text));
        }
    }
}
