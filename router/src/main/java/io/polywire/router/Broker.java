package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Match;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Publish;
import io.polywire.model.Message.Published;
import io.polywire.model.Message.Subscribe;
import io.polywire.model.Message.Subscribed;
import io.polywire.model.Message.Unsubscribe;
import io.polywire.model.Message.Unsubscribed;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.model.TraceContext;
import io.polywire.model.Uris;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Publish and subscribe (WAMP, "Publish and Subscribe"). */
final class Broker {
    private final Realm realm;
    final UriTable<Subscription> subscriptions = new UriTable<>();
    final Histories histories;
    final Retention retention;

    Broker(Realm realm) {
        this.realm = realm;
        this.histories =
                new Histories(realm.options().history(), realm.options().limits(), this::forgotten);
        this.retention = new Retention(realm.options().limits(), histories);
        for (HistoryRules.Rule rule : histories.single()) {
            create(rule.topic(), rule.match(), rule);
        }
    }

    // --- subscribing -----------------------------------------------------------------------------------------------

    void subscribe(Session session, Subscribe m) {
        try {
            Match match = Match.of(m.options().string("match"));
            if (match == null) {
                throw new InvalidArgument("match must be exact, prefix or wildcard");
            }
            boolean retained = m.options().flag("get_retained");
            if (!Uris.valid(m.topic(), match, realm.options().strictUris())) {
                session.error(Subscribe.CODE, m.request(), Reasons.INVALID_URI, "the topic is not a valid URI");
                return;
            }
            session.authorize(Authorizer.Action.SUBSCRIBE, m.topic(), m.options(), decision -> {
                if (realm.refused(session, Subscribe.CODE, m.request(), decision)) {
                    return;
                }
                subscribe(session, m, match, retained);
            });
        } catch (InvalidArgument bad) {
            session.error(Subscribe.CODE, m.request(), Reasons.INVALID_ARGUMENT, bad.text());
        }
    }

    private void subscribe(Session session, Subscribe m, Match match, boolean retained) {
        Subscription subscription = subscriptions.get(m.topic(), match);
        boolean known = subscription != null && session.subscriptions.get(subscription.id) != null;
        if (!known && session.subscriptions.size() >= session.limits().subscriptions()) {
            session.error(Subscribe.CODE, m.request(), Reasons.OPTION_NOT_ALLOWED, "too many subscriptions");
            return;
        }
        boolean created = false;
        if (subscription == null) {
            subscription = create(m.topic(), match, null);
            created = true;
        }
        if (!known) {
            subscription.add(session);
            session.subscriptions.put(subscription.id, subscription);
        }
        session.send(new Subscribed(m.request(), subscription.id));
        if (retained) {
            retention.replay(session, subscription);
        }
        if (!known) {
            realm.meta.onSubscribe(session, subscription, created);
        }
    }

    private Subscription create(String topic, Match match, HistoryRules.@Nullable Rule rule) {
        Subscription made = new Subscription(
                subscriptions.nextId(), topic, match, realm.environment().epochMillis(), rule);
        subscriptions.put(made.id, topic, match, made);
        return made;
    }

    /** The subscription to a topic, or pattern; one whose topic has a history is there before somebody subscribes. */
    @Nullable
    Subscription lookup(String topic, Match match) {
        Subscription found = subscriptions.get(topic, match);
        return found == null && match == Match.EXACT && histories.has(topic) ? create(topic, match, null) : found;
    }

    private void forgotten(String topic) {
        Subscription subscription = subscriptions.get(topic, Match.EXACT);
        if (subscription != null && subscription.count() == 0 && subscription.history == null) {
            subscriptions.remove(subscription.id, topic, Match.EXACT);
        }
    }

    void unsubscribe(Session session, Unsubscribe m) {
        Subscription subscription = session.subscriptions.get(m.subscription());
        if (subscription == null) {
            session.error(
                    Unsubscribe.CODE,
                    m.request(),
                    Reasons.NO_SUCH_SUBSCRIPTION,
                    "this session has no subscription " + m.subscription());
            return;
        }
        session.send(new Unsubscribed(m.request(), Dict.EMPTY));
        remove(session, subscription);
    }

    /** The router takes a subscription away from a session. */
    void revoke(Session session, Subscription subscription, String reason) {
        if (session.features.subscriberRevocation()) {
            session.send(new Unsubscribed(
                    0, Dict.of("subscription", (Object) subscription.id).with("reason", reason)));
        }
        remove(session, subscription);
    }

    private void remove(Session session, Subscription subscription) {
        session.subscriptions.remove(subscription.id);
        drop(session, subscription);
    }

    private void drop(Session session, Subscription subscription) {
        if (!subscription.remove(session)) {
            return;
        }
        boolean deleted = subscription.count() == 0 && subscription.history == null;
        if (deleted) {
            subscriptions.remove(subscription.id, subscription.topic, subscription.match);
        }
        realm.meta.onUnsubscribe(session, subscription, deleted);
    }

    /** The session is gone. */
    void leave(Session session) {
        session.subscriptions.forEach(subscription -> drop(session, subscription));
        session.subscriptions.clear();
    }

    // --- publishing ------------------------------------------------------------------------------------------------

