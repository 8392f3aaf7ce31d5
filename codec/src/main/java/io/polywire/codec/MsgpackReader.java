package io.polywire.codec;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * MessagePack (specification of 2013 and later: str and bin are distinct). Any width of a number or length is accepted.
 * An extension is read as binary, without its type; only undefined, as msgpackr writes it, as nil.
 */
final class MsgpackReader extends BinaryReader {
    private static final byte[] SIZES = new byte[256];

    static {
        Arrays.fill(SIZES, 0x00, 0x80, (byte) 1); // positive fixint
        Arrays.fill(SIZES, 0xE0, 0x100, (byte) 1); // negative fixint
        SIZES[0xC0] = SIZES[0xC2] = SIZES[0xC3] = 1; // nil, false, true
        SIZES[0xCC] = SIZES[0xD0] = 2;
        SIZES[0xCD] = SIZES[0xD1] = 3;
        SIZES[0xCE] = SIZES[0xD2] = SIZES[0xCA] = 5;
        SIZES[0xCF] = SIZES[0xD3] = SIZES[0xCB] = 9;
    }

    MsgpackReader() {
        super(SIZES);
    }

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
            case 0xA0, 0xB0 -> text(octet & 0x1F);
            case 0x90 -> open(octet & 0x0F, false);
            case 0x80 -> open(octet & 0x0F, true);
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
            case 0xCB -> number(Double.longBitsToDouble(s64()));
            case 0xCC -> integer(u8());
            case 0xCD -> integer(u16());
            case 0xCE -> integer(u32());
            case 0xCF -> unsigned(s64());
            case 0xD0 -> integer((byte) u8());
            case 0xD1 -> integer((short) u16());
            case 0xD2 -> integer(s32());
            case 0xD3 -> integer(s64());
            case 0xD4 -> extension(1);
            case 0xD5 -> extension(2);
            case 0xD6 -> extension(4);
            case 0xD7 -> extension(8);
            case 0xD8 -> extension(16);
            case 0xD9 -> text(u8());
            case 0xDA -> text(u16());
            case 0xDB -> text(u32());
            case 0xDC -> open(u16(), false);
            case 0xDD -> open(u32(), false);
            case 0xDE -> open(u16(), true);
            case 0xDF -> open(u32(), true);
            default -> {
                position--;
                throw violation("0xC1 begins no value");
            }
        };
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

    private int binary(long length) {
        slice(length);
        return BINARY;
    }

    /** What JavaScript writes for undefined, type 0 with one octet 0, stands for nothing; others are opaque. */
    private int extension(long length) {
        int type = u8();
        binary(length);
        return type == 0 && length == 1 && octets[position - 1] == 0 ? NULL : BINARY;
    }
}
