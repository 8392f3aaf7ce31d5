package io.polywire.codec;

import io.polywire.model.ProtocolViolation;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * CBOR (RFC 8949), definite and indefinite lengths. Of the tags, bignums (2, 3) are understood; of anything else with
 * a tag, and of a bignum too large for {@link #LARGEST_INTEGER}, the inner value is read. Undefined and the simple values without a meaning are read as null.
 */
final class CborReader extends BinaryReader {
    private static final int UNSIGNED = 0;
    private static final int NEGATIVE = 1;
    private static final int BYTES = 2;
    private static final int STRING = 3;
    private static final int ARRAY = 4;
    private static final int DICT = 5;
    private static final int TAG = 6;
    private static final int INDEFINITE = 31;
    private static final int BREAK = 0xFF;

    private static final byte[] SIZES = new byte[256];

    static {
        for (int major = UNSIGNED; major <= NEGATIVE; major++) {
            Arrays.fill(SIZES, major << 5, (major << 5) + 24, (byte) 1);
            for (int i = 0; i < 4; i++) {
                SIZES[major << 5 | 24 + i] = (byte) (1 + (1 << i));
            }
        }
        Arrays.fill(SIZES, 0xF4, 0xF8, (byte) 1); // false, true, null, undefined
        SIZES[0xF9] = 3;
        SIZES[0xFA] = 5;
        SIZES[0xFB] = 9;
    }

    private final boolean[] indefinite = new boolean[DEEPEST + 1];

    CborReader() {
        super(SIZES);
    }

    @Override
    String name() {
        return "CBOR";
    }

    @Override
    int next() {
        int level = depth;
        boolean key = false;
        if (level > 0) {
            long rest = left[level];
            key = inMap[level] && (rest & 1) == 0;
            if (indefinite[level] ? isBreak(inMap[level] && !key) : rest == 0) {
                depth = level - 1;
                return END;
            }
            left[level] = rest - 1;
        }
        start = position;
        long tag = -1;
        int initial = u8();
        while (initial >> 5 == TAG) {
            tag = argument(initial & 31);
            initial = u8();
        }
        int info = initial & 31;
        if (key && initial >> 5 != STRING) {
            position--;
            throw keyViolation();
        }
        return switch (initial >> 5) {
            case UNSIGNED -> unsigned(argument(info));
            case NEGATIVE -> negative(argument(info));
            case BYTES -> binary(info, tag);
            case STRING -> string(info);
            case ARRAY -> open(info, false);
            case DICT -> open(info, true);
            default -> simple(info);
        };
    }

    private boolean isBreak(boolean valueMissing) {
        need(1);
        if ((octets[position] & 0xFF) != BREAK) {
            return false;
        }
        if (valueMissing) {
            throw violation("a map ends after a key");
        }
        position++;
        return true;
    }

    /** The argument of a head; negative if it is 2^63 or more. */
    private long argument(int info) {
        if (info < 24) {
            return info;
        }
        if (info > 27) {
            position--;
            throw violation("additional information " + info + " is not allowed here");
        }
        return switch (info) {
            case 24 -> u8();
            case 25 -> u16();
            case 26 -> u32();
            default -> s64();
        };
    }

    private int unsigned(long value) {
        integer = value;
        if (value < 0 && !skimming) {
            big = new BigInteger(Long.toUnsignedString(value));
        }
        return value < 0 ? BIG : INTEGER;
    }

    private int negative(long value) {
        integer = ~value;
        if (value < 0 && !skimming) {
            big = new BigInteger(Long.toUnsignedString(value)).not();
        }
        return value < 0 ? BIG : INTEGER;
    }

    private int string(int info) {
        if (info == INDEFINITE) {
            chunks(STRING);
        } else {
            text(argument(info));
        }
        return TEXT;
    }

    private int binary(int info, long tag) {
        if (info == INDEFINITE) {
            chunks(BYTES);
        } else {
            slice(argument(info));
        }
        if (tag != 2 && tag != 3 || skimming || to - from > LARGEST_INTEGER / 8 + 1) {
            return BINARY;
        }
        BigInteger magnitude = new BigInteger(1, source, from, to - from);
        if (magnitude.bitLength() > LARGEST_INTEGER) {
            return BINARY;
        }
        big = tag == 3 ? magnitude.not() : magnitude;
        if (big.bitLength() > 63) {
            return BIG;
        }
        integer = big.longValue();
        return INTEGER;
    }

    /** The definite parts of an indefinite string, each of them valid in itself. */
    private void chunks(int major) {
        byte[] all = Octets.NONE;
        int length = 0;
        for (int initial = u8(); initial != BREAK; initial = u8()) {
            if (initial >> 5 != major || (initial & 31) == INDEFINITE) {
                throw violation("a string of indefinite length holds something else");
            }
            if (major == STRING) {
                text(argument(initial & 31));
            } else {
                slice(argument(initial & 31));
            }
            int size = to - from;
            if (!skimming && size > 0) {
                if (all.length - length < size) {
                    all = Arrays.copyOf(all, Math.max(length * 2, length + size));
                }
                System.arraycopy(octets, from, all, length, size);
                length += size;
            }
        }
        source = all;
        from = 0;
        to = length;
    }

    private int open(int info, boolean map) {
        boolean unknown = info == INDEFINITE;
        int token = unknown ? enter(UNKNOWN, map) : open(argument(info), map);
        indefinite[depth] = unknown;
        return token;
    }

    private int simple(int info) {
        return switch (info) {
            case 20 -> FALSE;
            case 21 -> TRUE;
            case 24 -> {
                if (u8() < 32) {
                    throw wrongSimple();
                }
                yield NULL;
            }
            case 25 -> number(Float.float16ToFloat((short) argument(info)));
            case 26 -> number(Float.intBitsToFloat((int) argument(info)));
            case 27 -> number(Double.longBitsToDouble(argument(info)));
            case 28, 29, 30, 31 -> throw wrongSimple();
            default -> NULL; // null, undefined, and those without a meaning
        };
    }

    private ProtocolViolation wrongSimple() {
        position--;
        return violation("a simple value or break is not allowed here");
    }
}
