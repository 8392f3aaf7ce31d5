package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The role subscriber of a session. Owned by the lane.
 *
 * <p>The router has one subscription for a topic and match, however often it is subscribed to; so several may share an id here, each
 * gets every event, and only the last one to go unsubscribes.
 */
final class Subscriber {
    private static final Logger LOG = System.getLogger("io.polywire.wamp.client");

    private final Session session;
    private final Requests requests;
    private final Map<Long, List<Subscription>> subscriptions = new HashMap<>();
    private final Formerly former = new Formerly();

    Subscriber(Session session, Requests requests) {
        this.session = session;
        this.requests = requests;
    }

    void subscribe(Subscription s, Request<Subscription> request) {
        long id = requests.next();
        if (!session.transmit(new Message.Subscribe(id, s.options().wire(), s.topic()), request)) {
            return;
        }
        requests.add(Message.Subscribe.CODE, id, request, answer -> {
            if (answer instanceof Message.Subscribed m) {
                s.id(m.subscription());
                subscriptions
                        .computeIfAbsent(m.subscription(), x -> new ArrayList<>())
                        .add(s);
                if (s.isWanted() && !request.isDone()) {
                    session.owner().active(s);
                    request.complete(s);
                } else {
                    unsubscribe(s, request); // Nobody waited so long.
                }
            }
        });
    }

    void unsubscribe(Subscription s, Request<Subscription> request) {
        long subscription = s.id();
        s.drop();
        List<Subscription> shared = subscriptions.get(subscription);
        if (shared == null || !shared.remove(s) || !shared.isEmpty()) {
            request.complete(s); // Another one still wants the events, or it is gone already.
            return;
        }
        long id = requests.next();
        session.transmit(new Message.Unsubscribe(id, subscription));
        requests.add(Message.Unsubscribe.CODE, id, request, answer -> {
            List<Subscription> since = subscriptions.remove(subscription);
            former.add(subscription);
            request.complete(s);
            if (since != null) {
                // Subscribed again before the router saw the end of the old one, which ended both.
                since.forEach(other -> {
                    other.id(0);
                    subscribe(other, new Request<>());
                });
            }
        });
    }

    void event(Message.Event m) {
        List<Subscription> all = subscriptions.get(m.subscription());
        if (all == null) {
            if (!former.has(m.subscription())) {
                throw new ProtocolViolation("an EVENT for the unknown subscription " + m.subscription());
            }
            return;
        }
        for (Subscription s : all) {
            Intake intake = session.intake();
            long cost = 256L + m.payload().length();
            if (!intake.accept(cost)) {
                session.owner().dropped(s);
                continue;
            }
            Event event = new Event(s.topic(), m);
            s.order.execute(() -> {
                try {
                    if (s.isWanted()) {
                        s.handler().handle(event);
                    }
                } catch (Exception e) {
                    LOG.log(Level.ERROR, "the handler of the " + s + " failed", e);
                } finally {
                    intake.done(cost);
                }
            });
        }
    }

    void revoked(Dict details) {
        long id = details.get("subscription") instanceof Long n ? n : 0;
        List<Subscription> all = subscriptions.remove(id);
        former.add(id);
        if (all != null) {
            String reason = details.get("reason") instanceof String r ? r : Reasons.NO_SUCH_SUBSCRIPTION;
            for (Subscription s : all) {
                s.drop();
                session.owner().revoked(s, new WampException(reason, Arguments.NONE, details, null));
            }
        }
    }

    /** Events that wait are still handled, unless the client is closed. */
    void end() {
        subscriptions.values().forEach(all -> all.forEach(s -> s.id(0)));
        subscriptions.clear();
    }
}
