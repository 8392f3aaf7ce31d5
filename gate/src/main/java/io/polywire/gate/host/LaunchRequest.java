package io.polywire.gate.host;

import io.polywire.gate.program.Program;
import io.polywire.model.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * What to launch.
 *
 * @param owner principal, or whose account an anonymous call counts for
 * @param anonymous whether the owner is nobody: nobody can reach the instance
 * @param program checked module
 * @param function entry function; empty: none
 * @param call whether the instance is there only for as long as the caller is
 * @param suspended whether nothing is to run yet
 * @param ref whether the owner gets a reference to the module
 * @param instance id that it is to have; null: a new one
 * @param debug whether it is marked as being debugged
 * @param trace that its calls belong to, until it was suspended; null: none
 */
public record LaunchRequest(
        String owner,
        boolean anonymous,
        Program program,
        String function,
        boolean call,
        boolean suspended,
        boolean ref,
        @Nullable String instance,
        boolean debug,
        @Nullable TraceContext trace) {
    /** A call. */
    public static LaunchRequest call(String owner, boolean anonymous, Program program, String function, boolean ref) {
        return new LaunchRequest(owner, anonymous, program, function, true, false, ref, null, false, null);
    }

    /** A launch of an instance that stays. */
    public static LaunchRequest launch(String owner, Program program, String function, boolean ref) {
        return new LaunchRequest(owner, false, program, function, false, false, ref, null, false, null);
    }

    /** The same, not to run yet. */
    public LaunchRequest suspended(boolean newSuspended) {
        return new LaunchRequest(owner, anonymous, program, function, call, newSuspended, ref, instance, debug, trace);
    }

    /** The same with an id; null: a new one. */
    public LaunchRequest instance(@Nullable String id) {
        return new LaunchRequest(owner, anonymous, program, function, call, suspended, ref, id, debug, trace);
    }
}
