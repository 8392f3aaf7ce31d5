package io.polywire.router;

import io.polywire.model.Match;
import java.util.List;

/**
 * Which events a realm remembers, and where.
 *
 * <p>The newest event of a topic that is remembered counts as retained: a subscriber that asks for retained events gets it,
 * unless there is one that was published to be retained.
 *
 * @param topics what is remembered
 * @param store where the events are kept
 */
public record HistoryRules(List<Rule> topics, EventStore store) {
    public static final HistoryRules NONE = new HistoryRules(List.of(), new EventStore.InMemory());

    public HistoryRules {
        topics = List.copyOf(topics);
    }

    /**
     * Keeps the events that a subscription would get.
     *
     * @param topic the URI of the subscription
     * @param match how it is compared
     * @param limit how many of the newest are kept
     * @param each whether each topic that matches has a history of its own, as many events of each; else there is one for
     *     the subscription to that URI
     */
    public record Rule(String topic, Match match, int limit, boolean each) {
        /** One history for one subscription. */
        public Rule(String topic, Match match, int limit) {
            this(topic, match, limit, false);
        }

        /** A history of its own for each topic that begins so; all topics for the empty string. */
        public static Rule each(String prefix, int limit) {
            return new Rule(prefix, Match.PREFIX, limit, true);
        }

        /** Whether an event of the topic is remembered by this rule. */
        public boolean covers(String uri) {
            return match.covers(topic, uri);
        }
    }
}
