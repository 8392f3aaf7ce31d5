package io.polywire.gate.service;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A queue of bytes that grows up to a limit. Not thread-safe. */
final class Ring {
    private static final int FIRST = 1024;

    private final int limit;
    private byte[] bytes = {};
    private int head;
    private int size;

    /** @param limit most bytes, a power of two */
    Ring(int limit) {
        this.limit = limit;
    }

    int size() {
        return size;
    }

    private void reserve(int more) {
        int needed = size + more;
        if (needed > limit) {
            throw new IllegalArgumentException(needed + " bytes, at most " + limit + " are allowed");
        }
        if (needed > bytes.length) {
            byte[] larger = new byte[Math.max(FIRST, Integer.highestOneBit(needed * 2 - 1))];
            int n = size;
            read(larger, 0, n);
            bytes = larger;
            head = 0;
            size = n;
        }
    }

    void write(ByteBuffer from) {
        int n = from.remaining();
        reserve(n);
        int at = (head + size) & (bytes.length - 1);
        int first = Math.min(n, bytes.length - at);
        from.get(bytes, at, first);
        from.get(bytes, 0, n - first);
        size += n;
    }

    void read(byte[] to, int at, int n) {
        int first = Math.min(n, bytes.length - head);
        System.arraycopy(bytes, head, to, at, first);
        System.arraycopy(bytes, 0, to, at + first, n - first);
        size -= n;
        head = size == 0 ? 0 : (head + n) & (bytes.length - 1);
    }

    /** A copy of the n bytes that follow the first {@code skip} ones. */
    byte[] peek(int skip, int n) {
        byte[] copy = new byte[n];
        for (int i = 0; i < n; i++) {
            copy[i] = bytes[(head + skip + i) & (bytes.length - 1)];
        }
        return copy;
    }

    void clear() {
        bytes = Arrays.copyOf(bytes, 0);
        head = 0;
        size = 0;
    }
}
