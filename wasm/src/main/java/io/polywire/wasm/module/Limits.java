package io.polywire.wasm.module;

import org.jspecify.annotations.Nullable;

/**
 * Size limits of a memory (in pages of 64 KiB) or table (in elements), both unsigned 32 bit.
 *
 * @param max largest size, null if none is stated
 */
public record Limits(long min, @Nullable Long max) {
    /** Whether something of the given present size and declared maximum may be imported under these limits. */
    public boolean accepts(long size, @Nullable Long declaredMax) {
        return size >= min && (max == null || (declaredMax != null && declaredMax <= max));
    }
}
