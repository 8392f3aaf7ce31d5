package io.polywire.router;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a realm behaves.
 *
 * @param strictUris whether URIs must follow the strict grammar
 * @param disclosure whether callers and publishers may ask to be disclosed, and callees to be told
 * @param authorizer decides what sessions may do; null: everything
 * @param limits how much the realm and each of its sessions may hold
 * @param history which topics are remembered, and where
 * @param roleLimits for sessions of a role instead of {@code limits}; {@code sessions} is then of that role, within those of
 *     the realm
 * @param strictRequestIds whether the requests of a session must count up from 1, as the specification has it; no client needs
 *     that, and some older ones do not do it
 * @param modifyDetails whether there is the procedure {@code wamp.session.modify_details}
 */
public record RealmOptions(
        boolean strictUris,
        boolean disclosure,
        @Nullable Authorizer authorizer,
        Limits limits,
        HistoryRules history,
        Map<String, Limits> roleLimits,
        boolean strictRequestIds,
        boolean modifyDetails) {
    /** Loose URIs, disclosure, no authorizer, no history. */
    public static final RealmOptions DEFAULT = new RealmOptions(false, true, null, Limits.DEFAULT, HistoryRules.NONE);

    public RealmOptions {
        roleLimits = Map.copyOf(roleLimits);
    }

    /** Request ids in any order, details of sessions as they are. */
    public RealmOptions(
            boolean strictUris,
            boolean disclosure,
            @Nullable Authorizer authorizer,
            Limits limits,
            HistoryRules history,
            Map<String, Limits> roleLimits) {
        this(strictUris, disclosure, authorizer, limits, history, roleLimits, false, false);
    }

    /** No limits of roles either. */
    public RealmOptions(
            boolean strictUris,
            boolean disclosure,
            @Nullable Authorizer authorizer,
            Limits limits,
            HistoryRules history) {
        this(strictUris, disclosure, authorizer, limits, history, Map.of());
    }

    /**
     * Bounds of what peers can make a realm hold.
     *
     * @param sessions in the realm
     * @param registrations of one session
     * @param subscriptions of one session
     * @param pendingCalls of one caller
     * @param retainedTopics in the realm
     * @param retainedOctets of all retained events together
     * @param messagesPerSecond of one session; who sends more is read later; 0: any number
     * @param messageOctets of one message from a session; 0: as many as its door takes
     * @param queuedOctets that may wait for a session; 0: as many as its door lets wait
     */
    public record Limits(
            int sessions,
            int registrations,
            int subscriptions,
            int pendingCalls,
            int retainedTopics,
            long retainedOctets,
            int messagesPerSecond,
            int messageOctets,
            int queuedOctets) {
        public static final Limits DEFAULT = new Limits(1_000_000, 100_000, 100_000, 100_000, 100_000, 64L << 20);

        /** Messages and queues as the door has them. */
        public Limits(
                int sessions,
                int registrations,
                int subscriptions,
                int pendingCalls,
                int retainedTopics,
                long retainedOctets,
                int messagesPerSecond) {
            this(
                    sessions,
                    registrations,
                    subscriptions,
                    pendingCalls,
                    retainedTopics,
                    retainedOctets,
                    messagesPerSecond,
                    0,
                    0);
        }

        /** Any number of messages too. */
        public Limits(
                int sessions,
                int registrations,
                int subscriptions,
                int pendingCalls,
                int retainedTopics,
                long retainedOctets) {
            this(sessions, registrations, subscriptions, pendingCalls, retainedTopics, retainedOctets, 0);
        }

        public Limits withMessagesPerSecond(int most) {
            return new Limits(
                    sessions,
                    registrations,
                    subscriptions,
                    pendingCalls,
                    retainedTopics,
                    retainedOctets,
                    most,
                    messageOctets,
                    queuedOctets);
        }

        /** The size of one message, and of what may wait for a session. */
        public Limits withOctets(int message, int queued) {
            return new Limits(
                    sessions,
                    registrations,
                    subscriptions,
                    pendingCalls,
                    retainedTopics,
                    retainedOctets,
                    messagesPerSecond,
                    message,
                    queued);
        }
    }

    public RealmOptions withAuthorizer(@Nullable Authorizer other) {
        return new RealmOptions(
                strictUris, disclosure, other, limits, history, roleLimits, strictRequestIds, modifyDetails);
    }

    public RealmOptions withLimits(Limits other) {
        return new RealmOptions(
                strictUris, disclosure, authorizer, other, history, roleLimits, strictRequestIds, modifyDetails);
    }

    public RealmOptions withHistory(HistoryRules other) {
        return new RealmOptions(
                strictUris, disclosure, authorizer, limits, other, roleLimits, strictRequestIds, modifyDetails);
    }

    public RealmOptions withStrictUris(boolean strict) {
        return new RealmOptions(
                strict, disclosure, authorizer, limits, history, roleLimits, strictRequestIds, modifyDetails);
    }

    public RealmOptions withDisclosure(boolean allowed) {
        return new RealmOptions(
                strictUris, allowed, authorizer, limits, history, roleLimits, strictRequestIds, modifyDetails);
    }

    public RealmOptions withRoleLimits(Map<String, Limits> others) {
        return new RealmOptions(
                strictUris, disclosure, authorizer, limits, history, others, strictRequestIds, modifyDetails);
    }

    public RealmOptions withStrictRequestIds(boolean strict) {
        return new RealmOptions(strictUris, disclosure, authorizer, limits, history, roleLimits, strict, modifyDetails);
    }

    public RealmOptions withModifyDetails(boolean allowed) {
        return new RealmOptions(
                strictUris, disclosure, authorizer, limits, history, roleLimits, strictRequestIds, allowed);
    }
}
