package io.polywire.model;

/** WAMP ids: integers from 1 to 2^53, both inclusive (WAMP, "IDs"). */
public final class Ids {
    public static final long MAX = 1L << 53;

    private Ids() {}

    public static boolean valid(long id) {
        return id >= 1 && id <= MAX;
    }

    /** The id after this one in a sequence: wraps to 1 after {@link #MAX}. */
    public static long next(long id) {
        return id >= MAX ? 1 : id + 1;
    }
}
