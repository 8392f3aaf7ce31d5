package io.polywire.hemi.message;

import java.io.OutputStream;
import java.util.Arrays;

/** Octets being written; used by one thread. */
final class Octets extends OutputStream {
    private byte[] octets = new byte[256];
    private int length;

    @Override
    public void write(int octet) {
        room(1);
        octets[length++] = (byte) octet;
    }

    @Override
    public void write(byte[] from) {
        write(from, 0, from.length);
    }

    @Override
    public void write(byte[] from, int offset, int count) {
        room(count);
        System.arraycopy(from, offset, octets, length, count);
        length += count;
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
