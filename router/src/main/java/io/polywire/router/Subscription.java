package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Match;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A topic (or pattern) and the sessions that are subscribed to it. */
final class Subscription {
    private static final Session[] NOBODY = {};

    final long id;
    final String topic;
    final Match match;
    final long created; // milliseconds since 1970

    /** Where its events are remembered; such a subscription stays when nobody is subscribed. */
    final HistoryRules.@Nullable Rule history;

    /** Publications that it matched. */
    long events;

    private Session[] subscribers = NOBODY;
    private int count;

    Subscription(long id, String topic, Match match, long created, HistoryRules.@Nullable Rule history) {
        this.id = id;
        this.topic = topic;
        this.match = match;
        this.created = created;
        this.history = history;
    }

    /** Whether it gets the events of the topic. */
    boolean matches(String uri) {
        return match.covers(topic, uri);
    }

    /** Of an event of the topic: patterns are told it, each in a dict of its own. */
    Dict details(String uri, Dict details) {
        return match == Match.EXACT ? details : details.with("topic", uri);
    }

    int count() {
        return count;
    }

    /** In the order of subscribing. */
    Session subscriber(int i) {
        return subscribers[i];
    }

    void add(Session session) {
        if (count == subscribers.length) {
            subscribers = Arrays.copyOf(subscribers, Math.max(2, count * 2));
        }
        subscribers[count++] = session;
    }

    boolean remove(Session session) {
        for (int i = 0; i < count; i++) {
            if (subscribers[i] == session) {
                Session[] fewer = count == 1 ? NOBODY : new Session[count - 1]; // holds nobody who is gone
                System.arraycopy(subscribers, 0, fewer, 0, i);
                System.arraycopy(subscribers, i + 1, fewer, i, --count - i);
                subscribers = fewer;
                return true;
            }
        }
        return false;
    }
}
