package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;

/** The role caller of a session. Owned by the lane. */
final class Caller {
    /** How much later than the router this side gives up. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Session session;
    private final Requests requests;
    private final Map<Long, PendingCall> calls = new HashMap<>();

    Caller(Session session, Requests requests) {
        this.session = session;
        this.requests = requests;
    }

    boolean busy() {
        return !calls.isEmpty();
    }

    void call(PendingCall call, Payload payload, boolean open) {
        if (call.isDone()) {
            return; // Given up before it began.
        }
        call.id = requests.next();
        Dict options = call.options.wire(open);
        if (session.transmit(new Message.Call(call.id, options, call.procedure, payload), call)) {
            calls.put(call.id, call);
            startTimer(call);
        }
    }

    void more(PendingCall call, Payload payload, boolean open) {
        if (calls.get(call.id) == call && !call.isDone()) {
            Dict options = open ? Dict.of("progress", true) : Dict.EMPTY;
            if (call.options.passthru() != null) {
                Map<String, @org.jspecify.annotations.Nullable Object> map = new HashMap<>(options.asMap());
                call.options.passthru().addTo(map);
                options = Dict.of(map);
            }
            if (!session.transmit(new Message.Call(call.id, options, call.procedure, payload), call)) {
                cancel(call, CancelMode.KILLNOWAIT);
            }
        }
    }

    void result(Message.Result m) {
        PendingCall call = calls.get(m.request());
        if (call == null) {
            late("a RESULT", m.request());
            return;
        }
        Result result = new Result(m);
        if (!result.isProgress()) {
            calls.remove(m.request());
            complete(call, () -> call.complete(result));
        } else if (call.progress != null && !call.isDone()) {
            startTimer(call);
            progress(call, call.progress, result);
        }
    }

    private void progress(PendingCall call, Serial lane, Result result) {
        Intake intake = session.intake();
        long cost = 256L + result.payload().length();
        if (!intake.accept(cost)) {
            call.fail(new WampException(
                    Reasons.PAYLOAD_SIZE_EXCEEDED, "progressive results come faster than they are handled"));
            cancel(call, CancelMode.KILLNOWAIT);
            return;
        }
        lane.execute(() -> {
            try {
                Objects.requireNonNull(call.options.progress()).accept(result);
            } finally {
                intake.done(cost);
            }
        });
    }

    void error(Message.ErrorMessage m) {
        PendingCall call = calls.remove(m.request());
        if (call == null) {
            late("an ERROR", m.request());
            return;
        }
        CallException failure =
                new CallException(call.procedure, m.error(), new Arguments(m.payload(), m.details()), m.details());
        complete(call, () -> call.fail(failure));
    }

    /** Progressive results that wait come first. */
    private static void complete(PendingCall call, Runnable completion) {
        stopTimer(call);
        if (call.progress == null) {
            completion.run();
        } else {
            call.progress.execute(completion);
        }
    }

    /** Some routers answer a call that was canceled twice; only an id that never was is a violation. */
    private void late(String what, long id) {
        if (!requests.issued(id)) {
            throw new ProtocolViolation(what + " for call " + id + ", which was never made");
        }
    }

    /** The call stays until it is answered, so that the answer is expected. */
    void cancel(PendingCall call, CancelMode mode) {
        if (calls.get(call.id) != call) {
            if (call.id == 0) {
                call.fail(new CanceledException("canceled"));
            }
            return;
        }
        if (session.info().has("dealer", "call_canceling") || session.info().has("dealer", "call_cancelling")) {
            session.transmit(new Message.Cancel(call.id, Dict.of("mode", mode.text())));
        } else {
            call.fail(new CanceledException("canceled; the router cannot cancel calls"));
        }
    }

    private void startTimer(PendingCall call) {
        Duration timeout = call.options.timeout();
        if (timeout.isZero()) {
            return;
        }
        stopTimer(call);
        Duration limit = session.info().has("dealer", "call_timeout") ? timeout.plus(GRACE) : timeout;
        call.timer = session.link()
                .schedule(
                        () -> {
                            if (calls.get(call.id) == call) {
                                call.fail(new CallException(
                                        call.procedure, Reasons.TIMEOUT, Arguments.of("call timeout"), Dict.EMPTY));
                                cancel(call, CancelMode.KILLNOWAIT);
                            }
                        },
                        limit);
    }

    private static void stopTimer(PendingCall call) {
        Future<?> timer = call.timer;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    void failAll(WampException cause) {
        List<PendingCall> all = List.copyOf(calls.values());
        calls.clear();
        for (PendingCall call : all) {
            complete(call, () -> call.fail(cause));
        }
    }
}
