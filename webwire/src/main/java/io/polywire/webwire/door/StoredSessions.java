package io.polywire.webwire.door;

import io.polywire.webwire.message.Session;
import io.polywire.webwire.session.SessionStore;
import io.polywire.webwire.session.StoredSession;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Keeps sessions in a store, for a time. Thread-safe. */
public final class StoredSessions implements SessionHooks {
    private final SessionStore store;
    private final Duration expiry;

    /**
     * @param expiry a session that was neither created nor restored for so long cannot be restored; zero for never
     */
    public StoredSessions(SessionStore store, Duration expiry) {
        this.store = store;
        this.expiry = expiry;
    }

    @Override
    public void onSessionCreated(Client client) {
        Session made = client.session();
        if (made != null) {
            store.put(new StoredSession(
                    StoredSession.digest(made.key()), "", "", made.created(), Instant.now(), made.infoJson()));
        }
    }

    @Override
    public @Nullable Session onSessionLookup(String key) {
        Instant now = Instant.now();
        if (expiry.isPositive()) {
            store.expire(now.minus(expiry));
        }
        StoredSession found = store.find(StoredSession.digest(key));
        if (found == null) {
            return null;
        }
        store.touch(found.digest(), now);
        return Session.ofJson(key, found.created(), found.info());
    }

    @Override
    public void onSessionClosed(Client client) {
        Session closed = client.session();
        if (closed != null) {
            store.remove(StoredSession.digest(closed.key()));
        }
    }
}
