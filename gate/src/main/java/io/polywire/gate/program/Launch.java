package io.polywire.gate.program;

import io.polywire.model.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * How an instance is to be started.
 *
 * @param function entry function, null or empty for none
 * @param called whether its end is TERMINATED where a launched one would be HALTED; no longer so once it was suspended
 * @param suspended whether nothing is to run: it will be SUSPENDED or HALTED ({@link Program#startsSuspended})
 * @param principal id of the owner, null for anonymous; services see it
 * @param instance id of the instance, for services and logs; empty if it has none
 * @param listener is told what becomes of it
 * @param trace what services tell others of its calls; null: nothing
 */
public record Launch(
        @Nullable String function,
        boolean called,
        boolean suspended,
        @Nullable String principal,
        String instance,
        GuestListener listener,
        @Nullable TraceContext trace) {
    /** Outside of any trace. */
    public Launch(
            @Nullable String function,
            boolean called,
            boolean suspended,
            @Nullable String principal,
            String instance,
            GuestListener listener) {
        this(function, called, suspended, principal, instance, listener, null);
    }

    /** A launch of a function by nobody in particular. */
    public static Launch of(@Nullable String function) {
        return new Launch(function, false, false, null, "", GuestListener.NONE);
    }

    /** The same as a call. */
    public Launch asCall() {
        return new Launch(function, true, suspended, principal, instance, listener, trace);
    }

    /** The same with another listener. */
    public Launch listener(GuestListener other) {
        return new Launch(function, called, suspended, principal, instance, other, trace);
    }

    /** The same within a trace. */
    public Launch within(@Nullable TraceContext other) {
        return new Launch(function, called, suspended, principal, instance, listener, other);
    }
}
