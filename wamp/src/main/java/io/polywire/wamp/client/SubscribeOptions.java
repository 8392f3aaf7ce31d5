package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Match;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to subscribe.
 *
 * @param match how the topic of a publication is compared
 * @param getRetained whether to get the event that was kept for the topic
 * @param more further options for the wire
 */
public record SubscribeOptions(Match match, boolean getRetained, Dict more) {
    /** Exact, no retained event. */
    public static final SubscribeOptions DEFAULT = new SubscribeOptions(Match.EXACT, false, Dict.EMPTY);

    public SubscribeOptions withMatch(Match policy) {
        return new SubscribeOptions(policy, getRetained, more);
    }

    public SubscribeOptions withRetained() {
        return new SubscribeOptions(match, true, more);
    }

    /** With a further option for the wire. */
    public SubscribeOptions with(String option, Object value) {
        return new SubscribeOptions(match, getRetained, more.with(option, Convert.toWire(value)));
    }

    Dict wire() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(more.asMap());
        if (match != Match.EXACT) {
            map.put("match", match.text());
        }
        if (getRetained) {
            map.put("get_retained", true);
        }
        return Dict.of(map);
    }
}
