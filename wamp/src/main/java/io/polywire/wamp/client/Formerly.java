package io.polywire.wamp.client;

import java.util.LinkedHashMap;
import java.util.Map;

/** Ids that were in use: a message for one of them crossed with its end. The oldest are forgotten. Owned by the lane. */
final class Formerly {
    private static final int KEPT = 4096;

    private final Map<Long, Boolean> ids = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > KEPT;
        }
    };

    void add(long id) {
        ids.put(id, true);
    }

    void remove(long id) {
        ids.remove(id);
    }

    boolean has(long id) {
        return ids.containsKey(id);
    }
}
