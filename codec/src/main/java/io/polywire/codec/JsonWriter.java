package io.polywire.codec;

import io.polywire.model.Payload;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * JSON without white space; characters beyond ASCII are written as they are.
 *
 * <p>Whether a comma comes before a value can be seen from the octet before it: no value ends with an opening bracket or
 * a colon.
 */
final class JsonWriter extends Writer {
    private static final byte[] NULL = ascii("null");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] FALSE = ascii("false");
    /** Begins a string that stands for binary. */
    private static final byte[] BINARY = ascii("\"\\u0000");

    private static final byte[] HEX = ascii("0123456789abcdef");

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    void message(Encoded out, int elements) {
        out.append('[');
    }

    @Override
    void payload(Encoded out, Payload payload) {
        if (!payload.isEmpty()) {
            out.append(',');
            out.body(payload.octets(), payload.offset(), payload.length());
        }
        out.tail(']');
    }

    @Override
    void nothing(Encoded out) {
        literal(out, NULL);
    }

    @Override
    void bool(Encoded out, boolean value) {
        literal(out, value ? TRUE : FALSE);
    }

    @Override
    void integer(Encoded out, long value) {
        if (value == Long.MIN_VALUE) { // has no positive counterpart
            literal(out, ascii(Long.toString(value)));
            return;
        }
        comma(out);
        byte[] octets = out.room(20);
        int at = out.headLength();
        long rest = value;
        if (rest < 0) {
            octets[at++] = '-';
            rest = -rest;
        }
        int digits = 1;
        for (long power = 10; digits < 19 && rest >= power; power *= 10) {
            digits++;
        }
        for (int i = at + digits - 1; i >= at; i--) {
            octets[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        out.headLength(at + digits);
    }

    @Override
    void big(Encoded out, BigInteger value) {
        literal(out, ascii(value.toString()));
    }

    /** JSON has no infinity and no NaN: null. */
    @Override
    void number(Encoded out, double value) {
        literal(out, Double.isFinite(value) ? ascii(Double.toString(value)) : NULL);
    }

    @Override
    void text(Encoded out, byte[] utf8, int from, int to) {
        comma(out);
        out.append('"');
        int at = from;
        while (at < to) {
            int run = at;
            do {
                run = Octets.ordinary(utf8, run, to);
                while (run < to && utf8[run] < 0) {
                    run++;
                }
            } while (run < to && ordinary(utf8[run]));
            out.append(utf8, at, run);
            if (run < to) {
                escape(out, utf8[run++]);
            }
            at = run;
        }
        out.append('"');
    }

    private static boolean ordinary(byte octet) {
        return octet >= ' ' && octet != '"' && octet != '\\';
    }

    private static void escape(Encoded out, byte octet) {
        int letter = switch (octet) {
            case '"', '\\' -> octet;
            case '\b' -> 'b';
            case '\f' -> 'f';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            default -> 'u';
        };
        byte[] octets = out.room(6);
        int at = out.headLength();
        octets[at++] = '\\';
        octets[at++] = (byte) letter;
        if (letter == 'u') {
            octets[at++] = '0';
            octets[at++] = '0';
            octets[at++] = HEX[octet >> 4];
            octets[at++] = HEX[octet & 15];
        }
        out.headLength(at);
    }

    @Override
    void afterKey(Encoded out) {
        out.append(':');
    }

    @Override
    void binary(Encoded out, byte[] octets, int from, int to) {
        literal(out, BINARY);
        byte[] base64 = Base64.getEncoder().encode(Arrays.copyOfRange(octets, from, to));
        out.append(base64, 0, base64.length);
        out.append('"');
    }

    @Override
    int open(Encoded out, boolean map) {
        comma(out);
        out.append(map ? '{' : '[');
        return 0;
    }

    @Override
    void close(Encoded out, boolean map, int mark, int size) {
        out.append(map ? '}' : ']');
    }

    private static void literal(Encoded out, byte[] octets) {
        comma(out);
        out.append(octets, 0, octets.length);
    }

    private static void comma(Encoded out) {
        int length = out.headLength();
        if (length > 0) {
            byte before = out.head()[length - 1];
            if (before != '[' && before != '{' && before != ':') {
                out.append(',');
            }
        }
    }
}
