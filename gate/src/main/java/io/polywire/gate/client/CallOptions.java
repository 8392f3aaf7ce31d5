package io.polywire.gate.client;

/**
 * How a program is called.
 *
 * @param function entry function; empty: {@code _start}
 * @param ref whether the module is kept, for modules that are sent along or come from another source
 * @param debug whether the server is asked for a program that can be debugged
 */
public record CallOptions(String function, boolean ref, boolean debug) {
    /** The program's {@code _start}, nothing is kept. */
    public static final CallOptions DEFAULT = new CallOptions("", false, false);

    /** That function, nothing is kept. */
    public static CallOptions function(String name) {
        return new CallOptions(name, false, false);
    }

    /** The same, and the module is kept. */
    public CallOptions withRef() {
        return new CallOptions(function, true, debug);
    }

    /** The same, to be debugged. */
    public CallOptions withDebug() {
        return new CallOptions(function, ref, true);
    }
}
