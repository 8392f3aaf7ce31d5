package io.polywire.router;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Ids;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Match;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call of {@code wamp.subscription.get_events} (WAMP, "Event History"). */
final class HistoryQuery {
    private final Realm realm;
    private final Subscription subscription;
    private final Session asker;
    private final Dict options;

    HistoryQuery(Realm realm, Subscription subscription, RealmProcedure.Request request) {
        this.realm = realm;
        this.subscription = subscription;
        this.asker = request.caller();
        this.options = Dict.of(request.kwargs());
    }

    /**
     * The events as arguments, in the order that was asked for; {@code limit} counts from the start of that order.
     *
     * @throws InvalidArgument if an option has the wrong type
     * @throws RealmProcedure.Failure if the subscription keeps no events
     */
    Payload answer() {
        HistoryRules.Rule rule = subscription.history;
        if (rule == null && subscription.match == Match.EXACT) {
            rule = realm.broker.histories.of(subscription.topic);
        }
        if (rule == null) {
            throw new RealmProcedure.Failure(Reasons.NO_SUCH_SUBSCRIPTION, "the subscription has no history");
        }
        long limit = options.integer("limit", Long.MAX_VALUE);
        List<EventStore.Kept> events = new ArrayList<>(realm.broker.histories.events(rule));
        select(events);
        if (options.flag("reverse")) {
            Collections.reverse(events);
        }
        boolean reached = events.size() > limit;
        List<Object> result = new ArrayList<>();
        for (EventStore.Kept event : reached ? events.subList(0, (int) limit) : events) {
            result.add(describe(event));
        }
        return Payload.of(result, Map.of("is_limit_reached", reached));
    }

    /** Keeps what the asker may have and asked for. */
    private void select(List<EventStore.Kept> events) {
        String topic = options.string("topic");
        events.removeIf(event -> topic != null && !event.topic().equals(topic));
        events.removeIf(event -> {
            Filter filter = Filter.of(event.options());
            return filter != null && !filter.admitsAttributes(asker);
        });
        time(events, "from_time", (at, bound) -> at >= bound);
        time(events, "after_time", (at, bound) -> at > bound);
        time(events, "before_time", (at, bound) -> at < bound);
        time(events, "until_time", (at, bound) -> at <= bound);
        from(events, "from_publication", 0);
        from(events, "after_publication", 1);
        until(events, "before_publication", 0);
        until(events, "until_publication", 1);
    }

    private interface Bound {
        boolean holds(long at, long bound);
    }

    private void time(List<EventStore.Kept> events, String option, Bound bound) {
        String text = options.string(option);
        if (text == null) {
            return;
        }
        try {
            long millis = Instant.parse(text).toEpochMilli();
            events.removeIf(event -> !bound.holds(event.timestamp(), millis));
        } catch (DateTimeParseException e) {
            throw new InvalidArgument(option + " must be a date in ISO 8601");
        }
    }

    private void from(List<EventStore.Kept> events, String option, int after) {
        int at = index(events, option);
        if (at >= 0) {
            events.subList(0, at + after).clear();
        }
    }

    private void until(List<EventStore.Kept> events, String option, int after) {
        int at = index(events, option);
        if (at >= 0) {
            events.subList(at + after, events.size()).clear();
        }
    }

    /** Where a publication is; -1 if the option is absent. All are removed if there is no such publication. */
    private int index(List<EventStore.Kept> events, String option) {
        Object wanted = options.get(option);
        if (wanted == null) {
            return -1;
        }
        long id = Ids.of(wanted);
        if (id == 0) {
            throw new InvalidArgument(option + " must be the id of a publication");
        }
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).publication() == id) {
                return i;
            }
        }
        events.clear();
        return -1;
    }

    private Map<String, @Nullable Object> describe(EventStore.Kept event) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("timestamp", MetaApi.date(event.timestamp()));
        all.put("subscription", subscription.id);
        all.put("publication", event.publication());
        Map<String, @Nullable Object> details =
                new LinkedHashMap<>(event.details().asMap());
        details.put("topic", event.topic());
        all.put("details", details);
        all.put("args", Payloads.args(event.payload()));
        all.put("kwargs", Payloads.kwargs(event.payload()));
        return all;
    }
}
