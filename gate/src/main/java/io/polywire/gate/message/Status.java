package io.polywire.gate.message;

import org.jspecify.annotations.Nullable;

/**
 * State of an instance.
 *
 * @param state what it does
 * @param cause why it was suspended or killed; null: nothing out of the ordinary
 * @param result 0 or 1; means something for {@link State#HALTED} and {@link State#TERMINATED} only
 * @param error text for people that says more about the cause; empty: nothing to say
 */
public record Status(State state, @Nullable Cause cause, int result, String error) {
    /** An ordinary state without result. */
    public static Status of(State state) {
        return new Status(state, null, 0, "");
    }
}
