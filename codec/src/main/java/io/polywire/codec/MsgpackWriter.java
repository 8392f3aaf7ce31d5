package io.polywire.codec;

import java.math.BigInteger;

/** MessagePack: integers, lengths and sizes in the smallest form, numbers with 64 bits. */
final class MsgpackWriter extends BinaryWriter {
    @Override
    void nothing(Encoded out) {
        out.append(0xC0);
    }

    @Override
    void bool(Encoded out, boolean value) {
        out.append(value ? 0xC3 : 0xC2);
    }

    @Override
    void integer(Encoded out, long value) {
        if (value >= -32 && value < 128) {
            out.append((int) value);
        } else if (value >= 0) {
            if (value < 1 << 8) {
                octet(out, 0xCC, (int) value);
            } else if (value < 1 << 16) {
                octets2(out, 0xCD, (int) value);
            } else if (value < 1L << 32) {
                octets4(out, 0xCE, (int) value);
            } else {
                octets8(out, 0xCF, value);
            }
        } else if (value >= Byte.MIN_VALUE) {
            octet(out, 0xD0, (int) value);
        } else if (value >= Short.MIN_VALUE) {
            octets2(out, 0xD1, (int) value);
        } else if (value >= Integer.MIN_VALUE) {
            octets4(out, 0xD2, (int) value);
        } else {
            octets8(out, 0xD3, value);
        }
    }

    /** Beyond 64 bits MessagePack has no integer: the nearest double. */
    @Override
    void big(Encoded out, BigInteger value) {
        if (value.signum() > 0 && value.bitLength() <= 64) {
            octets8(out, 0xCF, value.longValue());
        } else {
            number(out, value.doubleValue());
        }
    }

    @Override
    void number(Encoded out, double value) {
        octets8(out, 0xCB, Double.doubleToRawLongBits(value));
    }

    @Override
    void textHead(Encoded out, int length) {
        if (length < 32) {
            out.append(0xA0 | length);
        } else {
            sized(out, 0xD9, length);
        }
    }

    @Override
    void binaryHead(Encoded out, int length) {
        sized(out, 0xC4, length);
    }

    private static void sized(Encoded out, int first, int length) {
        if (length < 1 << 8) {
            octet(out, first, length);
        } else if (length < 1 << 16) {
            octets2(out, first + 1, length);
        } else {
            octets4(out, first + 2, length);
        }
    }

    @Override
    int headLength(int size) {
        return size < 16 ? 1 : size < 1 << 16 ? 3 : 5;
    }

    @Override
    void head(byte[] octets, int at, boolean map, int size) {
        if (size < 16) {
            octets[at] = (byte) ((map ? 0x80 : 0x90) | size);
        } else if (size < 1 << 16) {
            octets[at] = (byte) (map ? 0xDE : 0xDC);
            Octets.SHORT.set(octets, at + 1, (short) size);
        } else {
            octets[at] = (byte) (map ? 0xDF : 0xDD);
            Octets.INT.set(octets, at + 1, size);
        }
    }
}
