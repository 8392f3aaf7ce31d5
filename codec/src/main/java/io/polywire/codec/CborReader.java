package io.polywire.codec;

import io.polywire.model.ProtocolViolation;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * CBOR (RFC 8949), definite and indefinite lengths. Of the tags, bignums (2, 3) are understood; of anything else with
 * a tag, and of a bignum too large for {@link #LARGEST_INTEGER}, the inner value is read. Undefined and the simple values without a meaning are read as null.
 */
final class CborReader extends Reader {
    private static final int UNSIGNED = 0;
    private static final int NEGATIVE = 1;
    private static final int BYTES = 2;
    private static final int STRING = 3;
    private static final int ARRAY = 4;
    private static final int DICT = 5;
    private static final int TAG = 6;
    private static final int INDEFINITE = 31;
    private static final int BREAK = 0xFF;

    /** What is left in each open list or map, keys and values counted each; only its lowest bit counts if indefinite. */
    private final long[] left = new long[DEEPEST + 1];

    private final boolean[] inMap = new boolean[DEEPEST + 1];
    private final boolean[] indefinite = new boolean[DEEPEST + 1];

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
        int initial = octet();
        while (initial >> 5 == TAG) {
            tag = argument(initial & 31);
            initial = octet();
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

    private int octet() {
        if (position >= end) {
            throw truncated();
        }
        return octets[position++] & 0xFF;
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
        int size = 1 << info - 24;
        need(size);
        int at = position;
        position = at + size;
        return switch (size) {
            case 1 -> octets[at] & 0xFF;
            case 2 -> (short) Octets.SHORT.get(octets, at) & 0xFFFF;
            case 4 -> (int) Octets.INT.get(octets, at) & 0xFFFFFFFFL;
            default -> (long) Octets.LONG.get(octets, at);
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
            slice(argument(info));
            checkUtf8(from, to);
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
        for (int initial = octet(); initial != BREAK; initial = octet()) {
            if (initial >> 5 != major || (initial & 31) == INDEFINITE) {
                throw violation("a string of indefinite length holds something else");
            }
            slice(argument(initial & 31));
            if (major == STRING) {
                checkUtf8(from, to);
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
        long values = 0;
        if (!unknown) {
            long size = argument(info);
            need(size); // each element takes at least one octet: a size that cannot be true is found here
            values = map ? size * 2 : size;
            need(values);
        }
        open();
        left[depth] = values;
        inMap[depth] = map;
        indefinite[depth] = unknown;
        return map ? MAP : LIST;
    }

    private int simple(int info) {
        return switch (info) {
            case 20 -> FALSE;
            case 21 -> TRUE;
            case 24 -> {
                if (octet() < 32) {
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

    private int number(double value) {
        number = value;
        return NUMBER;
    }

    @Override
    void finish() {
        if (position != end) {
            throw violation("octets follow the message");
        }
    }
}
