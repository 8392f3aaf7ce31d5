package io.polywire.router;

import io.polywire.model.Match;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Shows what a realm holds and does, for those who run it. On the realm's thread; what the records hold may be handed to others.
 */
public final class Inspector {
    private final Realm realm;

    public Inspector(Realm realm) {
        this.realm = realm;
    }

    /** The realm's name. */
    public String name() {
        return realm.name();
    }

    /** Numbers of a realm; those of what has happened only grow. */
    public record Totals(
            String realm,
            int sessions,
            int registrations,
            int subscriptions,
            long calls,
            long errors,
            long publications,
            long events,
            long droppedEvents,
            long joined,
            int slowPeers) {}

    /**
     * A session.
     *
     * @param since when it joined, in milliseconds since 1970
     * @param transport {@code details.transport} of the meta API
     * @param dropped messages that its queue or its size limit kept from it
     * @param slow whether it does not read what is sent to it, so that others are held up or events dropped
     */
    public record SessionView(
            long id,
            Identity identity,
            String door,
            Map<String, @Nullable Object> transport,
            long since,
            long messagesIn,
            long messagesOut,
            long dropped,
            Link.Traffic traffic,
            boolean slow,
            int registrations,
            int subscriptions,
            int calls,
            int invocations) {}

    /**
     * A registration.
     *
     * @param callees their sessions, at most 100
     * @param active calls that callees work on
     * @param queued calls that wait for a callee
     * @param latency from INVOCATION to the final answer; belongs to the realm's thread; null before the first answer
     */
    public record ProcedureView(
            long id,
            String procedure,
            Match match,
            String invoke,
            long created,
            List<Long> callees,
            int calleeCount,
            long calls,
            long errors,
            long active,
            int queued,
            @Nullable Latency latency) {}

    /**
     * A subscription.
     *
     * @param events publications that it matched
     */
    public record TopicView(
            long id,
            String topic,
            Match match,
            long created,
            int subscribers,
            long events,
            boolean retained,
            boolean history) {}

    public Totals totals() {
        Counters counters = realm.counters;
        int[] slow = {0};
        realm.eachSession(session -> slow[0] += session.link.congested() ? 1 : 0);
        return new Totals(
                realm.name(),
                realm.sessionCount(),
                realm.registrar.registrations.size(),
                realm.broker.subscriptions.size(),
                counters.calls(),
                counters.errors(),
                counters.publications(),
                counters.events(),
                counters.eventsDropped(),
                counters.joined(),
                slow[0]);
    }

    /** All sessions, in the order in which they joined. */
    public void sessions(Consumer<SessionView> to) {
        realm.eachSession(session -> to.accept(new SessionView(
                session.id(),
                session.identity(),
                session.link.door(),
                session.transport(),
                session.joined,
                session.messagesIn,
                session.messagesOut,
                session.dropped,
                session.link.traffic(),
                session.link.congested(),
                session.registrations.size(),
                session.subscriptions.size(),
                session.calls.size(),
                session.invocations.size())));
    }

    /** All registrations, in no order. */
    public void procedures(Consumer<ProcedureView> to) {
        realm.registrar.registrations.forEach(one -> to.accept(new ProcedureView(
                one.id,
                one.procedure,
                one.match,
                one.invoke.text(),
                one.created,
                one.callees().stream()
                        .limit(100)
                        .map(callee -> callee.session.id())
                        .toList(),
                one.callees().size(),
                one.calls,
                one.errors,
                one.callees().stream().mapToLong(callee -> callee.active).sum(),
                one.queue.size(),
                one.answered())));
    }

    /** All subscriptions, in no order. */
    public void topics(Consumer<TopicView> to) {
        realm.broker.subscriptions.forEach(one -> to.accept(new TopicView(
                one.id,
                one.topic,
                one.match,
                one.created,
                one.count(),
                one.events,
                realm.broker.retention.has(one.topic),
                one.history != null || realm.broker.histories.has(one.topic))));
    }
}
