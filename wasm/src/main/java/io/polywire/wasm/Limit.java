package io.polywire.wasm;

/**
 * What an instance may take.
 *
 * @param memoryBytes size past which its memory does not grow
 * @param tableElements size past which its tables do not grow
 * @param metered whether its code counts fuel, at a cost in speed
 */
public record Limit(long memoryBytes, int tableElements, boolean metered) {
    /** As much memory as a module may have, ten million table elements, no fuel. */
    public static final Limit DEFAULT = new Limit(Integer.MAX_VALUE, 10_000_000, false);
}
