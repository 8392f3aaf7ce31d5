package io.polywire.router;

import io.polywire.model.Match;
import io.polywire.model.Payload;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The meta events of a realm (WAMP, "Session Meta API", "Registration Meta API", "Subscription Meta API"). */
final class MetaApi {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Realm realm;

    MetaApi(Realm realm) {
        this.realm = realm;
    }

    /** ISO 8601, UTC, with milliseconds. */
    static String date(long epochMillis) {
        return DATE.format(Instant.ofEpochMilli(epochMillis));
    }

    static Map<String, @Nullable Object> describe(Registration registration) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("id", registration.id);
        all.put("created", date(registration.created));
        all.put("uri", registration.procedure);
        all.put("match", registration.match.text());
        all.put("invoke", registration.invoke.text());
        return all;
    }

    static Map<String, @Nullable Object> describe(Subscription subscription) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("id", subscription.id);
        all.put("created", date(subscription.created));
        all.put("uri", subscription.topic);
        all.put("match", subscription.match.text());
        return all;
    }

    void onJoin(Session session) {
        if (realm.broker.hasSubscribers("wamp.session.on_join")) {
            publish("wamp.session.on_join", session.describe());
        }
    }

    void onLeave(Session session) {
        publish(
                "wamp.session.on_leave",
                session.id(),
                session.identity().authid(),
                session.identity().authrole());
    }

    void onIdentity(Session session) {
        Map<String, @Nullable Object> identity = new LinkedHashMap<>();
        identity.put("authid", session.identity().authid());
        identity.put("authrole", session.identity().authrole());
        publish("polywire.session.on_identity", session.id(), identity);
    }

    void onRegister(Session session, Registration registration, boolean created) {
        if (created) {
            publish("wamp.registration.on_create", session.id(), describe(registration));
        }
        publish("wamp.registration.on_register", session.id(), registration.id);
    }

    void onUnregister(Session session, Registration registration, boolean deleted) {
        publish("wamp.registration.on_unregister", session.id(), registration.id);
        if (deleted) {
            publish("wamp.registration.on_delete", session.id(), registration.id);
        }
    }

    void onSubscribe(Session session, Subscription subscription, boolean created) {
        if (created) {
            own(subscription, session, "wamp.subscription.on_create", session.id(), describe(subscription));
        }
        own(subscription, session, "wamp.subscription.on_subscribe", session.id(), subscription.id);
    }

    void onUnsubscribe(Session session, Subscription subscription, boolean deleted) {
        publish("wamp.subscription.on_unsubscribe", session.id(), subscription.id);
        if (deleted) {
            publish("wamp.subscription.on_delete", session.id(), subscription.id);
        }
    }

    /** A session is not told of its own subscription to the very topic that tells of it. */
    private void own(Subscription subscription, Session session, String topic, @Nullable Object... args) {
        boolean same = subscription.matches(topic);
        if (realm.broker.hasSubscribers(topic)) {
            realm.broker.publish(topic, Payload.of(args), same ? session.id() : 0);
        }
    }

    private void publish(String topic, @Nullable Object... args) {
        if (realm.broker.hasSubscribers(topic)) {
            realm.broker.publish(topic, Payload.of(args), 0);
        }
    }

    /** Sorts ids by match policy: what {@code list} procedures return. */
    static final class Lists {
        private final Map<String, List<Long>> byMatch = new LinkedHashMap<>();

        Lists() {
            for (Match match : Match.values()) {
                byMatch.put(match.text(), new ArrayList<>());
            }
        }

        void add(Match match, long id) {
            byMatch.computeIfAbsent(match.text(), m -> new ArrayList<>()).add(id);
        }

        Payload result() {
            byMatch.values().forEach(Collections::sort);
            return Payload.of(byMatch);
        }
    }
}
