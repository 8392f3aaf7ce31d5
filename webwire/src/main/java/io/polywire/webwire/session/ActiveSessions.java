package io.polywire.webwire.session;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions are active, and on what connection: each on one at most. Thread-safe; a claim is one atomic step, so that
 * two connections cannot both restore a session.
 *
 * @param <C> a connection
 */
public final class ActiveSessions<C> {
    private final ConcurrentHashMap<String, C> byKey = new ConcurrentHashMap<>();

    /** Makes the session active on a connection; false if it is active already, be it on the same one. */
    public boolean claim(String key, C connection) {
        return byKey.putIfAbsent(key, connection) == null;
    }

    /** The session is no longer active, if it was on that connection. */
    public void release(String key, C connection) {
        byKey.remove(key, connection);
    }

    public boolean isActive(String key) {
        return byKey.containsKey(key);
    }

    /** Where the session is active, null for nowhere. */
    public @Nullable C connection(String key) {
        return byKey.get(key);
    }

    /** How many sessions are active. */
    public int count() {
        return byKey.size();
    }
}
