package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Ids;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Match;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.Cancel;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Interrupt;
import io.polywire.model.Message.Invocation;
import io.polywire.model.Message.Register;
import io.polywire.model.Message.Result;
import io.polywire.model.Message.Unregister;
import io.polywire.model.Message.Yield;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.TraceContext;
import io.polywire.model.Uris;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls (WAMP, "Calling and Invocations"). */
final class Dealer {
    static final String SKIP = "skip";
    static final String KILL = "kill";
    static final String KILLNOWAIT = "killnowait";

    /** How long a callee is held up by a caller that does not read its progressive results. */
    private static final long MOST_HELD_UP_MILLIS = 60_000;

    private final Realm realm;
    private final Registrar registrar;

    Dealer(Realm realm, Registrar registrar) {
        this.realm = realm;
        this.registrar = registrar;
    }

    void register(Session session, Register m) {
        registrar.register(session, m);
    }

    void unregister(Session session, Unregister m) {
        registrar.unregister(session, m);
    }

    // --- calling ---------------------------------------------------------------------------------------------------

    void call(Session caller, Call m) {
        Dict options = m.options();
        boolean progress = !options.isEmpty() && progress(caller, options);
        Options.checkPassthru("CALL", options, caller.features.callerPassthru());
        PendingCall running = caller.calls.get(m.request());
        if (running != null) {
            if (running.callerContinues) {
                proceed(running, m, progress);
            }
            return; // a second call under the same request is dropped
        }
        if (m.request() <= caller.lastCall && caller.features.callerProgressiveInvocations()) {
            return; // the rest of a progressive call that has ended meanwhile
        }
        caller.lastCall = Math.max(caller.lastCall, m.request());
        realm.counters.calls++;
        if (!Uris.valid(m.procedure(), realm.options().strictUris())) {
            fail(caller, m, Reasons.INVALID_URI, "the procedure is not a valid URI");
            return;
        }
        if (realm.options().authorizer() == null) {
            call(caller, m, progress, Authorizer.Allow.PLAIN);
        } else {
            caller.authorize(
                    Authorizer.Action.CALL, m.procedure(), options, decision -> call(caller, m, progress, decision));
        }
    }

    private static boolean progress(Session caller, Dict options) {
        boolean progress = Boolean.TRUE.equals(options.get("progress"));
        if (progress && !caller.features.callerProgressiveInvocations()) {
            throw new ProtocolViolation("CALL: progress is used but progressive_call_invocations was not announced");
        }
        return progress;
    }

    /** A call of the realm itself, which asks nobody. */
    void callAllowed(Session caller, Call m) {
        call(caller, m, false, Authorizer.Allow.PLAIN);
    }

    private void call(Session caller, Call m, boolean progress, Authorizer.Decision decision) {
        if (realm.refused(caller, Call.CODE, m.request(), decision)) {
            return;
        }
        RealmProcedure own = realm.procedure(m.procedure());
        if (own != null) {
            realm.answer(caller, m, own);
            return;
        }
        Registration registration = registrar.match(m.procedure());
        if (registration == null) {
            fail(caller, m, Reasons.NO_SUCH_PROCEDURE, "no callee is registered for " + m.procedure());
            return;
        }
        if (caller.calls.size() >= caller.limits().pendingCalls()) {
            fail(caller, m, Reasons.OPTION_NOT_ALLOWED, "too many calls without an answer");
            return;
        }
        boolean disclosed = ((Authorizer.Allow) decision).disclose();
        Tracer tracer = realm.tracer;
        if (tracer == null) {
            begin(caller, m, progress, registration, disclosed, null);
            return;
        }
        Tracer.Span span = tracer.call(caller, m.procedure(), TraceContext.of(m.options()));
        Call traced =
                span == null ? m : new Call(m.request(), span.context().in(m.options()), m.procedure(), m.payload());
        begin(caller, traced, progress, registration, disclosed, span);
    }

    private void begin(
            Session caller,
            Call m,
            boolean progress,
            Registration registration,
            boolean disclosed,
            Tracer.@Nullable Span span) {
        try {
            PendingCall call = pending(caller, m, registration, disclosed);
            call.callerContinues = progress;
            call.span = span;
            start(call);
        } catch (InvalidArgument bad) {
            refuse(caller, m, span, Reasons.INVALID_ARGUMENT, bad.text());
        } catch (Refusal refusal) {
            refuse(caller, m, span, refusal.uri, refusal.text);
        }
    }

