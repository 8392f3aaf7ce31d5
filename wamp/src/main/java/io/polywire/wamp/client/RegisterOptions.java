package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Invoke;
import io.polywire.model.Match;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to register.
 *
 * @param match how the URI of a call is compared
 * @param invoke how the router picks among several callees of the procedure
 * @param ordered whether calls are handled one after the other in their order, and not all at once
 * @param concurrency how many calls the router may have in progress here; 0 for no limit
 * @param discloseCaller whether callers must be disclosed
 * @param forceReregister whether others that registered the procedure lose it
 * @param forwardTimeout whether this side, not the router, ends calls at their timeout
 * @param more further options for the wire
 */
public record RegisterOptions(
        Match match,
        Invoke invoke,
        boolean ordered,
        int concurrency,
        boolean discloseCaller,
        boolean forceReregister,
        boolean forwardTimeout,
        Dict more) {
    /** Exact, the only callee, concurrent. */
    public static final RegisterOptions DEFAULT =
            new RegisterOptions(Match.EXACT, Invoke.SINGLE, false, 0, false, false, false, Dict.EMPTY);

    public RegisterOptions {
        if (concurrency < 0) {
            throw new IllegalArgumentException("concurrency must not be negative: " + concurrency);
        }
    }

    public RegisterOptions withMatch(Match policy) {
        return new RegisterOptions(
                policy, invoke, ordered, concurrency, discloseCaller, forceReregister, forwardTimeout, more);
    }

    public RegisterOptions withInvoke(Invoke policy) {
        return new RegisterOptions(
                match, policy, ordered, concurrency, discloseCaller, forceReregister, forwardTimeout, more);
    }

    public RegisterOptions withOrdered() {
        return new RegisterOptions(
                match, invoke, true, concurrency, discloseCaller, forceReregister, forwardTimeout, more);
    }

    public RegisterOptions withConcurrency(int calls) {
        return new RegisterOptions(
                match, invoke, ordered, calls, discloseCaller, forceReregister, forwardTimeout, more);
    }

    public RegisterOptions withDiscloseCaller() {
        return new RegisterOptions(match, invoke, ordered, concurrency, true, forceReregister, forwardTimeout, more);
    }

    public RegisterOptions withForceReregister() {
        return new RegisterOptions(match, invoke, ordered, concurrency, discloseCaller, true, forwardTimeout, more);
    }

    public RegisterOptions withForwardTimeout() {
        return new RegisterOptions(match, invoke, ordered, concurrency, discloseCaller, forceReregister, true, more);
    }

    /** With a further option for the wire. */
    public RegisterOptions with(String option, Object value) {
        return new RegisterOptions(
                match,
                invoke,
                ordered,
                concurrency,
                discloseCaller,
                forceReregister,
                forwardTimeout,
                more.with(option, Convert.toWire(value)));
    }

    Dict wire() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(more.asMap());
        if (match != Match.EXACT) {
            map.put("match", match.text());
        }
        if (invoke != Invoke.SINGLE) {
            map.put("invoke", invoke.text());
        }
        if (concurrency > 0) {
            map.put("concurrency", (long) concurrency);
        }
        if (discloseCaller) {
            map.put("disclose_caller", true);
        }
        if (forceReregister) {
            map.put("force_reregister", true);
        }
        if (forwardTimeout) {
            map.put("forward_timeout", true);
        }
        return Dict.of(map);
    }
}
