package io.polywire.webwire.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Octets and what they are said to be.
 *
 * @param encoding the label
 * @param data owned by the payload: not to be changed afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by its octets below.
public record Payload(Encoding encoding, byte[] data) {
    /** No octets, binary. */
    public static final Payload EMPTY = new Payload(Encoding.BINARY, new byte[0]);

    /** Binary octets. */
    public static Payload binary(byte... data) {
        return new Payload(Encoding.BINARY, data);
    }

    /** A text in UTF-8. */
    public static Payload utf8(String text) {
        return new Payload(Encoding.UTF8, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A text in UTF-16, little-endian; an unpaired surrogate becomes U+FFFD. */
    public static Payload utf16(String text) {
        return new Payload(Encoding.UTF16, text.getBytes(StandardCharsets.UTF_16LE));
    }

    /** The octets read as text: UTF-16 little-endian if that is the label, UTF-8 else; what is malformed becomes U+FFFD. */
    public String text() {
        return new String(data, encoding == Encoding.UTF16 ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8);
    }

    public boolean isEmpty() {
        return data.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload p && p.encoding == encoding && Arrays.equals(p.data, data);
    }

    @Override
    public int hashCode() {
        return 31 * encoding.hashCode() + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        int shown = Math.min(data.length, 64);
        return encoding + " " + HexFormat.of().formatHex(data, 0, shown) + (shown < data.length ? "…" : "");
    }
}
