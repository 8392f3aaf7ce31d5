package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Payload;
import java.time.Duration;
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
     * @param publisher the session that does not get its own event; 0 if there is none, and after a restart
     */
    record Kept(
            long publication,
            long timestamp,
            String topic,
            Dict options,
            Dict details,
            Payload payload,
            long publisher) {}

    /**
     * Bounds of each history, beside its rule's number of events.
     *
     * @param octets of topics and payloads together; the newest event is kept even if it is larger
     * @param age after which an event is forgotten
     */
    record Caps(long octets, Duration age) {
        /** 16 MiB and 30 days. */
        public static final Caps DEFAULT = new Caps(16L << 20, Duration.ofDays(30));
    }

    /** Adds an event to a rule's history and forgets the oldest beyond its bounds. */
    void add(HistoryRules.Rule rule, Kept event);

    /** All that is kept for a rule, oldest first. */
    List<Kept> events(HistoryRules.Rule rule);

    /** Gives up a rule's history. */
    void forget(HistoryRules.Rule rule);

    /** The rules that have a history here. */
    List<HistoryRules.Rule> rules();

    /** About how much all histories hold. */
    long octets();

    /** Keeps events in memory, for as long as the process lives. */
    final class InMemory implements EventStore {
        private final Map<HistoryRules.Rule, EventLog> byRule = new HashMap<>();
        private final Caps caps;
        private long octets;

        public InMemory() {
            this(Caps.DEFAULT);
        }

        public InMemory(Caps caps) {
            this.caps = caps;
        }

        @Override
        public void add(HistoryRules.Rule rule, Kept event) {
            EventLog log = byRule.computeIfAbsent(rule, r -> new EventLog());
            long before = log.octets();
            log.add(event);
            log.trim(rule.limit(), caps, event.timestamp());
            octets += log.octets() - before;
        }

        @Override
        public List<Kept> events(HistoryRules.Rule rule) {
            EventLog log = byRule.get(rule);
            return log == null ? List.of() : log.events();
        }

        @Override
        public void forget(HistoryRules.Rule rule) {
            EventLog log = byRule.remove(rule);
            octets -= log == null ? 0 : log.octets();
        }

        @Override
        public List<HistoryRules.Rule> rules() {
            return List.copyOf(byRule.keySet());
        }

        @Override
        public long octets() {
            return octets;
        }
    }
}
