package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Reasons;
import java.util.Map;

/** What a peer announced in HELLO.Details.roles, as far as the router has to know. */
record Features(
        boolean callerPassthru,
        boolean callerProgressiveInvocations,
        boolean calleePassthru,
        boolean calleeCanceling,
        boolean calleeTimeout,
        boolean calleeProgressiveInvocations,
        boolean calleeRevocation,
        boolean publisherPassthru,
        boolean subscriberRevocation) {
    private static final String[] ROLES = {"publisher", "subscriber", "caller", "callee"};

    /**
     * @throws JoinRefused without a role that WAMP knows
     * @throws InvalidArgument if roles or features have the wrong type
     */
    static Features of(Dict helloDetails) {
        Dict roles = helloDetails.dict("roles");
        boolean usable = false;
        for (String role : ROLES) {
            usable |= roles.get(role) instanceof Map<?, ?>;
        }
        if (!usable) {
            throw new JoinRefused(
                    Reasons.NO_SUCH_ROLE, "HELLO.Details.roles has none of publisher, subscriber, caller, callee");
        }
        Dict caller = features(roles, "caller");
        Dict callee = features(roles, "callee");
        String passthru = "payload_passthru_mode";
        return new Features(
                is(caller, passthru),
                is(caller, "progressive_call_invocations"),
                is(callee, passthru),
                is(callee, "call_canceling") || is(callee, "call_cancelling"), // the specification has both spellings
                is(callee, "call_timeout"),
                is(callee, "progressive_call_invocations"),
                is(callee, "registration_revocation"),
                is(features(roles, "publisher"), passthru),
                is(features(roles, "subscriber"), "subscription_revocation"));
    }

    private static Dict features(Dict roles, String role) {
        return roles.dict(role).dict("features");
    }

    /** Some clients send other types for what they lack: only true is true. */
    private static boolean is(Dict features, String name) {
        return Boolean.TRUE.equals(features.get(name));
    }
}
