package io.polywire.wasm.module;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the primitive values of the binary format (specification 5.2). */
public final class ByteWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public ByteWriter u8(int v) {
        out.write(v);
        return this;
    }

    /** Unsigned LEB128 of 32 bits. */
    public ByteWriter u32(int v) {
        int rest = v;
        while ((rest & ~0x7f) != 0) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        return this;
    }

    /** Signed LEB128; also good for 32 bits if the value is in range. */
    public ByteWriter s64(long v) {
        long rest = v;
        while (rest < -64 || rest > 63) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>= 7;
        }
        out.write((int) rest & 0x7f);
        return this;
    }

    /** Little-endian bytes of a number. */
    public ByteWriter fixed(long v, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (v >>> (8 * i)));
        }
        return this;
    }

    public ByteWriter bytes(byte[] b) {
        return bytes(b, 0, b.length);
    }

    public ByteWriter bytes(byte[] b, int from, int length) {
        out.write(b, from, length);
        return this;
    }

    public ByteWriter name(String s) {
        byte[] b = s.getBytes(StandardCharsets.UTF_8);
        return u32(b.length).bytes(b);
    }

    /** A section with its length. */
    public ByteWriter section(int id, ByteWriter content) {
        return u8(id).u32(content.size()).bytes(content.toBytes());
    }

    public int size() {
        return out.size();
    }

    public byte[] toBytes() {
        return out.toByteArray();
    }
}
