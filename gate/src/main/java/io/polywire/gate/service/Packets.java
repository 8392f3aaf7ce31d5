package io.polywire.gate.service;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Layout of packets: u32 size (with header, without padding), i16 code, u8 domain in the low four bits, u8 index, content,
 * 0 to 7 bytes of padding. All numbers are little-endian.
 */
final class Packets {
    static final int HEADER = 8;
    static final int DATA_HEADER = 16;
    static final int MAX_SIZE = 65536;
    static final int MAX_SERVICES = 256;

    static final int CALL = 0;
    static final int INFO = 1;
    static final int FLOW = 2;
    static final int DATA = 3;

    /** Code of discovery packets. */
    static final int DISCOVERY = -1;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private Packets() {}

    static int i32(byte[] b, int at) {
        return (int) INT.get(b, at);
    }

    static void i32(byte[] b, int at, int v) {
        INT.set(b, at, v);
    }

    static int i16(byte[] b, int at) {
        return (short) SHORT.get(b, at);
    }

    static void i16(byte[] b, int at, int v) {
        SHORT.set(b, at, (short) v);
    }

    /** Size with padding. */
    static int padded(int size) {
        return (size + 7) & ~7;
    }

    /** A packet with room for so many bytes of content, padding included in the array. */
    static byte[] packet(int code, int domain, int index, int content) {
        byte[] p = new byte[padded(HEADER + content)];
        header(p, HEADER + content, code, domain, index);
        return p;
    }

    static void header(byte[] p, int size, int code, int domain, int index) {
        i32(p, 0, size);
        i16(p, 4, code);
        p[6] = (byte) domain;
        p[7] = (byte) index;
    }

    static byte[] packet(int code, int domain, int index, byte[] content) {
        byte[] p = packet(code, domain, index, content.length);
        System.arraycopy(content, 0, p, HEADER, content.length);
        return p;
    }

    /** A flow packet with one entry. */
    static byte[] flow(int code, int stream, int increment) {
        byte[] p = packet(code, FLOW, 0, 8);
        i32(p, 8, stream);
        i32(p, 12, increment);
        return p;
    }

    /** Header of a data packet. */
    static byte[] data(int code, int stream, int length) {
        byte[] p = new byte[DATA_HEADER];
        header(p, DATA_HEADER + length, code, DATA, 0);
        i32(p, 8, stream);
        return p;
    }
}