    private static void refuse(Session caller, Call m, Tracer.@Nullable Span span, String uri, String text) {
        if (span != null) {
            span.end(null, uri);
        }
        fail(caller, m, uri, text);
    }

    private PendingCall pending(Session caller, Call m, Registration registration, boolean disclosed) {
        Dict options = m.options();
        if (options.isEmpty()) {
            return new PendingCall(caller, m, registration, disclosed, false, 0);
        }
        boolean disclose = options.flag("disclose_me");
        if (disclose && !disclosed && !realm.options().disclosure()) {
            throw new Refusal(Reasons.DISCLOSE_ME_DISALLOWED, "this realm does not disclose callers");
        }
        return new PendingCall(
                caller,
                m,
                registration,
                disclosed || disclose,
                options.flag("receive_progress"),
                options.integer("timeout", 0));
    }

    /** A call cannot be made; without a stack trace. */
    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;

        final String uri;
        final String text;

        Refusal(String uri, String text) {
            super(text, null, false, false);
            this.uri = uri;
            this.text = text;
        }
    }

    private static void fail(Session caller, Call m, String uri, String text) {
        caller.error(Call.CODE, m.request(), uri, text);
    }

    /** Hands a new call to a callee, or lets it wait for one. */
    private void start(PendingCall call) {
        call.registration.calls++;
        Registration.Callee callee = call.registration.choose(realm.environment(), call.tried());
        if (callee == null) {
            await(call);
        } else {
            invoke(call, callee);
        }
        call.caller.calls.put(call.request, call);
        startTimer(call);
    }

    /** Lets a call wait for a callee to become free. */
    private static void await(PendingCall call) {
        if (call.registration.allTried(call.tried())) {
            throw new Refusal(Reasons.NO_AVAILABLE_CALLEE, "no callee is available");
        }
        // The pieces of a progressive call would pile up here: it does not wait.
        if (call.callerContinues || call.registration.queue.size() >= Registration.MOST_QUEUED) {
            throw new Refusal(Reasons.MAX_CONCURRENCY_REACHED, "all callees are at their limit");
        }
        call.registration.queue.add(call);
    }

    private void invoke(PendingCall call, Registration.Callee callee) {
        Session session = callee.session;
        Dict options = call.call.options();
        if (!options.isEmpty()) {
            checkFeatures(call, session);
        }
        Dict details = details(call, callee, call.call, call.callerContinues);
        boolean timesItself = forwardsTimeout(call, callee);
        Invocation invocation = new Invocation(
                Ids.next(session.lastInvocation),
                call.registration.id,
                timesItself ? details.with("timeout", call.timeout) : details,
                call.call.payload());
        switch (session.deliver(invocation)) {
            case OK -> {
                session.lastInvocation = Ids.next(session.lastInvocation);
                call.invocation = session.lastInvocation;
                call.callee = callee;
                call.invoked = realm.environment().nanos();
                call.ended = false;
                callee.active++;
                session.invocations.put(call.invocation, call);
                if (timesItself) {
                    call.stopTimer();
                }
            }
            case TOO_LARGE ->
                throw new Refusal(Reasons.PAYLOAD_SIZE_EXCEEDED, "the call is larger than its callee takes");
            case FULL, CLOSED -> throw new Refusal(Reasons.NETWORK_FAILURE, "the callee's queue is full");
        }
    }

    private static void checkFeatures(PendingCall call, Session callee) {
        Dict options = call.call.options();
        if (Options.passthru(options) && !callee.features.calleePassthru()) {
            throw new Refusal(Reasons.FEATURE_NOT_SUPPORTED, "the callee does not support payload passthru");
        }
        if (call.callerContinues
                && !(callee.features.calleeProgressiveInvocations() && callee.features.calleeCanceling())) {
            throw new Refusal(Reasons.FEATURE_NOT_SUPPORTED, "the callee does not support progressive invocations");
        }
    }

    /**
     * INVOCATION.Details for a piece of a call, mostly its only one.
     *
     * @param piece whose options are carried over; what rules the call is in its first piece
     */
    private static Dict details(PendingCall call, Registration.Callee callee, Call piece, boolean progress) {
        Dict options = piece.options();
        boolean pattern = call.registration.match != Match.EXACT;
        boolean disclose = call.disclose || callee.disclose;
        if (options.isEmpty() && !pattern && !disclose && !call.receiveProgress) {
            return Dict.EMPTY;
        }
        Map<String, @Nullable Object> details = Options.carry(options);
        if (pattern) {
            details.put("procedure", call.call.procedure());
        }
        if (disclose) {
            details.put("caller", call.caller.id());
            details.put("caller_authid", call.caller.identity().authid());
            details.put("caller_authrole", call.caller.identity().authrole());
        }
        if (call.receiveProgress) {
            details.put("receive_progress", true);
        }
        if (progress) {
            details.put("progress", true);
        }
        return Dict.of(details);
    }

    private static boolean forwardsTimeout(PendingCall call, Registration.Callee callee) {
        return call.timeout > 0 && callee.forwardTimeout && callee.session.features.calleeTimeout();
    }

    /** More arguments of a call whose first ones are with the callee already. */
    private void proceed(PendingCall call, Call m, boolean progress) {
        Registration.Callee callee = call.callee;
        call.callerContinues = progress;
        if (callee == null) {
            return; // cannot be: calls in pieces do not wait
        }
        Invocation more =
                new Invocation(call.invocation, call.registration.id, details(call, callee, m, progress), m.payload());
        switch (callee.session.deliver(more)) {
            case OK -> {}
            case TOO_LARGE -> {
                interrupt(call, KILLNOWAIT, null);
                answer(call, Reasons.PAYLOAD_SIZE_EXCEEDED, "the call is larger than its callee takes");
            }
            case FULL, CLOSED -> {
                interrupt(call, KILLNOWAIT, null);
                answer(call, Reasons.NETWORK_FAILURE, "the callee's queue is full");
            }
        }
    }

    private void startTimer(PendingCall call) {
        Registration.Callee callee = call.callee;
        if (call.timeout > 0 && (callee == null || !forwardsTimeout(call, callee))) {
            call.timer = realm.environment().schedule(call.timeout, () -> {
                interrupt(call, KILLNOWAIT, Reasons.TIMEOUT);
                answer(call, Reasons.TIMEOUT, "call timeout");
            });
        }
    }

    // --- answers of callees ----------------------------------------------------------------------------------------

    void result(Session callee, Yield m) {
        Dict options = m.options();
        boolean progress = !options.isEmpty() && Boolean.TRUE.equals(options.get("progress"));
        PendingCall call = callee.invocations.get(m.request());
        if (call == null) {
            late(callee, m.request(), progress);
            return;
        }
        Options.checkPassthru("YIELD", options, callee.features.calleePassthru());
        if (!progress) {
            end(call);
        }
        if (call.answered) {
            late(callee, m.request(), progress);
            return;
        }
        if (Options.passthru(options) && !call.caller.features.callerPassthru()) {
            if (progress) {
                interrupt(call, KILLNOWAIT, null);
            }
            answer(call, Reasons.FEATURE_NOT_SUPPORTED, "the caller does not support payload passthru");
        } else if (!progress) {
            result(call, m, Dict.EMPTY);
        } else if (call.receiveProgress) {
            result(call, m, Dict.of("progress", true));
        }
    }

    private void result(PendingCall call, Yield m, Dict progress) {
        Dict details = progress;
        if (!m.options().isEmpty()) {
            Map<String, @Nullable Object> all = Options.carry(m.options());
            all.putAll(progress.asMap());
            details = Dict.of(all);
        }
        Sent sent = call.caller.deliver(new Result(call.request, details, m.payload()));
        boolean last = progress.isEmpty();
        if (sent == Sent.TOO_LARGE) {
            if (!last) {
                interrupt(call, KILLNOWAIT, null);
            }
            answer(call, Reasons.PAYLOAD_SIZE_EXCEEDED, "the result is larger than the caller takes");
        } else if (last) {
            forget(call, null);
        } else {
            call.progressed = true;
            restartTimer(call);
            holdUp(call);
        }
    }

    private void restartTimer(PendingCall call) {
        if (call.timer != null) {
            call.stopTimer();
            startTimer(call);
        }
    }

    /** Who yields faster than its caller reads is not read until the caller has. */
    private void holdUp(PendingCall call) {
        Registration.Callee callee = call.callee;
        if (call.isHoldingUp() || callee == null || !call.caller.link.congested()) {
            return;
        }
        call.holdUp(callee.session, realm.environment().schedule(MOST_HELD_UP_MILLIS, () -> {
            interrupt(call, KILLNOWAIT, null);
            answer(call, Reasons.CANCELED, "the caller does not read its results");
        }));
        call.caller.link.whenDrained(call::release);
    }

    void error(Session callee, ErrorMessage m) {
        PendingCall call = callee.invocations.get(m.request());
        if (call == null) {
            late(callee, m.request(), false);
            return;
        }
        Options.checkPassthru("ERROR", m.details(), callee.features.calleePassthru());
        call.registration.errors++;
        Registration.Callee from = call.callee;
        end(call);
        if (call.answered) {
            return;
        }
        if (from != null && reroutes(call, m)) {
            reroute(call, from, m);
            return;
        }
        if (Options.passthru(m.details()) && !call.caller.features.callerPassthru()) {
            answer(call, Reasons.FEATURE_NOT_SUPPORTED, "the caller does not support payload passthru");
            return;
        }
        String uri = Uris.valid(m.error(), false) ? m.error() : Reasons.INVALID_URI;
        Sent sent = call.caller.deliver(new ErrorMessage(Call.CODE, call.request, m.details(), uri, m.payload()));
        if (sent == Sent.TOO_LARGE) {
            answer(call, Reasons.PAYLOAD_SIZE_EXCEEDED, "the error is larger than the caller takes");
        } else {
            forget(call, uri);
        }
    }

    private static boolean reroutes(PendingCall call, ErrorMessage m) {
        return m.error().equals(Reasons.UNAVAILABLE) && !call.killed && !call.callerContinues && !call.progressed;
    }

    /** The callee cannot serve: another one may (WAMP, "Call Rerouting"); with a single callee it is its answer. */
    private void reroute(PendingCall call, Registration.Callee from, ErrorMessage m) {
        boolean others = call.registration.callees().size() > 1 || !call.tried().isEmpty();
        call.tried(from);
        call.callee = null;
        if (!others) {
            call.caller.send(new ErrorMessage(Call.CODE, call.request, m.details(), m.error(), m.payload()));
            forget(call, m.error());
            return;
        }
        Registration.Callee next = call.registration.choose(realm.environment(), call.tried());
        try {
            if (next == null) {
                await(call);
            } else {
                invoke(call, next);
            }
        } catch (Refusal refusal) {
            answer(call, refusal.uri, refusal.text);
        }
    }

    /** An answer to an invocation that is over, or never was. */
    private static void late(Session callee, long request, boolean progress) {
        if (request > callee.lastInvocation) {
            throw new ProtocolViolation("there was no INVOCATION " + request);
        }
        if (progress && callee.features.calleeCanceling() && callee.interruptOnce(request)) {
            callee.send(new Interrupt(request, Dict.of("mode", KILLNOWAIT)));
        }
    }

    // --- canceling -------------------------------------------------------------------------------------------------

    void cancel(Session caller, Cancel m) {
        String mode = mode(m);
        if (mode == null) {
            caller.error(Cancel.CODE, m.request(), Reasons.INVALID_ARGUMENT, "mode must be skip, kill or killnowait");
            return;
        }
        PendingCall call = caller.calls.get(m.request());
        if (call == null) {
            return;
        }
        Registration.Callee callee = call.callee;
        boolean interruptible = callee != null && callee.session.features.calleeCanceling();
        if (mode.equals(KILL) && interruptible) {
            if (!call.killed) {
                call.killed = true;
                call.callerContinues = false;
                interrupt(call, KILL, null);
            }
            return;
        }
        if (!mode.equals(SKIP) && !call.killed) {
            interrupt(call, KILLNOWAIT, null);
        }
        answer(call, Reasons.CANCELED, null);
    }

    private static @Nullable String mode(Cancel m) {
        Object mode = m.options().get("mode");
        if (mode == null) {
            return KILLNOWAIT;
        }
        return mode.equals(SKIP) || mode.equals(KILL) || mode.equals(KILLNOWAIT) ? (String) mode : null;
    }

    /** Tells the callee to stop, if it can. */
    private static void interrupt(PendingCall call, String mode, @Nullable String reason) {
        Registration.Callee callee = call.callee;
        if (callee == null || !callee.session.features.calleeCanceling()) {
            return;
        }
        if (call.receiveProgress && mode.equals(KILLNOWAIT)) {
            callee.session.interruptOnce(call.invocation); // what crosses this needs no second one
        }
        Dict options = Dict.of("mode", mode);
        callee.session.send(new Interrupt(call.invocation, reason == null ? options : options.with("reason", reason)));
    }

    // --- the end of calls ------------------------------------------------------------------------------------------

    /** The router itself answers the caller; what the callee says later is dropped. */
    private void answer(PendingCall call, String uri, @Nullable String text) {
        if (!call.answered) {
            call.registration.errors++;
            forget(call, uri);
            call.caller.error(Call.CODE, call.request, uri, text);
        }
    }

    /**
     * The caller has its final answer.
     *
     * @param error the URI of an error; null for a result
     */
    private static void forget(PendingCall call, @Nullable String error) {
        call.answered = true;
        if (call.span != null) {
            call.span.end(call.callee == null ? null : call.callee.session, error);
        }
        call.stopTimer();
        call.release();
        call.caller.calls.remove(call.request);
        Registration.Callee callee = call.callee;
        if (callee == null) {
            call.registration.queue.remove(call);
        } else if (!call.ended && callee.concurrency == 0) {
            // Nobody waits for the callee's answer, which may never come; with a limit it still counts as in progress.
            callee.session.invocations.remove(call.invocation);
        }
    }

    /** The callee has given its final answer. */
    private void end(PendingCall call) {
        Registration.Callee callee = call.callee;
        call.ended = true;
        if (callee != null) {
            callee.session.invocations.remove(call.invocation);
            callee.active--;
            finished(call, callee);
            if (!call.registration.queue.isEmpty()) {
                serveQueue(call.registration);
            }
        }
    }

    private void finished(PendingCall call, Registration.Callee callee) {
        long took = realm.environment().nanos() - call.invoked;
        call.registration.latency().add(took);
        if (took >= realm.slowNanos()) {
            realm.slowCall(call, callee, took);
        }
    }

    /** Hands waiting calls to callees that have become free, in order, but for those that such a callee has refused. */
    void serveQueue(Registration registration) {
        Iterator<PendingCall> waiting = registration.queue.iterator();
        while (waiting.hasNext() && registration.anyFree()) {
            PendingCall call = waiting.next();
            Registration.Callee free = registration.choose(realm.environment(), call.tried());
            if (free == null) {
                continue;
            }
            waiting.remove();
            try {
                invoke(call, free);
            } catch (Refusal refusal) {
                answer(call, refusal.uri, refusal.text);
            }
        }
    }

    /** A callee has gone, but not the last one: calls that waited for it alone wait in vain. */
    void calleeGone(Registration registration) {
        for (PendingCall call : List.copyOf(registration.queue)) {
            if (registration.allTried(call.tried())) {
                answer(call, Reasons.NO_AVAILABLE_CALLEE, "no callee is available");
            }
        }
    }

    /** The last callee has gone. */
    void abandonQueue(Registration registration) {
        for (PendingCall call : List.copyOf(registration.queue)) {
            answer(call, Reasons.CANCELED, "callee gone");
        }
    }

    /** The session is gone: as caller and as callee. */
    void leave(Session session) {
        List<PendingCall> calls = new ArrayList<>();
        session.calls.forEach(calls::add);
        for (PendingCall call : calls) {
            if (!call.killed) {
                interrupt(call, KILLNOWAIT, null);
            }
            forget(call, Reasons.CANCELED);
        }
        List<PendingCall> invocations = new ArrayList<>();
        session.invocations.forEach(invocations::add);
        session.invocations.clear();
        for (PendingCall call : invocations) {
            answer(call, Reasons.CANCELED, "callee gone");
        }
    }
}
