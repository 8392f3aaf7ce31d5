package io.polywire.codec;

import io.polywire.model.ProtocolViolation;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads octets token by token: the same tokens in all serializations, so that what reads messages, values or
 * translates needs to know none of them. Everything that a serialization forbids is found here, and so are keys that
 * are no strings, text that is no UTF-8, and deep nesting. Nothing is allocated by an announced length.
 *
 * <p>A message is one value; the payload of a message is one or two values in a row. Used by one thread at a time.
 */
abstract class Reader {
    /** The list or map that is open has ended. */
    static final int END = 0;

    static final int NULL = 1;
    static final int FALSE = 2;
    static final int TRUE = 3;
    /** In {@link #integer}. */
    static final int INTEGER = 4;
    /** An integer beyond 64 bits with sign; in {@link #big}. */
    static final int BIG = 5;
    /** In {@link #number}. */
    static final int NUMBER = 6;
    /** See {@link #text()} and {@link #plain()}; a key of a map is always this. */
    static final int TEXT = 7;
    /** From {@link #from} to {@link #to} of {@link #source}. */
    static final int BINARY = 8;

    static final int LIST = 9;
    static final int MAP = 10;

    /** How deep lists and maps may be in each other, the list of the message itself counted. */
    static final int DEEPEST = 64;

    /**
     * How many bits an integer may have: less than 1,000 decimal digits, because translating longer ones takes more than
     * linear time.
     */
    static final int LARGEST_INTEGER = 3321;

    byte[] octets = Octets.NONE;
    int position;
    int end;
    /** How many lists and maps are open. */
    int depth;
    /** Where the last token starts. */
    int start;

    long integer;
    double number;
    BigInteger big = BigInteger.ZERO;
    byte[] source = Octets.NONE;
    int from;
    int to;

    /** True while only the structure counts: values need not be made. */
    boolean skimming;

    /** How many more values may be made. */
    int allowance;

    private int base;

    /** Begins to read these octets. */
    void on(byte[] octets, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, octets.length);
        this.octets = octets;
        base = offset;
        position = offset;
        end = offset + length;
        depth = 0;
        skimming = false;
        allowance = Integer.MAX_VALUE;
    }

    /** Lets go of the octets: a reader that waits for its next message holds no memory. */
    final void release() {
        octets = Octets.NONE;
        source = Octets.NONE;
        big = BigInteger.ZERO;
    }

    /** The next token. */
    abstract int next();

    /** Nothing may follow the values read. */
    abstract void finish();

    /** Makes a {@link #TEXT} to be the UTF-8 from {@link #from} to {@link #to} of {@link #source}. */
    void plain() {}

    /** The {@link #TEXT}. */
    final String text() {
        plain();
        return Octets.text(source, from, to);
    }

    /** The {@link #TEXT}, if it is one of a few that come again and again. */
    final String knownText() {
        plain();
        return Octets.known(source, from, to);
    }

    /** Goes behind the end of the list or map that is open. */
    void skipOpen() {
        int outside = depth - 1;
        while (depth > outside) {
            next();
        }
    }

    /** Goes behind the value that begins with this token. */
    final void skip(int token) {
        if (token >= LIST) {
            skimming = true;
            skipOpen();
            skimming = false;
        }
    }

    /** The value that begins with this token, of the types of {@link io.polywire.model.Dict}; immutable. */
    final @Nullable Object value(int token) {
        if (--allowance < 0) {
            throw violation("there are too many values");
        }
        return switch (token) {
            case NULL -> null;
            case FALSE -> false;
            case TRUE -> true;
            case INTEGER -> integer;
            case BIG -> big;
            case NUMBER -> number;
            case TEXT -> text();
            case BINARY -> Arrays.copyOfRange(source, from, to);
            case LIST -> list();
            case MAP -> map();
            default -> throw new IllegalStateException("token " + token);
        };
    }

    /** After {@link #LIST}. Short lists are kept small: a hostile peer can send one in an octet. */
    final List<@Nullable Object> list() {
        int token = next();
        if (token == END) {
            return List.of();
        }
        Object first = value(token);
        token = next();
        if (token == END) {
            return Collections.singletonList(first);
        }
        ArrayList<@Nullable Object> list = new ArrayList<>();
        list.add(first);
        for (; token != END; token = next()) {
            list.add(value(token));
        }
        list.trimToSize();
        return Collections.unmodifiableList(list);
    }

    /** After {@link #MAP}. Of equal keys the last one wins. */
    final Map<String, @Nullable Object> map() {
        if (next() == END) {
            return Map.of();
        }
        String key = knownText();
        Object value = value(next());
        if (next() == END) {
            return Collections.singletonMap(key, value);
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put(key, value);
        do {
            key = knownText();
            map.put(key, value(next()));
        } while (next() != END);
        return Collections.unmodifiableMap(map);
    }

    final void open() {
        if (++depth > DEEPEST) {
            throw violation("lists and maps are nested deeper than " + DEEPEST);
        }
    }

    /** Checks that so many octets are left from the position on. */
    final void need(long count) {
        if (count < 0 || count > end - position) {
            throw truncated();
        }
    }

    final ProtocolViolation truncated() {
        return new ProtocolViolation(name() + ": the message is cut off after octet " + (end - base));
    }

    final ProtocolViolation keyViolation() {
        return violation("a key of a map is not a string");
    }

    /** Says what is wrong and where. */
    final ProtocolViolation violation(String what) {
        return new ProtocolViolation(name() + ": " + what + " at octet " + (Math.min(position, end) - base));
    }

    /** The name of the serialization. */
    abstract String name();
}
