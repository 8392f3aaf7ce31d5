package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.router.RealmProcedure.Failure;
import io.polywire.router.RealmProcedure.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** {@code wamp.subscription.*} (WAMP, "Subscription Meta API", "Event History"). */
final class SubscriptionMeta {
    private static final String REVOKED = "wamp.error.unsubscribed";

    private final Realm realm;

    SubscriptionMeta(Realm realm) {
        this.realm = realm;
    }

    void addTo(BiConsumer<String, RealmProcedure> procedures) {
        procedures.accept("wamp.subscription.list", this::list);
        procedures.accept("wamp.subscription.lookup", this::lookup);
        procedures.accept("wamp.subscription.match", this::match);
        procedures.accept("wamp.subscription.get", request -> Payload.of(MetaApi.describe(find(request))));
        procedures.accept("wamp.subscription.list_subscribers", request -> Payload.of(subscribers(find(request))));
        RealmProcedure count = request -> Payload.of((long) find(request).count());
        procedures.accept("wamp.subscription.count_subscribers", count);
        procedures.accept("wamp.subscription.count_suscribers", count); // as nexus and its client spell it
        procedures.accept("wamp.subscription.remove_subscriber", this::removeSubscriber);
        procedures.accept("wamp.subscription.get_events", new GetEvents());
    }

    /** Who may subscribe there may look back. */
    private final class GetEvents implements RealmProcedure {
        @Override
        public Need need(Request request) {
            Subscription subscription = find(request);
            return new Need(
                    Authorizer.Action.SUBSCRIBE, subscription.topic, Dict.of("match", subscription.match.text()));
        }

        @Override
        public Payload call(Request request) {
            return new HistoryQuery(realm, find(request), request).answer();
        }
    }

    private Payload list(Request request) {
        MetaApi.Lists lists = new MetaApi.Lists();
        if (request.arg(0) != null) {
            Session session = realm.session(request.id(0));
            if (session == null) {
                throw new Failure(Reasons.NO_SUCH_SESSION, "there is no such session");
            }
            session.subscriptions.forEach(s -> lists.add(s.match, s.id));
        } else {
            realm.broker.subscriptions.forEach(s -> lists.add(s.match, s.id));
        }
        return lists.result();
    }

    private Payload lookup(Request request) {
        Subscription found = realm.broker.lookup(request.string(0, "topic"), RegistrationMeta.match(request.arg(1)));
        @Nullable Object id = found == null ? null : (Long) found.id;
        return Payload.of(id);
    }

    private Payload match(Request request) {
        List<Long> ids = new ArrayList<>();
        realm.broker.subscriptions.matches(request.string(0, "topic")).forEach(s -> ids.add(s.id));
        Collections.sort(ids);
        @Nullable Object result = ids.isEmpty() ? null : ids;
        return Payload.of(result);
    }

    private static List<Long> subscribers(Subscription subscription) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < subscription.count(); i++) {
            ids.add(subscription.subscriber(i).id());
        }
        return ids;
    }

    private Subscription find(Request request) {
        Subscription found = realm.broker.subscriptions.get(request.id(0));
        if (found == null) {
            throw new Failure(Reasons.NO_SUCH_SUBSCRIPTION, "there is no such subscription");
        }
        return found;
    }

    private Payload removeSubscriber(Request request) {
        Subscription subscription = find(request);
        Session session = realm.session(request.id(1));
        if (session == null || session.subscriptions.get(subscription.id) == null) {
            throw new Failure(Reasons.NO_SUCH_SESSION, "there is no such subscriber");
        }
        Object reason = request.kwargs().get("reason");
        realm.broker.revoke(session, subscription, reason instanceof String text ? text : REVOKED);
        return Payload.EMPTY;
    }
}
