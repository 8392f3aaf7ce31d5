package io.polywire.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Words in a byte array, UTF-8, and the strings that come again and again.
 *
 * <p>Thread-safe. URIs and keys of options are few and are sent in every message: {@link #known} gives the same String
 * for the same octets, so that none is made and its hash is known already. The table is direct-mapped and shared by all
 * threads without a lock: a race only costs a String, because an entry has final fields only.
 */
final class Octets {
    static final byte[] NONE = {};

    static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    /** Little-endian, so that the first octet is in the lowest bits. */
    static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private static final int LONGEST_KNOWN = 128;
    private static final @Nullable Known[] KNOWN = new @Nullable Known[2048];

    @SuppressWarnings("ArrayRecordComponent") // never compared, never shown
    private record Known(byte[] octets, String text) {}

    private Octets() {}

    /** The String of valid UTF-8; the same one as the last time, if it is short and came lately. */
    static String known(byte[] octets, int from, int to) {
        if (to - from > LONGEST_KNOWN) {
            return text(octets, from, to);
        }
        int slot = hash(octets, from, to) & KNOWN.length - 1;
        Known known = KNOWN[slot];
        if (known == null || !Arrays.equals(known.octets, 0, known.octets.length, octets, from, to)) {
            known = new Known(Arrays.copyOfRange(octets, from, to), text(octets, from, to));
            KNOWN[slot] = known;
        }
        return known.text;
    }

    static String text(byte[] octets, int from, int to) {
        return new String(octets, from, to - from, StandardCharsets.UTF_8);
    }

    private static int hash(byte[] octets, int from, int to) {
        long hash = (long) to - from;
        int at = from;
        for (; at <= to - 8; at += 8) {
            hash = (hash ^ (long) WORD.get(octets, at)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        long rest = 0;
        for (; at < to; at++) {
            rest = rest << 8 | octets[at] & 0xFF;
        }
        return (int) ((hash ^ rest) * 0x9E3779B97F4A7C15L >>> 40);
    }

    /** Whether the octets are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. */
    static boolean utf8(byte[] octets, int from, int to) {
        int at = from;
        while (at < to) {
            while (at <= to - 8 && ((long) WORD.get(octets, at) & HIGH_BITS) == 0) {
                at += 8;
            }
            while (at < to && octets[at] >= 0) {
                at++;
            }
            while (at < to && octets[at] < 0) {
                int length = sequence(octets, at, to);
                if (length == 0) {
                    return false;
                }
                at += length;
            }
        }
        return true;
    }

    /** The length, 2 to 4, of the UTF-8 sequence that starts with this octet above 0x7F, or 0 if it is no valid one. */
    static int sequence(byte[] octets, int at, int to) {
        int lead = octets[at] & 0xFF;
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (at + length > to) {
            return 0;
        }
        int second = octets[at + 1] & 0xFF;
        int lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((octets[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /** Goes over ASCII that stands for itself in a JSON string, eight octets at a time. */
    static int ordinary(byte[] octets, int from, int to) {
        int at = from;
        for (; at <= to - 8; at += 8) {
            long word = (long) WORD.get(octets, at);
            long quote = word ^ ONES * '"';
            long backslash = word ^ ONES * '\\';
            // The lowest bit set belongs to the first octet that is a control character, ", \ or not ASCII.
            long special = (word - ONES * ' ' | quote - ONES | backslash - ONES | word) & HIGH_BITS;
            if (special != 0) {
                return at + (Long.numberOfTrailingZeros(special) >> 3);
            }
        }
        while (at < to && octets[at] >= ' ' && octets[at] != '"' && octets[at] != '\\') {
            at++;
        }
        return at;
    }
}
