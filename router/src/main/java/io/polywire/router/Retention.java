package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message.Event;
import io.polywire.model.Payload;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The retained events of a realm: for each topic the last one that everybody may have, and after it a few that only some
 * may have (WAMP, "Event Retention").
 *
 * <p>Bounded in topics and octets; when the bound is reached, the topics that were published to longest ago are forgotten.
 */
final class Retention {
    private static final int RESTRICTED = 16;
    private static final int MOST_TOPICS_AT_ONCE = 1_000;

    private static final class Slot {
        Broker.@Nullable Publication open;
        final Deque<Broker.Publication> restricted = new ArrayDeque<>(0);
    }

    private final RealmOptions.Limits limits;
    private final Histories histories;
    private final LinkedHashMap<String, Slot> byTopic = new LinkedHashMap<>(16, 0.75f, true);
    private long octets;

    Retention(RealmOptions.Limits limits, Histories histories) {
        this.limits = limits;
        this.histories = histories;
    }

    void keep(Broker.Publication made) {
        Broker.Publication kept = new Broker.Publication(
                made.id(),
                made.topic(),
                made.details(),
                made.payload().compact(),
                made.filter(),
                made.excluded(),
                Dict.EMPTY);
        Slot slot = byTopic.computeIfAbsent(made.topic(), topic -> new Slot());
        if (made.filter() == null) {
            clear(slot);
            slot.open = kept;
        } else {
            if (slot.restricted.size() == RESTRICTED) {
                octets -= size(slot.restricted.removeFirst());
            }
            slot.restricted.addLast(kept);
        }
        octets += size(kept);
        var eldest = byTopic.entrySet().iterator();
        while ((octets > limits.retainedOctets() || byTopic.size() > limits.retainedTopics()) && eldest.hasNext()) {
            clear(eldest.next().getValue());
            eldest.remove();
        }
    }

    /** Whether an event of exactly this topic is retained. */
    boolean has(String topic) {
        return byTopic.containsKey(topic);
    }

    private void clear(Slot slot) {
        Broker.Publication open = slot.open;
        if (open != null) {
            octets -= size(open);
            slot.open = null;
        }
        slot.restricted.forEach(one -> octets -= size(one));
        slot.restricted.clear();
    }

    private static long size(Broker.Publication made) {
        return made.topic().length() + made.payload().length() + 256L;
    }

    /** Sends what a new subscriber may have: the newest of each matching topic. */
    void replay(Session session, Subscription subscription) {
        if (subscription.match == Match.EXACT) {
            replay(session, subscription, subscription.topic);
            return;
        }
        Set<String> topics = histories.topics(subscription);
        byTopic.keySet().stream().filter(subscription::matches).forEach(topics::add);
        int sent = 0;
        for (String topic : topics) {
            if (sent < MOST_TOPICS_AT_ONCE && replay(session, subscription, topic)) {
                sent++;
            }
        }
    }

    /** What was published to be retained goes before what is merely remembered. */
    private boolean replay(Session session, Subscription subscription, String topic) {
        Slot slot = byTopic.get(topic);
        Broker.Publication newest = slot == null ? null : newest(session, slot);
        if (newest != null) {
            send(session, subscription, newest.id(), newest.details(subscription), newest.payload());
            return true;
        }
        EventStore.Kept remembered = histories.newest(topic, session);
        if (remembered != null) {
            Dict details = subscription.details(topic, remembered.details());
            send(session, subscription, remembered.publication(), details, remembered.payload());
            return true;
        }
        return false;
    }

    private static void send(Session session, Subscription to, long publication, Dict details, Payload payload) {
        session.deliver(new Event(to.id, publication, details.with("retained", true), payload));
    }

    private static Broker.@Nullable Publication newest(Session session, Slot slot) {
        Broker.Publication newest = null;
        for (Broker.Publication one : slot.restricted) { // oldest first
            if (admits(one, session)) {
                newest = one;
            }
        }
        Broker.Publication open = slot.open;
        if (newest == null && open != null && admits(open, session)) {
            newest = open;
        }
        return newest;
    }

    private static boolean admits(Broker.Publication made, Session session) {
        Filter filter = made.filter();
        return made.excluded() != session.id() && (filter == null || filter.admits(session));
    }
}
