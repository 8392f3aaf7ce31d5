package io.polywire.router;

import io.polywire.model.Match;
import io.polywire.model.Uris;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a realm remembers of its topics (WAMP, "Event History"): by rules for single subscriptions, and by rules that give
 * each topic a history of its own, which begins with its first event.
 *
 * <p>Topics of the second kind are bounded as retained events are: when there are too many, or they hold too much, those
 * that were published to longest ago are forgotten.
 */
final class Histories {
    private final EventStore store;
    private final RealmOptions.Limits limits;
    private final Consumer<String> forgotten;
    private final List<HistoryRules.Rule> single = new ArrayList<>();
    private final List<HistoryRules.Rule> each = new ArrayList<>();
    private final LinkedHashMap<String, HistoryRules.Rule> topics = new LinkedHashMap<>(16, 0.75f, true);

    /** @param forgotten hears of a topic whose own history was given up */
    Histories(HistoryRules rules, RealmOptions.Limits limits, Consumer<String> forgotten) {
        this.forgotten = forgotten;
        this.store = rules.store();
        this.limits = limits;
        rules.topics().forEach(rule -> (rule.each() ? each : single).add(rule));
        for (HistoryRules.Rule kept : store.rules()) {
            if (!single.contains(kept) && kept.match() == Match.EXACT && kept.equals(made(kept.topic()))) {
                topics.put(kept.topic(), kept);
            }
        }
    }

    /** Those that belong to a subscription. */
    List<HistoryRules.Rule> single() {
        return single;
    }

    /** The rule of a topic's own history, null if it has none. */
    private HistoryRules.@Nullable Rule made(String topic) {
        for (HistoryRules.Rule rule : each) {
            if (rule.covers(topic) && !Uris.reserved(topic)) {
                return new HistoryRules.Rule(topic, Match.EXACT, rule.limit());
            }
        }
        return null;
    }

    /** The history that a subscription to exactly this topic has; null if it has none. */
    HistoryRules.@Nullable Rule of(String topic) {
        HistoryRules.Rule known = topics.get(topic);
        return known != null ? known : made(topic);
    }

    /** Whether there are events of a topic's own history. */
    boolean has(String topic) {
        return topics.containsKey(topic);
    }

    /** Remembers an event in its topic's own history, if it has one. */
    void add(Broker.Publication made, long now) {
        if (each.isEmpty()) {
            return;
        }
        HistoryRules.Rule rule = of(made.topic());
        if (rule != null && add(rule, made, now)) {
            topics.put(made.topic(), rule);
            forget();
        }
    }

    /** Remembers an event, unless it is for certain sessions only. */
    boolean add(HistoryRules.Rule rule, Broker.Publication made, long now) {
        Filter filter = made.filter();
        if (filter != null && filter.bySession()) {
            return false;
        }
        store.add(
                rule,
                new EventStore.Kept(
                        made.id(),
                        now,
                        made.topic(),
                        made.options(),
                        made.details(),
                        made.payload().compact(),
                        made.excluded()));
        return true;
    }

    private void forget() {
        var eldest = topics.entrySet().iterator();
        while ((topics.size() > limits.retainedTopics() || store.octets() > limits.retainedOctets())
                && eldest.hasNext()) {
            HistoryRules.Rule rule = eldest.next().getValue();
            eldest.remove();
            store.forget(rule);
            forgotten.accept(rule.topic());
        }
    }

    List<EventStore.Kept> events(HistoryRules.Rule rule) {
        return store.events(rule);
    }

    /** Topics that are remembered and match. */
    Set<String> topics(Subscription subscription) {
        Set<String> all = new LinkedHashSet<>();
        topics.keySet().stream().filter(subscription::matches).forEach(all::add);
        for (HistoryRules.Rule rule : single) {
            store.events(rule).stream()
                    .map(EventStore.Kept::topic)
                    .filter(subscription::matches)
                    .forEach(all::add);
        }
        return all;
    }

    /** The newest event of the topic that the session may have; null if none is remembered. */
    EventStore.@Nullable Kept newest(String topic, Session session) {
        EventStore.Kept newest = null;
        HistoryRules.Rule own = topics.get(topic);
        if (own != null) {
            newest = newest(own, topic, session);
        }
        for (HistoryRules.Rule rule : single) {
            EventStore.Kept other = rule.covers(topic) ? newest(rule, topic, session) : null;
            if (other != null && (newest == null || other.timestamp() > newest.timestamp())) {
                newest = other;
            }
        }
        return newest;
    }

    private EventStore.@Nullable Kept newest(HistoryRules.Rule rule, String topic, Session session) {
        for (EventStore.Kept event : store.events(rule).reversed()) {
            Filter filter = Filter.of(event.options());
            if (event.topic().equals(topic)
                    && event.publisher() != session.id()
                    && (filter == null || filter.admits(session))) {
                return event;
            }
        }
        return null;
    }
}
