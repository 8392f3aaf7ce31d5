package io.polywire.codec;

import java.math.BigInteger;

/**
 * MessagePack (specification of 2013 and later: str and bin are distinct). Any width of a number or length is accepted.
 * An extension is read as binary, without its type.
 */
final class MsgpackReader extends Reader {
    /** What is left in each open list or map; keys and values count each. */
    private final long[] left = new long[DEEPEST + 1];

    private final boolean[] inMap = new boolean[DEEPEST + 1];

    @Override
    String name() {
        return "MessagePack";
    }

    @Override
    int next() {
        int level = depth;
        boolean key = false;
        if (level > 0) {
            long rest = left[level];
            if (rest == 0) {
                depth = level - 1;
                return END;
            }
            key = inMap[level] && (rest & 1) == 0;
            left[level] = rest - 1;
        }
        int at = position;
        if (at >= end) {
            throw truncated();
        }
        start = at;
        byte octet = octets[at];
        if (key && (octet & 0xE0) != 0xA0 && (octet < (byte) 0xD9 || octet > (byte) 0xDB)) {
            throw keyViolation();
        }
        position = at + 1;
        if (octet >= -32) { // positive or negative fixint
            integer = octet;
            return INTEGER;
        }
        return switch (octet & 0xF0) {
            case 0xA0, 0xB0 -> string(octet & 0x1F);
            case 0x90 -> list(octet & 0x0F);
            case 0x80 -> map(octet & 0x0F);
            default -> longForm(octet & 0xFF);
        };
    }

    private int longForm(int octet) {
        return switch (octet) {
            case 0xC0 -> NULL;
            case 0xC2 -> FALSE;
            case 0xC3 -> TRUE;
            case 0xC4 -> binary(u8());
            case 0xC5 -> binary(u16());
            case 0xC6 -> binary(u32());
            case 0xC7 -> extension(u8());
            case 0xC8 -> extension(u16());
            case 0xC9 -> extension(u32());
            case 0xCA -> number(Float.intBitsToFloat(s32()));
            case 0xCB -> number(Double.longBitsToDouble(u64()));
            case 0xCC -> integer(u8());
            case 0xCD -> integer(u16());
            case 0xCE -> integer(u32());
            case 0xCF -> unsigned(u64());
            case 0xD0 -> integer((byte) u8());
            case 0xD1 -> integer((short) u16());
            case 0xD2 -> integer(s32());
            case 0xD3 -> integer(u64());
            case 0xD4 -> extension(1);
            case 0xD5 -> extension(2);
            case 0xD6 -> extension(4);
            case 0xD7 -> extension(8);
            case 0xD8 -> extension(16);
            case 0xD9 -> string(u8());
            case 0xDA -> string(u16());
            case 0xDB -> string(u32());
            case 0xDC -> list(u16());
            case 0xDD -> list(u32());
            case 0xDE -> map(u16());
            case 0xDF -> map(u32());
            default -> {
                position--;
                throw violation("0xC1 begins no value");
            }
        };
    }

    private int u8() {
        need(1);
        return octets[position++] & 0xFF;
    }

    private int u16() {
        need(2);
        int value = (short) Octets.SHORT.get(octets, position) & 0xFFFF;
        position += 2;
        return value;
    }

    private int s32() {
        need(4);
        int value = (int) Octets.INT.get(octets, position);
        position += 4;
        return value;
    }

    private long u32() {
        return s32() & 0xFFFFFFFFL;
    }

    private long u64() {
        need(8);
        long value = (long) Octets.LONG.get(octets, position);
        position += 8;
        return value;
    }

    private int integer(long value) {
        integer = value;
        return INTEGER;
    }

    private int unsigned(long value) {
        if (value >= 0) {
            return integer(value);
        }
        if (!skimming) {
            big = new BigInteger(Long.toUnsignedString(value));
        }
        return BIG;
    }

    private int number(double value) {
        number = value;
        return NUMBER;
    }

    private int string(long length) {
        slice(length);
        checkUtf8(from, to);
        return TEXT;
    }

    private int binary(long length) {
        slice(length);
        return BINARY;
    }

    private int extension(long length) {
        u8(); // the type
        return binary(length);
    }

    private int list(long size) {
        return open(size, false);
    }

    private int map(long size) {
        return open(size * 2, true);
    }

    /** Each element takes at least one octet, so a size that cannot be true is found before the elements are read. */
    private int open(long values, boolean map) {
        need(values);
        open();
        left[depth] = values;
        inMap[depth] = map;
        return map ? MAP : LIST;
    }

    @Override
    void finish() {
        if (position != end) {
            throw violation("octets follow the message");
        }
    }
}
