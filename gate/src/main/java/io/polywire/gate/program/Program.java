package io.polywire.gate.program;

import io.polywire.gate.message.Status;
import org.jspecify.annotations.Nullable;

/**
 * A module that is known to be a good program: decoded, validated, its imports and limits checked. Immutable, to be
 * shared between threads and kept for the next launch (its compiled code is found again by the code's hash, so a second
 * object with the same bytes costs only decoding).
 */
public final class Program {
    private Program() {}

    /**
     * Checks a module. The array is not copied and must not change afterwards.
     *
     * @throws ProgramException 400 if it is malformed, invalid, or imports what there is not, or is a damaged or foreign
     *     snapshot; 403 if it passes a limit
     */
    public static Program of(byte[] module, ProgramLimits limits) {
        throw new UnsupportedOperationException();
    }

    /** The key under which modules are known: SHA-384 of the bytes in base64url without padding, 64 characters. */
    public static String id(byte[] module) {
        throw new UnsupportedOperationException();
    }

    /** {@link #id(byte[])} of this module. */
    public String id() {
        throw new UnsupportedOperationException();
    }

    /** The module itself; not a copy, not to be changed. */
    public byte[] bytes() {
        throw new UnsupportedOperationException();
    }

    /**
     * Checks whether a function may be asked for at launch or call.
     *
     * @param function name, null or empty for none
     * @throws ProgramException 404 if not, 400 if the name is no function name at all
     */
    public void checkEntry(@Nullable String function) {
        throw new UnsupportedOperationException();
    }

    /** Whether an instance of it that is launched with action {@code suspend} is SUSPENDED; otherwise it is HALTED. */
    public boolean startsSuspended() {
        throw new UnsupportedOperationException();
    }

    /** Whether it is a snapshot of an instance. */
    public boolean isSnapshot() {
        throw new UnsupportedOperationException();
    }

    /** The end state of a final snapshot, into which it launches without running; null for everything else. */
    public @Nullable Status finalStatus() {
        throw new UnsupportedOperationException();
    }
}
