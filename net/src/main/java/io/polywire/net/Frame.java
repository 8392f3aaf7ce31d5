package io.polywire.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The WebSocket frame (RFC 6455, section 5.2):
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-------+-+-------------+-------------------------------+
 * |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
 * |I|S|S|S|  (4)  |A|     (7)     |           (16/64)             |
 * |N|V|V|V|       |S|             |  if payload len is 126/127    |
 * | |1|2|3|       |K|             |                               |
 * +-+-+-+-+-------+-+-------------+-------------------------------+
 * |  Extended payload length continued  |  Masking-key, if M set  |
 * +-------------------------------------+-------------------------+
 * </pre>
 */
final class Frame {
    static final int FIN = 0x80;
    static final int RESERVED = 0x70;
    static final int RSV1 = 0x40;
    static final int OPCODE = 0x0F;
    static final int MASKED = 0x80;
    static final int LENGTH = 0x7F;

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** The bit that tells control opcodes from data opcodes. */
    static final int CONTROL = 8;

    static final int LENGTH_16 = 126;
    static final int LENGTH_64 = 127;
    static final int LONGEST_CONTROL = 125;
    static final int LONGEST_HEADER = 14;

    static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_LE = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Frame() {}

    /** Octets of a header whose second octet is given. */
    static int headerLength(int second) {
        int length = second & LENGTH;
        int extended = length < LENGTH_16 ? 0 : length == LENGTH_16 ? 2 : 8;
        return 2 + extended + ((second & MASKED) != 0 ? 4 : 0);
    }

    /** The masking key at a position; its octet 0 is the low one, as {@link #mask} wants it. */
    static int key(byte[] in, int at) {
        return (int) INT_LE.get(in, at);
    }

    /** XORs the slice with the key, whose octet 0 (the low one) meets the first octet of the slice. */
    static void mask(byte[] data, int from, int to, int key) {
        long wide = (key & 0xFFFFFFFFL) | (long) key << 32;
        int i = from;
        for (int last = to - 8; i <= last; i += 8) {
            LONG_LE.set(data, i, (long) LONG_LE.get(data, i) ^ wide);
        }
        for (int rest = key; i < to; i++) {
            data[i] ^= (byte) rest;
            rest = Integer.rotateRight(rest, 8);
        }
    }

    /** The key as it meets the data after {@code n} octets. */
    static int rotate(int key, int n) {
        return Integer.rotateRight(key, (n & 3) * 8);
    }
}
