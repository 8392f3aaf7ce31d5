package io.polywire.wamp.client;

import io.polywire.model.Dict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to publish.
 *
 * @param acknowledge whether the router confirms; only then can publishing fail, and is the publication id known
 * @param excludeMe whether this session does not get its own event
 * @param discloseMe whether receivers may learn who published
 * @param retain whether the event is kept for those who subscribe later
 * @param receivers who may get it
 * @param passthru carries the payload opaque; null for the ordinary way
 * @param more further options for the wire
 */
public record PublishOptions(
        boolean acknowledge,
        boolean excludeMe,
        boolean discloseMe,
        boolean retain,
        Receivers receivers,
        @Nullable Passthru passthru,
        Dict more) {
    /** Not acknowledged, to all subscribers but this session. */
    public static final PublishOptions DEFAULT =
            new PublishOptions(false, true, false, false, Receivers.ALL, null, Dict.EMPTY);

    /** The default, acknowledged. */
    public static final PublishOptions ACKNOWLEDGED = DEFAULT.withAcknowledge();

    /**
     * Black and white lists: a receiver must be on each list of {@code eligible} that there is, and on none of {@code exclude}.
     * An empty list of {@code eligible} is nobody; null is no list.
     */
    public record Receivers(
            @Nullable List<Long> eligible,
            @Nullable List<String> eligibleAuthid,
            @Nullable List<String> eligibleAuthrole,
            @Nullable List<Long> exclude,
            @Nullable List<String> excludeAuthid,
            @Nullable List<String> excludeAuthrole) {
        public static final Receivers ALL = new Receivers(null, null, null, null, null, null);

        public Receivers withEligible(List<Long> sessions) {
            return new Receivers(
                    List.copyOf(sessions), eligibleAuthid, eligibleAuthrole, exclude, excludeAuthid, excludeAuthrole);
        }

        public Receivers withEligibleAuthid(List<String> authids) {
            return new Receivers(
                    eligible, List.copyOf(authids), eligibleAuthrole, exclude, excludeAuthid, excludeAuthrole);
        }

        public Receivers withEligibleAuthrole(List<String> roles) {
            return new Receivers(eligible, eligibleAuthid, List.copyOf(roles), exclude, excludeAuthid, excludeAuthrole);
        }

        public Receivers withExclude(List<Long> sessions) {
            return new Receivers(
                    eligible, eligibleAuthid, eligibleAuthrole, List.copyOf(sessions), excludeAuthid, excludeAuthrole);
        }

        public Receivers withExcludeAuthid(List<String> authids) {
            return new Receivers(
                    eligible, eligibleAuthid, eligibleAuthrole, exclude, List.copyOf(authids), excludeAuthrole);
        }

        public Receivers withExcludeAuthrole(List<String> roles) {
            return new Receivers(
                    eligible, eligibleAuthid, eligibleAuthrole, exclude, excludeAuthid, List.copyOf(roles));
        }

        private void addTo(Map<String, @Nullable Object> map) {
            put(map, "eligible", eligible);
            put(map, "eligible_authid", eligibleAuthid);
            put(map, "eligible_authrole", eligibleAuthrole);
            put(map, "exclude", exclude);
            put(map, "exclude_authid", excludeAuthid);
            put(map, "exclude_authrole", excludeAuthrole);
        }

        private static void put(Map<String, @Nullable Object> map, String key, @Nullable List<?> list) {
            if (list != null) {
                map.put(key, list);
            }
        }
    }

    public PublishOptions withAcknowledge() {
        return new PublishOptions(true, excludeMe, discloseMe, retain, receivers, passthru, more);
    }

    public PublishOptions withExcludeMe(boolean exclude) {
        return new PublishOptions(acknowledge, exclude, discloseMe, retain, receivers, passthru, more);
    }

    public PublishOptions withDiscloseMe() {
        return new PublishOptions(acknowledge, excludeMe, true, retain, receivers, passthru, more);
    }

    public PublishOptions withRetain() {
        return new PublishOptions(acknowledge, excludeMe, discloseMe, true, receivers, passthru, more);
    }

    public PublishOptions withReceivers(Receivers lists) {
        return new PublishOptions(acknowledge, excludeMe, discloseMe, retain, lists, passthru, more);
    }

    public PublishOptions withPassthru(Passthru mode) {
        return new PublishOptions(acknowledge, excludeMe, discloseMe, retain, receivers, mode, more);
    }

    /** With a further option for the wire. */
    public PublishOptions with(String option, Object value) {
        return new PublishOptions(
                acknowledge,
                excludeMe,
                discloseMe,
                retain,
                receivers,
                passthru,
                more.with(option, Convert.toWire(value)));
    }

    Dict wire() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(more.asMap());
        if (acknowledge) {
            map.put("acknowledge", true);
        }
        if (!excludeMe) {
            map.put("exclude_me", false);
        }
        if (discloseMe) {
            map.put("disclose_me", true);
        }
        if (retain) {
            map.put("retain", true);
        }
        receivers.addTo(map);
        if (passthru != null) {
            passthru.addTo(map);
        }
        return Dict.of(map);
    }
}
