package io.polywire.wamp.client;

import org.jspecify.annotations.Nullable;

/** Answers calls: each on a virtual thread of its own, so it may block. */
@FunctionalInterface
public interface ProcedureHandler {
    /**
     * Answers one call. The thread is interrupted when the caller cancels or goes away, or the session ends; the answer is then
     * {@code wamp.error.canceled}.
     *
     * @return the result: null for none, {@link Arguments} for several or named values, a {@link
     *     java.util.concurrent.CompletionStage} or {@link Pending} of either to wait for, anything else for one value
     * @throws WampException to answer with its URI and arguments
     * @throws Exception anything else becomes {@code wamp.error.runtime_error} with the exception's message (an {@link
     *     IllegalArgumentException} {@code wamp.error.invalid_argument}), and is logged
     */
    @Nullable
    Object handle(Invocation call) throws Exception;
}
