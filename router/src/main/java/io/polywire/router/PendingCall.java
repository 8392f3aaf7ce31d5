package io.polywire.router;

import io.polywire.model.Message.Call;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way: from the CALL until its final answer.
 *
 * <p>It stands in the table of its caller until the caller has its final answer, and in the table of its callee until the
 * callee has given its own; a canceled call is only in the latter.
 */
final class PendingCall {
    final Session caller;
    final long request;
    final Registration registration;

    /** The first CALL: its options rule, and its payload is sent again when the call is rerouted or queued. */
    final Call call;

    final boolean disclose;
    final boolean receiveProgress;
    final long timeout; // milliseconds, 0: none

    Registration.@Nullable Callee callee; // null while it waits for one
    long invocation;
    long invoked; // Environment.nanos
    Environment.@Nullable Timer timer;

    /** The caller may still send more of its arguments. */
    boolean callerContinues;

    /** The caller has asked for {@code kill}, and waits for what the callee says to that. */
    boolean killed;

    /** The caller has its final answer. */
    boolean answered;

    /** The callee has given its final answer, and is in no table for this call any more. */
    boolean ended;

    /** The caller has got progressive results: another callee must not begin anew. */
    boolean progressed;

    /** The callee that is not read because the caller's queue is full; null while it is. */
    private @Nullable Session heldUp;

    private Environment.@Nullable Timer patience; // runs while a callee is held up

    /** Follows it; null if nobody does. */
    Tracer.@Nullable Span span;

    private Set<Registration.Callee> tried = Set.of();

    PendingCall(
            Session caller,
            Call call,
            Registration registration,
            boolean disclose,
            boolean receiveProgress,
            long timeout) {
        this.caller = caller;
        this.request = call.request();
        this.call = call;
        this.registration = registration;
        this.disclose = disclose;
        this.receiveProgress = receiveProgress;
        this.timeout = timeout;
    }

    Set<Registration.Callee> tried() {
        return tried;
    }

    void tried(Registration.Callee callee) {
        if (tried.isEmpty()) {
            tried = new HashSet<>();
        }
        tried.add(callee);
    }

    boolean isHoldingUp() {
        return heldUp != null;
    }

    void holdUp(Session callee, Environment.Timer untilLost) {
        heldUp = callee;
        patience = untilLost;
        callee.hold();
    }

    /** The callee is read again, if it was held up. */
    void release() {
        Session held = heldUp;
        Environment.Timer running = patience;
        if (held != null && running != null) {
            heldUp = null;
            patience = null;
            running.cancel();
            held.unhold();
        }
    }

    void stopTimer() {
        Environment.Timer running = timer;
        if (running != null) {
            running.cancel();
            timer = null;
        }
    }
}
