package io.polywire.router;

import io.polywire.model.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * Follows calls and publications of a realm, for distributed traces. Called on the realm's thread; must not block.
 *
 * <p>The context that a CALL or PUBLISH has in its options is that of its sender; what the receivers get is the span's.
 */
public interface Tracer {
    /** A call or publication that is followed. */
    interface Span {
        /** What is handed on to the receivers. */
        TraceContext context();

        /**
         * It is over. Called once.
         *
         * @param callee that it went to last; null if it went to none, or was a publication
         * @param error the URI of the error it ended with; null if it ended well
         */
        void end(@Nullable Session callee, @Nullable String error);
    }

    /**
     * A call begins that has a callee or waits for one.
     *
     * @param context what the caller has sent; null if it sent none, or none that is valid
     * @return null if it is not followed: then the options go on as they came
     */
    @Nullable
    Span call(Session caller, String procedure, @Nullable TraceContext context);

    /** The same for a publication. */
    @Nullable
    Span publish(Session publisher, String topic, @Nullable TraceContext context);
}
