package io.polywire.wamp.client;

import io.polywire.model.Reasons;
import io.polywire.net.NetException;
import io.polywire.wamp.client.link.Link;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client in a session: makes the first one, and after a loss another one, in which it restores registrations and
 * subscriptions.
 *
 * <p>Threads: thread-safe by its lock, which is held for moments only and never while anything else is called; the sessions tell
 * what happens on their lanes, the listener hears it on a virtual thread.
 */
final class Supervisor implements Session.Owner {
    private static final Logger LOG = System.getLogger("io.polywire.wamp.client");

    private final ClientSettings settings;
    private final CompletableFuture<Session> first = new CompletableFuture<>();
    private final Set<Registration> registrations = ConcurrentHashMap.newKeySet();
    private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
    private final Serial telling = new Serial();
    private final AtomicLong dropped = new AtomicLong();
    private final Object lock = new Object();
    private volatile @Nullable Session current;

    // Under the lock:
    private @Nullable Session joining;
    private @Nullable CompletableFuture<Link> opening;
    private int attempt;
    private boolean closed;

    Supervisor(ClientSettings settings) {
        this.settings = settings;
    }

    /** Makes the first session. */
    CompletableFuture<Session> start() {
        connect();
        return first;
    }

    /** The session, or the last one that was joined. */
    Session session() {
        return Objects.requireNonNull(current, "not joined yet");
    }

    private void connect() {
        Session session = new Session(settings, this);
        synchronized (lock) {
            if (closed) {
                return;
            }
            joining = session;
        }
        CompletableFuture<Link> link;
        try {
            link = settings.connector().open(session, settings.connectTimeout());
        } catch (IllegalArgumentException | NetException e) {
            link = CompletableFuture.failedFuture(e);
        }
        synchronized (lock) {
            opening = link;
            if (closed) {
                link.cancel(true);
            }
        }
        var _ = link.whenComplete((opened, failure) -> {
            if (failure != null) {
                session.unreachable(
                        failure instanceof CompletionException c && c.getCause() != null ? c.getCause() : failure);
            }
        });
    }

    @Override
    public void joined(Session session, SessionInfo info) {
        synchronized (lock) {
            joining = null;
            attempt = 0;
            if (closed) {
                var _ = session.leave();
                return;
            }
            current = session;
        }
        AtomicInteger left = new AtomicInteger(1);
        Runnable one = () -> {
            if (left.decrementAndGet() == 0 && session.cause() == null) {
                tell(l -> l.connected(info));
                first.complete(session);
            }
        };
        for (Registration r : List.copyOf(registrations)) {
            left.incrementAndGet();
            Request<Registration> request = new Request<>();
            session.callee().register(r, request);
            var _ = request.future()
                    .whenComplete((ok, failure) -> restored(failure, one, e -> tell(l -> l.lost(r, e))));
        }
        for (Subscription s : List.copyOf(subscriptions)) {
            left.incrementAndGet();
            Request<Subscription> request = new Request<>();
            session.subscriber().subscribe(s, request);
            var _ = request.future()
                    .whenComplete((ok, failure) -> restored(failure, one, e -> tell(l -> l.lost(s, e))));
        }
        one.run();
    }

    private static void restored(@Nullable Throwable failure, Runnable one, Consumer<WampException> lost) {
        if (failure instanceof WampException e && !(e instanceof SessionClosedException)) {
            LOG.log(Level.WARNING, "could not be restored", e);
            lost.accept(e);
        }
        one.run();
    }

    @Override
    public void ended(Session session, WampException cause) {
        boolean joined = session.equals(current);
        int next;
        synchronized (lock) {
            if (session.equals(joining)) {
                joining = null;
            }
            boolean again = !closed
                    && current != null
                    && transientFault(cause)
                    && attempt < settings.reconnect().attempts();
            if (!again) {
                closed = true;
            }
            next = again ? ++attempt : 0;
        }
        if (joined) {
            tell(l -> l.disconnected(cause));
        }
        if (next == 0) {
            finish(cause);
            return;
        }
        Duration delay = settings.reconnect().delay(next, ThreadLocalRandom.current());
        tell(l -> l.reconnecting(next, delay));
        CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, Serial.VIRTUAL)
                .execute(this::connect);
    }

    /** Whether another attempt may have another outcome. */
    private static boolean transientFault(WampException cause) {
        return switch (cause.uri()) {
            case Reasons.NETWORK_FAILURE, Reasons.SYSTEM_SHUTDOWN, Reasons.TIMEOUT -> true;
            default -> false;
        };
    }

    private void finish(WampException cause) {
        subscriptions.forEach(Subscription::drop);
        subscriptions.clear();
        registrations.clear();
        if (!first.completeExceptionally(cause)) {
            tell(l -> l.closed(cause));
        }
    }

    void close() {
        Session session;
        CompletableFuture<Link> link;
        boolean before;
        synchronized (lock) {
            before = closed;
            closed = true;
            link = opening;
            session = joining != null ? joining : current;
        }
        subscriptions.forEach(Subscription::drop);
        if (session == null) {
            return;
        }
        if (link != null) {
            link.cancel(true); // Without effect once it is open.
        }
        boolean over = session.cause() != null;
        CompletableFuture<WampException> end = session.leave();
        if (over) {
            if (!before) {
                finish(new SessionClosedException(Reasons.CLOSE_REALM, "closed by this side")); // Between two sessions.
            }
            return;
        }
        try {
            end.get(settings.closeTimeout().toMillis() + 500, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The rest goes on without this thread.
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, "closing took too long", e);
        }
    }

    @Override
    public void active(Object handle) {
        switch (handle) {
            case Registration r -> registrations.add(r);
            case Subscription s -> subscriptions.add(s);
            default -> throw new IllegalArgumentException(handle.toString());
        }
    }

    @Override
    public void revoked(Object handle, WampException cause) {
        switch (handle) {
            case Registration r -> {
                forget(r);
                tell(l -> l.lost(r, cause));
            }
            case Subscription s -> {
                forget(s);
                tell(l -> l.lost(s, cause));
            }
            default -> throw new IllegalArgumentException(handle.toString());
        }
    }

    @Override
    public void dropped(Subscription subscription) {
        long total = dropped.incrementAndGet();
        tell(l -> l.dropped(subscription, total));
    }

    void forget(Registration registration) {
        registration.unwant();
        registrations.remove(registration);
    }

    void forget(Subscription subscription) {
        subscription.unwant();
        subscriptions.remove(subscription);
    }

    private void tell(Consumer<ClientListener> what) {
        if (!settings.listener().equals(ClientListener.NONE)) {
            telling.execute(() -> what.accept(settings.listener()));
        }
    }

    @Override
    public String toString() {
        return "of realm " + settings.realm();
    }
}
