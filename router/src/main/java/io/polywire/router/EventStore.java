package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Payload;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the events of topics with a history are kept. Called on the realm's thread; must not block. */
public interface EventStore {
    /**
     * An event that was published.
     *
     * @param publication its id
     * @param timestamp when, in milliseconds since 1970
     * @param topic where it was published to
     * @param options of the PUBLISH, for its restrictions
     * @param details of the EVENT
     * @param payload compact
     */
    record Kept(long publication, long timestamp, String topic, Dict options, Dict details, Payload payload) {}

    /** Adds an event to a rule's history and forgets the oldest beyond its limit. */
    void add(HistoryRules.Rule rule, Kept event);

    /** All that is kept for a rule, oldest first. */
    List<Kept> events(HistoryRules.Rule rule);

    /** Keeps events in memory, for as long as the process lives. */
    final class InMemory implements EventStore {
        private final Map<HistoryRules.Rule, ArrayDeque<Kept>> byRule = new HashMap<>();

        @Override
        public void add(HistoryRules.Rule rule, Kept event) {
            ArrayDeque<Kept> events = byRule.computeIfAbsent(rule, r -> new ArrayDeque<>());
            events.addLast(event);
            while (events.size() > rule.limit()) {
                events.removeFirst();
            }
        }

        @Override
        public List<Kept> events(HistoryRules.Rule rule) {
            ArrayDeque<Kept> events = byRule.get(rule);
            return events == null ? List.of() : new ArrayList<>(events);
        }
    }
}
