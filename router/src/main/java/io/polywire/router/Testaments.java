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

    private List<Testament> detached = List.of();
    private List<Testament> destroyed = List.of();

    /** False if there are too many already. */
    boolean add(String scope, Testament testament) {
        List<Testament> before = scope.equals(DETACHED) ? detached : destroyed;
        if (before.size() >= MOST) {
            return false;
        }
        List<Testament> more = new ArrayList<>(before);
        more.add(testament);
        set(scope, more);
        return true;
    }

    void flush(String scope) {
        set(scope, List.of());
    }

    private void set(String scope, List<Testament> list) {
        if (scope.equals(DETACHED)) {
            detached = list;
        } else {
            destroyed = list;
        }
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
