package io.polywire.ccproxy.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One JSON value exactly as it was written, without white space around it: {@code length} octets of UTF-8 from
 * {@code offset}. The array is shared, not copied.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record RawJson(byte[] bytes, int offset, int length) {
    /** The whole of {@code text}. */
    public static RawJson of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new RawJson(bytes, 0, bytes.length);
    }

    public byte[] toByteArray() {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawJson raw
                && Arrays.equals(bytes, offset, offset + length, raw.bytes, raw.offset, raw.offset + raw.length);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toByteArray());
    }

    @Override
    public String toString() {
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }
}
