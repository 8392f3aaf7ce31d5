package io.polywire.gate.door;

import io.polywire.model.AccessEvent;
import io.polywire.net.Peer;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells of the first use of a key on a connection, and of every refusal. Thread-safe.
 *
 * <p>What was told of the {@value #MOST} connections seen last is remembered.
 */
final class Logins {
    private static final int MOST = 8192;

    /** Who a connection was last; a connection is known by its one {@link Peer} object. */
    private record Last(WeakReference<Peer> connection, String principal) {}

    @SuppressWarnings("serial") // It is never serialized.
    private final Map<Integer, Last> told = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Last> eldest) {
            return size() > MOST;
        }
    };

    private volatile Consumer<AccessEvent> listener = event -> {};

    void listener(Consumer<AccessEvent> other) {
        listener = other;
    }

    void login(Peer connection, String principal) {
        if (isNew(connection, principal)) {
            listener.accept(AccessEvent.login("gate", null, principal, null, "ed25519", connection.address()));
        }
    }

    private boolean isNew(Peer connection, String principal) {
        synchronized (told) {
            Last before =
                    told.put(System.identityHashCode(connection), new Last(new WeakReference<>(connection), principal));
            return before == null
                    || !before.connection().refersTo(connection)
                    || !before.principal().equals(principal);
        }
    }

    void refused(Peer connection, String reason) {
        listener.accept(AccessEvent.refusal("gate", null, null, "ed25519", connection.address(), reason));
    }
}
