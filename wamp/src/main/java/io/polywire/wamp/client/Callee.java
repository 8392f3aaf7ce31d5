package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.wamp.client.link.Link.MessageTooLong;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The role callee of a session. Owned by the lane. */
final class Callee {
    private final Session session;
    private final Requests requests;
    private final Map<Long, Registration> registrations = new HashMap<>();
    private final Map<Long, Running> running = new HashMap<>();
    private final Formerly former = new Formerly();

    /** Invocations that were answered before all pieces had come: the rest may be on its way. */
    private final Formerly unfinished = new Formerly();

    /** Invocations whose arguments are not complete yet. */
    private int open;

    Callee(Session session, Requests requests) {
        this.session = session;
        this.requests = requests;
    }

    boolean open() {
        return open > 0;
    }

    void register(Registration r, Request<Registration> request) {
        long id = requests.next();
        if (!session.transmit(new Message.Register(id, r.options().wire(), r.procedure()), request)) {
            return;
        }
        requests.add(Message.Register.CODE, id, request, answer -> {
            if (answer instanceof Message.Registered m) {
                registrations.put(m.registration(), r);
                r.id(m.registration());
                if (r.isWanted() && !request.isDone()) {
                    session.owner().active(r);
                    request.complete(r);
                } else {
                    unregister(r, request); // Nobody waited so long.
                }
            }
        });
    }

    void unregister(Registration r, Request<Registration> request) {
        long registration = r.id();
        r.id(0);
        if (registrations.get(registration) != r) {
            request.complete(r);
            return;
        }
        long id = requests.next();
        session.transmit(new Message.Unregister(id, registration));
        requests.add(Message.Unregister.CODE, id, request, answer -> {
            registrations.remove(registration);
            former.add(registration);
            request.complete(r);
        });
    }

    void invocation(Message.Invocation m) {
        Running earlier = running.get(m.request());
        if (earlier != null) {
            piece(earlier, m);
            return;
        }
        if (unfinished.has(m.request())) {
            if (!Invocation.opens(m)) {
                unfinished.remove(m.request());
            }
            return;
        }
        Registration r = registrations.get(m.registration());
        if (r == null) {
            if (!former.has(m.registration())) {
                throw new ProtocolViolation("an INVOCATION for the unknown registration " + m.registration());
            }
            refuse(m.request(), Reasons.NO_SUCH_REGISTRATION, "unregistered");
            return;
        }
        long cost = Invocation.cost(m.payload());
        Intake intake = session.intake();
        if (!intake.accept(cost)) {
            refuse(m.request(), Reasons.UNAVAILABLE, "too many calls are waiting");
            return;
        }
        Invocation invocation =
                new Invocation(r.procedure(), m, (i, values) -> progress(m.request(), values), intake::done);
        Running run = new Running(session, r, invocation, m.request(), Invocation.opens(m));
        running.put(m.request(), run);
        if (run.open) {
            open++;
        }
        timeout(run, m.details());
        (r.options().ordered() ? r.order : Serial.VIRTUAL).execute(() -> {
            try {
                run.run();
            } finally {
                intake.done(cost);
            }
        });
    }

    private void piece(Running to, Message.Invocation m) {
        if (!to.open) {
            throw new ProtocolViolation("INVOCATION " + m.request() + " is in progress already");
        }
        if (!session.intake().accept(Invocation.cost(m.payload()))) {
            to.interrupt(new WampException(Reasons.UNAVAILABLE, "arguments come faster than they are handled"));
            return;
        }
        if (!Invocation.opens(m)) {
            to.open = false;
            open--;
        }
        to.invocation().add(m);
    }

    /** The router leaves the timeout to this side where the registration asked for that. */
    private void timeout(Running run, Dict details) {
        if (details.get("timeout") instanceof Long millis && millis > 0) {
            run.timer = session.link()
                    .schedule(
                            () -> run.interrupt(new WampException(Reasons.TIMEOUT, "call timeout")),
                            Duration.ofMillis(millis));
        }
    }

    void interrupt(Message.Interrupt m) {
        Running run = running.get(m.request());
        if (run != null) { // else it crossed with the answer
            String reason = m.options().get("reason") instanceof String r ? r : Reasons.CANCELED;
            run.interrupt(new WampException(reason));
        }
    }

    /** Any thread. */
    private void progress(long id, Arguments values) {
        Payload payload = session.encode(values, null);
        session.give(payload, () -> {
            if (running.containsKey(id)) {
                Dict options = Dict.of("progress", true);
                try {
                    session.link().send(new Message.Yield(id, options, payload));
                } catch (MessageTooLong e) {
                    answer(
                            id,
                            new Message.ErrorMessage(
                                    Message.Invocation.CODE,
                                    id,
                                    Dict.EMPTY,
                                    Reasons.PAYLOAD_SIZE_EXCEEDED,
                                    Payload.of(e.getMessage())));
                }
            }
        });
    }

    /** The invocation is over. */
    void answer(long id, Message answer) {
        Running run = running.remove(id);
        if (run == null) {
            return;
        }
        if (run.open) {
            open--;
            unfinished.add(id);
        }
        run.stopTimer();
        try {
            session.link().send(answer);
        } catch (MessageTooLong e) {
            refuse(id, Reasons.PAYLOAD_SIZE_EXCEEDED, String.valueOf(e.getMessage()));
        }
    }

    private void refuse(long id, String error, String text) {
        session.transmit(new Message.ErrorMessage(Message.Invocation.CODE, id, Dict.EMPTY, error, Payload.of(text)));
    }

    void revoked(Dict details) {
        long id = details.get("registration") instanceof Long n ? n : 0;
        Registration r = registrations.remove(id);
        former.add(id);
        if (r != null) {
            r.id(0);
            String reason = details.get("reason") instanceof String s ? s : Reasons.UNREGISTERED;
            session.owner().revoked(r, new WampException(reason, Arguments.NONE, details, null));
        }
    }

    /** Nobody waits for the answers any more. */
    void end() {
        List<Running> all = List.copyOf(running.values());
        running.clear();
        open = 0;
        registrations.values().forEach(r -> r.id(0));
        registrations.clear();
        for (Running run : all) {
            run.stopTimer();
            run.interrupt(new WampException(Reasons.CANCELED));
        }
    }
}
