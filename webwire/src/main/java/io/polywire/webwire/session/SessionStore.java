package io.polywire.webwire.session;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions. Thread-safe; called on virtual threads, so that it may block. What fails throws an unchecked exception
 * of the store's own.
 */
public interface SessionStore {
    /** Stores a session in place of one with the same digest. */
    void put(StoredSession session);

    /** The session of a digest, null if there is none. */
    @Nullable
    StoredSession find(String digest);

    /** Notes that a session was used, if it is there. */
    void touch(String digest, Instant when);

    /** Removes a session, if it is there. */
    void remove(String digest);

    /** All sessions, the eldest first. */
    List<StoredSession> list();

    /** Removes the sessions that were last used before. */
    void expire(Instant before);

    /** Keeps sessions as long as the process runs. */
    final class InMemory implements SessionStore {
        private final ConcurrentHashMap<String, StoredSession> sessions = new ConcurrentHashMap<>();

        @Override
        public void put(StoredSession session) {
            sessions.put(session.digest(), session);
        }

        @Override
        public @Nullable StoredSession find(String digest) {
            return sessions.get(digest);
        }

        @Override
        public void touch(String digest, Instant when) {
            sessions.computeIfPresent(digest, (_, session) -> session.usedAt(when));
        }

        @Override
        public void remove(String digest) {
            sessions.remove(digest);
        }

        @Override
        public List<StoredSession> list() {
            return sessions.values().stream()
                    .sorted((a, b) -> a.created().compareTo(b.created()))
                    .toList();
        }

        @Override
        public void expire(Instant before) {
            sessions.values().removeIf(session -> session.lastUsed().isBefore(before));
        }
    }
}
