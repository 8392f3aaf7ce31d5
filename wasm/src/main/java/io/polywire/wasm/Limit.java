package io.polywire.wasm;

/**
 * What an instance may take.
 *
 * @param memoryBytes size past which its memory does not grow
 * @param tableElements size past which its tables do not grow
 * @param metered whether its code counts fuel, at a cost in speed
 * @param compileBytes about how many bytes of JVM code are made of the module's functions, for all instances with this
 *     limit together; functions that are called when these are used up are interpreted. 0: all of them are
 */
public record Limit(long memoryBytes, int tableElements, boolean metered, long compileBytes) {
    /** Code that is made of a module if nothing else is said: 32 MiB, some seconds of a core's time. */
    public static final long COMPILE_BYTES = 32L << 20;

    /** As much memory as a module may have, ten million table elements, no fuel, the usual amount of code. */
    public static final Limit DEFAULT = new Limit(Integer.MAX_VALUE, 10_000_000, false);

    /** With the usual amount of code. */
    public Limit(long memoryBytes, int tableElements, boolean metered) {
        this(memoryBytes, tableElements, metered, COMPILE_BYTES);
    }
}
