package io.polywire.router;

import io.polywire.model.Invoke;
import io.polywire.model.Match;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A procedure (or pattern) and the sessions that are registered for it. */
final class Registration {
    /** How many calls may wait for a callee that is at its limit. */
    static final int MOST_QUEUED = 1_000;

    /** One session that answers calls. */
    static final class Callee {
        final Session session;
        final Registration registration;
        final boolean disclose; // it wants to know its callers
        final boolean forwardTimeout; // it times its calls itself
        final long concurrency; // most calls at once; 0: any number
        long active;

        Callee(Session session, Registration registration, boolean disclose, boolean forwardTimeout, long concurrency) {
            this.session = session;
            this.registration = registration;
            this.disclose = disclose;
            this.forwardTimeout = forwardTimeout;
            this.concurrency = concurrency;
        }

        boolean free() {
            return concurrency == 0 || active < concurrency;
        }
    }

    final long id;
    final String procedure;
    final Match match;
    final Invoke invoke;
    final long created; // milliseconds since 1970

    long calls;

    /** Final answers that were errors, of callees and of the router for them. */
    long errors;

    private @Nullable Latency latency; // from the first answer on

    private final List<Callee> callees = new ArrayList<>(1); // in the order of registering
    private int next; // of roundrobin

    /** Calls that wait because every callee is at its limit. */
    final ArrayDeque<PendingCall> queue = new ArrayDeque<>(0);

    Registration(long id, String procedure, Match match, Invoke invoke, long created) {
        this.id = id;
        this.procedure = procedure;
        this.match = match;
        this.invoke = invoke;
        this.created = created;
    }

    /** Null before the first answer. */
    @Nullable
    Latency answered() {
        return latency;
    }

    Latency latency() {
        Latency known = latency;
        if (known == null) {
            known = new Latency();
            latency = known;
        }
        return known;
    }

    List<Callee> callees() {
        return callees;
    }

    @Nullable
    Callee callee(Session session) {
        for (Callee callee : callees) {
            if (callee.session == session) {
                return callee;
            }
        }
        return null;
    }

    void remove(Callee callee) {
        int i = callees.indexOf(callee);
        callees.remove(i);
        if (i < next) {
            next--; // the one whose turn it is keeps it
        }
    }

    /**
     * The callee for the next call.
     *
     * @param tried callees that have refused this call already
     * @return null if all are at their limit or were tried
     */
    @Nullable
    Callee choose(Environment environment, Set<Callee> tried) {
        int count = callees.size();
        int start = switch (invoke) {
            case SINGLE, FIRST -> 0;
            case LAST -> count - 1;
            case ROUNDROBIN -> next < count ? next : 0;
            case RANDOM -> count < 2 ? 0 : environment.random(count);
        };
        int step = invoke == Invoke.LAST ? count - 1 : 1;
        for (int i = 0; i < count; i++) {
            int at = (start + i * step) % count;
            Callee callee = callees.get(at);
            if (callee.free() && (tried.isEmpty() || !tried.contains(callee))) {
                next = at + 1;
                return callee;
            }
        }
        return null;
    }

    boolean anyFree() {
        for (int i = 0; i < callees.size(); i++) {
            if (callees.get(i).free()) {
                return true;
            }
        }
        return false;
    }

    boolean allTried(Set<Callee> tried) {
        return tried.containsAll(callees);
    }
}
