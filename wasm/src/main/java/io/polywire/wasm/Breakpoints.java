package io.polywire.wasm;

import java.util.Set;
import java.util.TreeSet;

/**
 * Code offsets, in bytes from the start of the module, before which a program stops. While there are any the program
 * is interpreted, many times slower than compiled code. Not thread-safe: to be changed while the program is stopped.
 */
public final class Breakpoints {
    private final Set<Integer> offsets = new TreeSet<>();

    /** Adds an offset; one that no instruction begins at never stops the program. */
    public void add(int offset) {
        offsets.add(offset);
    }

    public void remove(int offset) {
        offsets.remove(offset);
    }

    public boolean isEmpty() {
        return offsets.isEmpty();
    }

    boolean contains(int offset) {
        return offsets.contains(offset);
    }

    /** All offsets in order. */
    public Set<Integer> offsets() {
        return Set.copyOf(offsets);
    }
}
