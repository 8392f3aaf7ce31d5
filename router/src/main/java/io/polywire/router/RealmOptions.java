package io.polywire.router;

import org.jspecify.annotations.Nullable;

/**
 * How a realm behaves.
 *
 * @param strictUris whether URIs must follow the strict grammar
 * @param disclosure whether callers and publishers may ask to be disclosed, and callees to be told
 * @param authorizer decides what sessions may do; null: everything
 * @param limits how much the realm and each of its sessions may hold
 * @param history which topics are remembered, and where
 */
public record RealmOptions(
        boolean strictUris, boolean disclosure, @Nullable Authorizer authorizer, Limits limits, HistoryRules history) {
    /** Loose URIs, disclosure, no authorizer, no history. */
    public static final RealmOptions DEFAULT = new RealmOptions(false, true, null, Limits.DEFAULT, HistoryRules.NONE);

    /**
     * Bounds of what peers can make a realm hold.
     *
     * @param sessions in the realm
     * @param registrations of one session
     * @param subscriptions of one session
     * @param pendingCalls of one caller
     * @param retainedTopics in the realm
     * @param retainedOctets of all retained events together
     */
    public record Limits(
            int sessions,
            int registrations,
            int subscriptions,
            int pendingCalls,
            int retainedTopics,
            long retainedOctets) {
        public static final Limits DEFAULT = new Limits(1_000_000, 100_000, 100_000, 100_000, 100_000, 64L << 20);
    }

    public RealmOptions withAuthorizer(@Nullable Authorizer other) {
        return new RealmOptions(strictUris, disclosure, other, limits, history);
    }

    public RealmOptions withLimits(Limits other) {
        return new RealmOptions(strictUris, disclosure, authorizer, other, history);
    }

    public RealmOptions withHistory(HistoryRules other) {
        return new RealmOptions(strictUris, disclosure, authorizer, limits, other);
    }

    public RealmOptions withStrictUris(boolean strict) {
        return new RealmOptions(strict, disclosure, authorizer, limits, history);
    }

    public RealmOptions withDisclosure(boolean allowed) {
        return new RealmOptions(strictUris, allowed, authorizer, limits, history);
    }
}
