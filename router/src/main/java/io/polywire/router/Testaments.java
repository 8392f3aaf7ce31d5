package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Payload;
import java.util.ArrayList;
import java.util.List;

/** What a session wants published when it is gone (WAMP, "Testaments"). */
final class Testaments {
    static final int MOST = 16;
    static final String DETACHED = "detached";
    static final String DESTROYED = "destroyed";

    /** One event to publish. */
    record Testament(String topic, Dict options, Payload payload) {}

    private final List<Testament> detached = new ArrayList<>(0);
    private final List<Testament> destroyed = new ArrayList<>(0);

    /** False if there are too many already. */
    boolean add(String scope, Testament testament) {
        List<Testament> list = scope.equals(DETACHED) ? detached : destroyed;
        return list.size() < MOST && list.add(testament);
    }

    void flush(String scope) {
        (scope.equals(DETACHED) ? detached : destroyed).clear();
    }

    /** All of them, in the order of publishing: a session that is gone is detached first. */
    List<Testament> all() {
        if (detached.isEmpty()) {
            return destroyed;
        }
        List<Testament> all = new ArrayList<>(detached);
        all.addAll(destroyed);
        return all;
    }
}