    void publish(Session session, Publish m) {
        Options.checkPassthru("PUBLISH", m.options(), session.features.publisherPassthru());
        if (!Uris.valid(m.topic(), realm.options().strictUris())) {
            refuse(session, m, Reasons.INVALID_URI, "the topic is not a valid URI");
        } else if (realm.reserved(session, m.topic())) {
            refuse(session, m, Reasons.INVALID_URI, "topics that begin with wamp. are the router's");
        } else if (realm.options().authorizer() == null) {
            publish(session, m, Authorizer.Allow.PLAIN);
        } else {
            session.authorize(
                    Authorizer.Action.PUBLISH, m.topic(), m.options(), decision -> publish(session, m, decision));
        }
    }

    private void publish(Session session, Publish m, Authorizer.Decision decision) {
        if (!(decision instanceof Authorizer.Allow allow)) {
            if (acknowledge(m)) {
                realm.refused(session, Publish.CODE, m.request(), decision);
            }
            return;
        }
        try {
            boolean disclose = allow.disclose() || m.options().flag("disclose_me");
            if (disclose && !allow.disclose() && !realm.options().disclosure()) {
                refuse(session, m, Reasons.DISCLOSE_ME_DISALLOWED, "this realm does not disclose publishers");
                return;
            }
            long publication = realm.environment().randomId();
            boolean acknowledge = m.options().flag("acknowledge");
            publish(session, m.topic(), m.options(), m.payload(), disclose, publication);
            if (acknowledge) {
                session.send(new Published(m.request(), publication));
            }
        } catch (InvalidArgument bad) {
            refuse(session, m, Reasons.INVALID_ARGUMENT, bad.text());
        }
    }

    private static void refuse(Session session, Publish m, String uri, String text) {
        if (acknowledge(m)) {
            session.error(Publish.CODE, m.request(), uri, text);
        }
    }

    private static boolean acknowledge(Publish m) {
        return Boolean.TRUE.equals(m.options().get("acknowledge"));
    }

    /**
     * Publishes for a session that may do so.
     *
     * @throws InvalidArgument if an option has the wrong type; nothing was sent then
     */
    void publish(Session publisher, String topic, Dict options, Payload payload, boolean disclose, long publication) {
        Filter filter = options.isEmpty() ? null : Filter.of(options);
        boolean excludeMe = options.flag("exclude_me", true);
        boolean retain = options.flag("retain");
        Tracer tracer = realm.tracer;
        Tracer.Span span = tracer == null ? null : tracer.publish(publisher, topic, TraceContext.of(options));
        Dict carried = span == null ? options : span.context().in(options);
        realm.counters.publications++;
        Map<String, @Nullable Object> base = null;
        if (disclose || !carried.isEmpty()) {
            base = Options.carry(carried);
            if (disclose) {
                base.put("publisher", publisher.id());
                base.put("publisher_authid", publisher.identity().authid());
                base.put("publisher_authrole", publisher.identity().authrole());
            }
        }
        Publication made = new Publication(
                publication,
                topic,
                base == null || base.isEmpty() ? Dict.EMPTY : Dict.of(base),
                payload,
                filter,
                excludeMe ? publisher.id() : 0,
                options);
        deliver(made);
        histories.add(made, realm.environment().epochMillis());
        if (retain) {
            retention.keep(made);
        }
        if (span != null) {
            span.end(null, null);
        }
    }

    /** The realm itself publishes: nobody is its publisher. */
    void publish(String topic, Payload payload, long except) {
        deliver(new Publication(realm.environment().randomId(), topic, Dict.EMPTY, payload, null, except, Dict.EMPTY));
    }

    boolean hasSubscribers(String topic) {
        return subscriptions.exact(topic) != null || subscriptions.hasPatterns();
    }

    private void deliver(Publication made) {
        if (!subscriptions.hasPatterns()) {
            Subscription exact = subscriptions.exact(made.topic());
            if (exact != null) {
                deliver(made, exact);
            }
            return;
        }
        List<Subscription> matching = subscriptions.matches(made.topic());
        for (Subscription subscription : matching) {
            deliver(made, subscription);
        }
    }

    private void deliver(Publication made, Subscription subscription) {
        Event event = new Event(subscription.id, made.id(), made.details(subscription), made.payload());
        Filter filter = made.filter();
        long excluded = made.excluded();
        subscription.events++;
        Counters counters = realm.counters;
        for (int i = 0; i < subscription.count(); i++) {
            Session receiver = subscription.subscriber(i);
            if (receiver.id() == excluded || !receiver.isOpen() || (filter != null && !filter.admits(receiver))) {
                continue;
            }
            if (receiver.deliver(event) == Sent.OK) {
                counters.events++;
            } else {
                counters.eventsDropped++;
            }
        }
        HistoryRules.Rule rule = subscription.history;
        if (rule != null) {
            histories.add(rule, made, realm.environment().epochMillis());
        }
    }

    /**
     * One PUBLISH on its way to its receivers.
     *
     * @param excluded the session that does not get it; 0 if everybody may
     * @param options as they came, for those who look at the event later
     */
    record Publication(
            long id,
            String topic,
            Dict details,
            Payload payload,
            @Nullable Filter filter,
            long excluded,
            Dict options) {
        /** For a subscription. */
        Dict details(Subscription subscription) {
            return subscription.details(topic, details);
        }
    }
}
