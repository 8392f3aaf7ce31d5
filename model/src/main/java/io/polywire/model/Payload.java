package io.polywire.model;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The Arguments and ArgumentsKw of a message, carried and not looked into.
 *
 * <p>A payload that came from a peer is a slice of the octets that were received: the last zero to two elements of the
 * message as they stood there. The array belongs to the garbage collector and is never written again, so a slice may
 * be kept; {@link #compact()} a payload that is kept for long, so that it does not hold a whole read buffer.
 *
 * <p>A payload made here (a meta event, an error text) has values. Either kind is turned into another serialization at
 * most once: the result is remembered. Not thread-safe; owned by the realm's thread once it was received.
 */
public final class Payload {
    public static final Payload EMPTY = new Payload(null, new byte[0], 0, 0, 0, null, null);

    private final @Nullable Serialization serialization;
    private final byte[] octets;
    private final int offset;
    private final int length;
    private final int elements;
    private final @Nullable List<? extends @Nullable Object> args;
    private final @Nullable Map<String, ? extends @Nullable Object> kwargs;
    private @Nullable Payload @Nullable [] translated;

    private Payload(
            @Nullable Serialization serialization,
            byte[] octets,
            int offset,
            int length,
            int elements,
            @Nullable List<? extends @Nullable Object> args,
            @Nullable Map<String, ? extends @Nullable Object> kwargs) {
        this.serialization = serialization;
        this.octets = octets;
        this.offset = offset;
        this.length = length;
        this.elements = elements;
        this.args = args;
        this.kwargs = kwargs;
    }

    /**
     * A payload as it stands in a message.
     *
     * @param elements how many elements of the message it is: 1 (Arguments) or 2 (Arguments and ArgumentsKw); the
     *     octets hold them one after the other, in JSON with the comma and any white space between them, but nothing
     *     before the first or after the last
     */
    public static Payload encoded(Serialization serialization, byte[] octets, int offset, int length, int elements) {
        return new Payload(serialization, octets, offset, length, elements, null, null);
    }

    /** A payload of values (the types of {@link Dict}); empty ones are left out on the wire where they can be. */
    public static Payload of(List<? extends @Nullable Object> args, Map<String, ? extends @Nullable Object> kwargs) {
        return args.isEmpty() && kwargs.isEmpty()
                ? EMPTY
                : new Payload(null, EMPTY.octets, 0, 0, kwargs.isEmpty() ? 1 : 2, args, kwargs);
    }

    public static Payload of(@Nullable Object... args) {
        return of(Arrays.asList(args), Map.of());
    }

    /** How many elements of a message this is: 0, 1 or 2. */
    public int elements() {
        return elements;
    }

    public boolean isEmpty() {
        return elements == 0;
    }

    /** Null where the payload has values. */
    public @Nullable Serialization serialization() {
        return serialization;
    }

    /** The array that holds the octets; only those from {@link #offset()} on, {@link #length()} of them. Read only. */
    public byte[] octets() {
        return octets;
    }

    public int offset() {
        return offset;
    }

    public int length() {
        return length;
    }

    /** Null where the payload is encoded. */
    public @Nullable List<? extends @Nullable Object> args() {
        return args;
    }

    /** Null where the payload is encoded. */
    public @Nullable Map<String, ? extends @Nullable Object> kwargs() {
        return kwargs;
    }

    /**
     * This payload encoded in a serialization; translated at most once.
     *
     * @param translator makes the encoded payload; only called when it is needed
     */
    public Payload in(Serialization wanted, BiFunction<Payload, Serialization, Payload> translator) {
        if (serialization == wanted || elements == 0) {
            return this;
        }
        @Nullable Payload[] known = translated;
        if (known == null) {
            translated = known = new @Nullable Payload[Serialization.COUNT];
        }
        Payload there = known[wanted.ordinal()];
        if (there == null) {
            known[wanted.ordinal()] = there = translator.apply(this, wanted);
        }
        return there;
    }

    /** The same payload in an array of its own, if the one it is in is much larger. */
    public Payload compact() {
        if (serialization == null || octets.length <= length + 256) {
            return this;
        }
        byte[] own = Arrays.copyOfRange(octets, offset, offset + length);
        return new Payload(serialization, own, 0, length, elements, null, null);
    }
}
