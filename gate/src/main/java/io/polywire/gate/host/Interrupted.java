package io.polywire.gate.host;

/** What becomes of instances that ran when the server was stopped. */
public enum Interrupted {
    /** They go on from their last saved state, or from the beginning if there is none. */
    RESUME,
    /** They are KILLED with the cause INTERNAL. */
    KILL
}
