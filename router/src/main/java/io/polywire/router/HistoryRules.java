package io.polywire.router;

import io.polywire.model.Match;
import java.util.List;

/**
 * Which events a realm remembers, and where.
 *
 * @param topics one rule for each subscription that is kept
 * @param store where the events are kept
 */
public record HistoryRules(List<Rule> topics, EventStore store) {
    public static final HistoryRules NONE = new HistoryRules(List.of(), new EventStore.InMemory());

    /**
     * Keeps the events that a subscription would get.
     *
     * @param topic the URI of the subscription
     * @param match how it is compared
     * @param limit how many of the newest are kept
     */
    public record Rule(String topic, Match match, int limit) {}
}
