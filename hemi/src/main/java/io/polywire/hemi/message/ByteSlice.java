package io.polywire.hemi.message;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Octets in a payload: hexadecimal digits in JSON, lower case and without prefix when written; an optional {@code 0x} and
 * any case are read. Immutable.
 */
public final class ByteSlice {
    public static final ByteSlice EMPTY = new ByteSlice(new byte[0]);

    private final byte[] octets;

    private ByteSlice(byte[] octets) {
        this.octets = octets;
    }

    /** A copy of the octets. */
    public static ByteSlice of(byte... octets) {
        return octets.length == 0 ? EMPTY : new ByteSlice(octets.clone());
    }

    /**
     * @param hex an even number of digits, after {@code 0x} or not
     * @throws IllegalArgumentException if it is not
     */
    public static ByteSlice ofHex(String hex) {
        String digits = hex.startsWith("0x") || hex.startsWith("0X") ? hex.substring(2) : hex;
        return digits.isEmpty() ? EMPTY : new ByteSlice(HexFormat.of().parseHex(digits));
    }

    public int length() {
        return octets.length;
    }

    /** A copy. */
    public byte[] toByteArray() {
        return octets.clone();
    }

    /** The digits, in lower case. */
    public String hex() {
        return HexFormat.of().formatHex(octets);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ByteSlice b && Arrays.equals(octets, b.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return hex();
    }
}
