package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Ids;
import io.polywire.model.InvalidArgument;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may get an event, as its publisher said in {@code eligible*} and {@code exclude*} (WAMP, "Subscriber Black- and
 * Whitelisting"). An eligible list that is there but empty means nobody.
 *
 * @param eligible session ids, null: all
 * @param exclude session ids
 * @param eligibleBy attribute → values, one of which the session must have
 * @param excludeBy attribute → values, none of which the session may have
 */
record Filter(
        @Nullable Set<Long> eligible,
        Set<Long> exclude,
        Map<String, Set<Object>> eligibleBy,
        Map<String, Set<Object>> excludeBy) {
    private static final String ELIGIBLE = "eligible";
    private static final String EXCLUDE = "exclude";

    /**
     * @return null if everybody may have the event
     * @throws InvalidArgument if an option has the wrong type
     */
    static @Nullable Filter of(Dict options) {
        Set<Long> eligible = null;
        Set<Long> exclude = Set.of();
        Map<String, Set<Object>> eligibleBy = Map.of();
        Map<String, Set<Object>> excludeBy = Map.of();
        boolean any = false;
        for (Map.Entry<String, @Nullable Object> option : options.asMap().entrySet()) {
            String key = option.getKey();
            Object value = option.getValue();
            if (value == null || key.equals("exclude_me")) {
                continue;
            }
            if (key.equals(ELIGIBLE)) {
                eligible = ids(key, value);
                any = true;
            } else if (key.equals(EXCLUDE)) {
                exclude = ids(key, value);
                any = true;
            } else if (key.startsWith("eligible_")) {
                eligibleBy = with(eligibleBy, key.substring(ELIGIBLE.length() + 1), values(key, value));
                any = true;
            } else if (key.startsWith("exclude_")) {
                excludeBy = with(excludeBy, key.substring(EXCLUDE.length() + 1), values(key, value));
                any = true;
            }
        }
        return any ? new Filter(eligible, exclude, eligibleBy, excludeBy) : null;
    }

    private static Map<String, Set<Object>> with(Map<String, Set<Object>> map, String key, Set<Object> values) {
        Map<String, Set<Object>> more = new HashMap<>(map);
        more.put(key, values);
        return more;
    }

    private static Set<Long> ids(String key, Object value) {
        Set<Long> ids = new HashSet<>();
        for (Object one : value instanceof List<?> list ? list : List.of(value)) {
            long id = Ids.of(one);
            if (id == 0) {
                throw new InvalidArgument(key + " must be a list of session ids");
            }
            ids.add(id);
        }
        return ids;
    }

    private static Set<Object> values(String key, Object value) {
        Set<Object> values = new HashSet<>();
        for (Object one : value instanceof List<?> list ? list : List.of(value)) {
            if (!(one instanceof String)) {
                throw new InvalidArgument(key + " must be a list of strings");
            }
            values.add(one);
        }
        return values;
    }

    /** Whether it names sessions by their ids, which mean nothing to those that join later. */
    boolean bySession() {
        return eligible != null || !exclude.isEmpty();
    }

    boolean admits(Session session) {
        if ((eligible != null && !eligible.contains(session.id())) || exclude.contains(session.id())) {
            return false;
        }
        return admitsAttributes(session);
    }

    boolean admitsAttributes(Session session) {
        for (Map.Entry<String, Set<Object>> one : eligibleBy.entrySet()) {
            Object has = session.attribute(one.getKey());
            if (has == null || !one.getValue().contains(has)) {
                return false;
            }
        }
        for (Map.Entry<String, Set<Object>> one : excludeBy.entrySet()) {
            Object has = session.attribute(one.getKey());
            if (has != null && one.getValue().contains(has)) {
                return false;
            }
        }
        return true;
    }
}
