package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message.Event;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
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
    private final LinkedHashMap<String, Slot> byTopic = new LinkedHashMap<>(16, 0.75f, true);
    private long octets;

    Retention(RealmOptions.Limits limits) {
        this.limits = limits;
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
            Slot slot = byTopic.get(subscription.topic);
            if (slot != null) {
                replay(session, subscription, slot);
            }
            return;
        }
        int sent = 0;
        for (Map.Entry<String, Slot> one : byTopic.entrySet()) {
            if (sent < MOST_TOPICS_AT_ONCE && matches(subscription, one.getKey())) {
                sent += replay(session, subscription, one.getValue()) ? 1 : 0;
            }
        }
    }

    private static boolean matches(Subscription subscription, String topic) {
        return subscription.match == Match.PREFIX
                ? topic.startsWith(subscription.topic)
                : Wildcards.matches(subscription.topic, topic);
    }

    private static boolean replay(Session session, Subscription subscription, Slot slot) {
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
        if (newest == null) {
            return false;
        }
        session.link.send(new Event(
                subscription.id, newest.id(), newest.details(subscription).with("retained", true), newest.payload()));
        return true;
    }

    private static boolean admits(Broker.Publication made, Session session) {
        Filter filter = made.filter();
        return made.excluded() != session.id() && (filter == null || filter.admits(session));
    }
}
