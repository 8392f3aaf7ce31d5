package io.polywire.model;

import org.jspecify.annotations.Nullable;

/** WAMP ids: integers from 1 to 2^53, both inclusive (WAMP, "IDs"). */
public final class Ids {
    public static final long MAX = 1L << 53;

    private Ids() {}

    public static boolean valid(long id) {
        return id >= 1 && id <= MAX;
    }

    /**
     * The id that a value stands for, inside arguments and options. There, other than in the elements of a message, clients
     * in JavaScript write large ids as floats in MessagePack and CBOR.
     *
     * @return 0 if it is none
     */
    public static long of(@Nullable Object value) {
        return switch (value) {
            case Long id when valid(id) -> id;
            case Double id when id >= 1 && id <= MAX && id == Math.rint(id) -> id.longValue();
            case null, default -> 0;
        };
    }

    /** The id after this one in a sequence: wraps to 1 after {@link #MAX}. */
    public static long next(long id) {
        return id >= MAX ? 1 : id + 1;
    }
}
