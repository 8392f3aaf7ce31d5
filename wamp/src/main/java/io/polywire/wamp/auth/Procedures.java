package io.polywire.wamp.auth;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Calls procedures of realms on behalf of the router. Thread-safe. */
@FunctionalInterface
public interface Procedures {
    /** The procedure answered with an ERROR. Any other exception says that there was no answer. */
    final class CallFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        /** @param error the URI of the ERROR */
        public CallFailed(String error) {
            super(error, null, false, false);
        }
    }

    /**
     * Calls a procedure.
     *
     * @param timeout after which the stage fails
     * @return the first of the results, null if there is none; or fails
     */
    CompletionStage<@Nullable Object> call(
            String realm, String procedure, List<? extends @Nullable Object> args, Duration timeout);
}
