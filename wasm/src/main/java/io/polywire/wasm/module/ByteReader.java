package io.polywire.wasm.module;

import io.polywire.wasm.module.ModuleException.Malformed;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads the primitive values of the binary format (specification 5.2) from a window of an array. */
public final class ByteReader {
    private final byte[] bytes;
    private int pos;
    private int end;

    public ByteReader(byte[] bytes, int pos, int end) {
        this.bytes = bytes;
        this.pos = pos;
        this.end = end;
    }

    public int pos() {
        return pos;
    }

    public int end() {
        return end;
    }

    public void seek(int newPos) {
        pos = newPos;
    }

    /** Moves the end of the window and returns where it was. */
    int limit(int newEnd) {
        int old = end;
        end = newEnd;
        return old;
    }

    public boolean atEnd() {
        return pos >= end;
    }

    public int remaining() {
        return end - pos;
    }

    /** The next byte without consuming it, -1 at the end. */
    public int peek() {
        return pos < end ? bytes[pos] & 0xff : -1;
    }

    /** One byte, unsigned. */
    public int u8() {
        if (pos >= end) {
            throw new Malformed("unexpected end", pos);
        }
        return bytes[pos++] & 0xff;
    }

    /** Unsigned LEB128 of at most 32 bits; the result is to be read as unsigned. */
    public int u32() {
        if (pos < end && bytes[pos] >= 0) {
            return bytes[pos++];
        }
        int start = pos;
        int result = 0;
        for (int shift = 0; ; shift += 7) {
            int b = u8();
            result |= (b & 0x7f) << shift;
            if (shift == 28) {
                if ((b & 0x80) != 0) {
                    throw new Malformed("integer representation too long", start);
                }
                if ((b & 0x70) != 0) {
                    throw new Malformed("integer too large", start);
                }
            }
            if ((b & 0x80) == 0) {
                return result;
            }
        }
    }

    /** Unsigned LEB128 of at most 64 bits; the result is to be read as unsigned. */
    public long u64() {
        int start = pos;
        long result = 0;
        for (int shift = 0; ; shift += 7) {
            int b = u8();
            result |= (long) (b & 0x7f) << shift;
            if (shift == 63 && b > 1) {
                throw new Malformed(b >= 0x80 ? "integer representation too long" : "integer too large", start);
            }
            if (b < 0x80) {
                return result;
            }
        }
    }

    /** Signed LEB128 of 32 bits. */
    public int s32() {
        return (int) signed(32);
    }

    /** Signed LEB128 of 33 bits, as in block types. */
    public long s33() {
        return signed(33);
    }

    /** Signed LEB128 of 64 bits. */
    public long s64() {
        return signed(64);
    }

    private long signed(int bits) {
        int start = pos;
        long result = 0;
        int shift = 0;
        while (true) {
            int b = u8();
            result |= (long) (b & 0x7f) << shift;
            shift += 7;
            if (shift >= bits) {
                if ((b & 0x80) != 0) {
                    throw new Malformed("integer representation too long", start);
                }
                int used = bits - (shift - 7);
                int spare = (b << 25 >> 25) >> (used - 1);
                if (spare != 0 && spare != -1) {
                    throw new Malformed("integer too large", start);
                }
            }
            if ((b & 0x80) == 0) {
                return shift < 64 ? result << (64 - shift) >> (64 - shift) : result;
            }
        }
    }

    /** Four bytes, little-endian. */
    public int fixed32() {
        need(4);
        int v = (bytes[pos] & 0xff)
                | (bytes[pos + 1] & 0xff) << 8
                | (bytes[pos + 2] & 0xff) << 16
                | (bytes[pos + 3] & 0xff) << 24;
        pos += 4;
        return v;
    }

    /** Eight bytes, little-endian. */
    public long fixed64() {
        long low = fixed32() & 0xffffffffL;
        return low | (long) fixed32() << 32;
    }

    /** Number of elements of a vector whose elements have at least {@code minSize} bytes each. */
    public int count(int minSize) {
        int start = pos;
        int n = u32();
        if (n < 0 || (long) n * minSize > remaining()) {
            throw new Malformed("unexpected end", start);
        }
        return n;
    }

    /** A length that must fit into the rest of the window. */
    public int length() {
        int start = pos;
        int n = u32();
        if (n < 0 || n > remaining()) {
            throw new Malformed("length out of bounds", start);
        }
        return n;
    }

    /** A name (specification 5.2.4). */
    public String name() {
        int n = length();
        try {
            String s = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, pos, n))
                    .toString();
            pos += n;
            return s;
        } catch (CharacterCodingException e) {
            throw new Malformed("malformed UTF-8 encoding", pos);
        }
    }

    public void skip(int n) {
        need(n);
        pos += n;
    }

    private void need(int n) {
        if (n > end - pos) {
            throw new Malformed("unexpected end", end);
        }
    }
}
