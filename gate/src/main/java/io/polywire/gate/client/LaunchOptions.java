package io.polywire.gate.client;

/**
 * How a program is launched.
 *
 * @param function entry function; empty: {@code _start}
 * @param ref whether the module is kept, for modules that are sent along or come from another source
 * @param suspended whether the instance is made, but not started; no function then
 * @param instance the id that it shall have, a UUID of version 4; empty: the server makes one
 * @param debug whether the server is asked for a program that can be debugged
 */
public record LaunchOptions(String function, boolean ref, boolean suspended, String instance, boolean debug) {
    /** The program's {@code _start}, nothing is kept but the instance. */
    public static final LaunchOptions DEFAULT = new LaunchOptions("", false, false, "", false);

    /** That function, nothing is kept but the instance. */
    public static LaunchOptions function(String name) {
        return new LaunchOptions(name, false, false, "", false);
    }

    /** The same, and the module is kept. */
    public LaunchOptions withRef() {
        return new LaunchOptions(function, true, suspended, instance, debug);
    }

    /** The same, but not started. */
    public LaunchOptions withSuspended() {
        return new LaunchOptions(function, ref, true, instance, debug);
    }

    /** The same under that id. */
    public LaunchOptions withInstance(String id) {
        return new LaunchOptions(function, ref, suspended, id, debug);
    }

    /** The same, to be debugged. */
    public LaunchOptions withDebug() {
        return new LaunchOptions(function, ref, suspended, instance, true);
    }
}
