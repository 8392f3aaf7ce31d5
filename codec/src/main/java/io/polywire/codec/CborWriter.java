package io.polywire.codec;

import java.math.BigInteger;

/** CBOR (RFC 8949): definite lengths, heads in the smallest form, numbers with 64 bits. */
final class CborWriter extends BinaryWriter {
    private static final int BIGNUM = 0xC2;
    private static final int NEGATIVE_BIGNUM = 0xC3;

    @Override
    void nothing(Encoded out) {
        out.append(0xF6);
    }

    @Override
    void bool(Encoded out, boolean value) {
        out.append(value ? 0xF5 : 0xF4);
    }

    @Override
    void integer(Encoded out, long value) {
        if (value >= 0) {
            argument(out, 0x00, value);
        } else {
            argument(out, 0x20, ~value);
        }
    }

    private static void argument(Encoded out, int major, long value) {
        if (value < 24) {
            out.append(major | (int) value);
        } else if (value < 1 << 8) {
            octet(out, major | 24, (int) value);
        } else if (value < 1 << 16) {
            octets2(out, major | 25, (int) value);
        } else if (value < 1L << 32) {
            octets4(out, major | 26, (int) value);
        } else {
            octets8(out, major | 27, value);
        }
    }

    @Override
    void big(Encoded out, BigInteger value) {
        boolean negative = value.signum() < 0;
        BigInteger magnitude = negative ? value.not() : value;
        if (magnitude.bitLength() <= 64) {
            octets8(out, negative ? 0x3B : 0x1B, magnitude.longValue());
            return;
        }
        out.append(negative ? NEGATIVE_BIGNUM : BIGNUM);
        byte[] octets = magnitude.toByteArray();
        binary(out, octets, octets[0] == 0 ? 1 : 0, octets.length);
    }

    @Override
    void number(Encoded out, double value) {
        octets8(out, 0xFB, Double.doubleToRawLongBits(value));
    }

    @Override
    void textHead(Encoded out, int length) {
        argument(out, 0x60, length);
    }

    @Override
    void binaryHead(Encoded out, int length) {
        argument(out, 0x40, length);
    }

    @Override
    int headLength(int size) {
        return size < 24 ? 1 : size < 1 << 8 ? 2 : size < 1 << 16 ? 3 : 5;
    }

    @Override
    void head(byte[] octets, int at, boolean map, int size) {
        int major = map ? 0xA0 : 0x80;
        switch (headLength(size)) {
            case 1 -> octets[at] = (byte) (major | size);
            case 2 -> {
                octets[at] = (byte) (major | 24);
                octets[at + 1] = (byte) size;
            }
            case 3 -> {
                octets[at] = (byte) (major | 25);
                Octets.SHORT.set(octets, at + 1, (short) size);
            }
            default -> {
                octets[at] = (byte) (major | 26);
                Octets.INT.set(octets, at + 1, size);
            }
        }
    }
}
