package io.polywire.codec;

import io.polywire.model.Payload;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the tokens of a {@link Reader}, each to the end of the head of an {@link Encoded}. Stateless. */
abstract class Writer {
    /** Begins a message of so many elements, at most 15. */
    abstract void message(Encoded out, int elements);

    /** Ends a message with its payload, which is empty or in this serialization. */
    abstract void payload(Encoded out, Payload payload);

    abstract void nothing(Encoded out);

    abstract void bool(Encoded out, boolean value);

    abstract void integer(Encoded out, long value);

    /** An integer of any size, in the nearest form that the serialization has. */
    abstract void big(Encoded out, BigInteger value);

    abstract void number(Encoded out, double value);

    /** Valid UTF-8. */
    abstract void text(Encoded out, byte[] utf8, int from, int to);

    /** What comes between a key and its value. */
    abstract void afterKey(Encoded out);

    abstract void binary(Encoded out, byte[] octets, int from, int to);

    /** Begins a list or map whose size is not known yet; the result is for {@link #close}. */
    abstract int open(Encoded out, boolean map);

    /** Ends it, after so many elements or pairs. */
    abstract void close(Encoded out, boolean map, int mark, int size);

    /** A lone surrogate becomes a question mark: it has no UTF-8. */
    final void text(Encoded out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        text(out, utf8, 0, utf8.length);
    }

    /** What is left of the value whose first token was read. */
    final void copy(Reader in, int token, Encoded out) {
        switch (token) {
            case Reader.NULL -> nothing(out);
            case Reader.FALSE -> bool(out, false);
            case Reader.TRUE -> bool(out, true);
            case Reader.INTEGER -> integer(out, in.integer);
            case Reader.BIG -> big(out, in.big);
            case Reader.NUMBER -> number(out, in.number);
            case Reader.TEXT -> {
                in.plain();
                text(out, in.source, in.from, in.to);
            }
            case Reader.BINARY -> binary(out, in.source, in.from, in.to);
            case Reader.LIST, Reader.MAP -> copyAll(in, token == Reader.MAP, out);
            default -> throw new IllegalStateException("token " + token);
        }
    }

    private void copyAll(Reader in, boolean map, Encoded out) {
        int mark = open(out, map);
        int size = 0;
        for (int token = in.next(); token != Reader.END; token = in.next()) {
            copy(in, token, out);
            if (map) {
                afterKey(out);
                copy(in, in.next(), out);
            }
            size++;
        }
        close(out, map, mark, size);
    }

    /**
     * A value of the types of {@link io.polywire.model.Dict}, of another number type of Java, or a list or map of such.
     *
     * @throws IllegalArgumentException if it is none, or nested too deep
     */
    final void value(Encoded out, @Nullable Object value) {
        value(out, value, 1);
    }

    private void value(Encoded out, @Nullable Object value, int depth) {
        switch (value) {
            case null -> nothing(out);
            case String text -> text(out, text);
            case Boolean bool -> bool(out, bool);
            case Long integer -> integer(out, integer);
            case Integer integer -> integer(out, integer);
            case Double number -> number(out, number);
            case Map<?, ?> map -> map(out, map, depth);
            case Collection<?> list -> list(out, list, depth);
            case byte[] octets -> binary(out, octets, 0, octets.length);
            case BigInteger big when big.bitLength() > 63 -> big(out, big);
            case BigInteger integer -> integer(out, integer.longValue());
            case Short integer -> integer(out, integer);
            case Byte integer -> integer(out, integer);
            case Float number -> number(out, number);
            default ->
                throw new IllegalArgumentException(
                        "a " + value.getClass().getName() + " cannot be sent: it is no value of a message");
        }
    }

    final void map(Encoded out, Map<?, ?> map) {
        map(out, map, 1);
    }

    private void map(Encoded out, Map<?, ?> map, int depth) {
        checkDepth(depth);
        int mark = open(out, true);
        if (!map.isEmpty()) { // the common case of options makes no lambda
            map.forEach((key, value) -> entry(out, key, value, depth));
        }
        close(out, true, mark, map.size());
    }

    private void entry(Encoded out, @Nullable Object key, @Nullable Object value, int depth) {
        if (!(key instanceof String text)) {
            throw new IllegalArgumentException("a key of a map is not a string: " + key);
        }
        text(out, text);
        afterKey(out);
        value(out, value, depth + 1);
    }

    private void list(Encoded out, Collection<?> list, int depth) {
        checkDepth(depth);
        int mark = open(out, false);
        for (Object element : list) {
            value(out, element, depth + 1);
        }
        close(out, false, mark, list.size());
    }

    /** One less than a reader takes: what is written will be inside a message. */
    private static void checkDepth(int depth) {
        if (depth >= Reader.DEEPEST) {
            throw new IllegalArgumentException("lists and maps are nested deeper than " + (Reader.DEEPEST - 1));
        }
    }
}
