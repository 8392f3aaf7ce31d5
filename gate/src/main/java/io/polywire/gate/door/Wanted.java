package io.polywire.gate.door;

import io.polywire.gate.host.LaunchRequest;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Program;
import org.jspecify.annotations.Nullable;

/** What the parameters of a request say about the instance to make. */
record Wanted(
        boolean ref,
        boolean call,
        boolean suspended,
        String function,
        @Nullable String instance,
        boolean debug) {
    /** Takes what goes with a call; nothing else may be left. */
    static Wanted call(Query query, boolean ref) {
        Wanted wanted = new Wanted(ref, true, false, query.takeFunction(), null, query.takeDebug());
        query.end();
        return wanted;
    }

    /** Takes what goes with a launch; nothing else may be left. */
    static Wanted launch(Query query, boolean ref, boolean suspended) {
        Wanted wanted =
                new Wanted(ref, false, suspended, query.takeFunction(), query.takeInstance(), query.takeDebug());
        query.end();
        return wanted;
    }

    /** Of the action, call or launch; any other is unsupported. */
    static Wanted of(@Nullable String action, Query query, boolean ref, boolean suspended) {
        if (WebApi.ACTION_CALL.equals(action) && !suspended) {
            return call(query, ref);
        }
        if (WebApi.ACTION_LAUNCH.equals(action)) {
            return launch(query, ref, suspended);
        }
        throw Asked.unsupportedAction();
    }

    LaunchRequest request(Caller caller, Program program) {
        return new LaunchRequest(
                caller.owner(),
                caller.anonymous(),
                program,
                function,
                call,
                suspended,
                ref,
                instance,
                debug,
                caller.trace());
    }
}
