package io.polywire.hemi.message;

import java.util.Arrays;

/** Octets being written; used by one thread. */
final class Octets {
    private byte[] octets = new byte[256];
    private int length;

    void write(int octet) {
        room(1);
        octets[length++] = (byte) octet;
    }

    void write(byte[] from) {
        write(from, 0, from.length);
    }

    void write(byte[] from, int offset, int count) {
        room(count);
        System.arraycopy(from, offset, octets, length, count);
        length += count;
    }

    /** The octet that was written last; -1 if there is none. */
    int last() {
        return length == 0 ? -1 : octets[length - 1];
    }

    byte[] toByteArray() {
        return Arrays.copyOf(octets, length);
    }

    private void room(int count) {
        if (octets.length - length < count) {
            octets = Arrays.copyOf(octets, Math.max(octets.length * 2, Math.addExact(length, count)));
        }
    }
}
