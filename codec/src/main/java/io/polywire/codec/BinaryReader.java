package io.polywire.codec;

/** What MessagePack and CBOR have in common: the first octet of a value tells what it is and how long. */
abstract class BinaryReader extends Reader {
    /** More than any list can hold, and even. */
    static final long UNKNOWN = Long.MAX_VALUE - 1;

    /** What is left in each open list or map, keys and values counted each: in a map, a key is next if it is even. */
    final long[] left = new long[DEEPEST + 1];

    final boolean[] inMap = new boolean[DEEPEST + 1];

    /** By first octet: the octets of a number or constant in all, 0 for everything else. */
    private final byte[] sizes;

    BinaryReader(byte[] sizes) {
        this.sizes = sizes;
    }

    /** Each element takes at least one octet, so a size that cannot be true is found before the elements are read. */
    final int open(long size, boolean map) {
        need(size);
        long values = map ? size * 2 : size;
        need(values);
        return enter(values, map);
    }

    final int enter(long values, boolean map) {
        open();
        left[depth] = values;
        inMap[depth] = map;
        return map ? MAP : LIST;
    }

    /** Goes over numbers and constants by their size alone; {@link #next} does the rest. */
    @Override
    final void skipOpen() {
        int outside = depth - 1;
        while (depth > outside) {
            int level = depth;
            boolean map = inMap[level];
            long rest = left[level];
            int at = position;
            while (rest > 0 && at < end && !(map && (rest & 1) == 0)) {
                int size = sizes[octets[at] & 0xFF];
                if (size == 0) {
                    break;
                }
                at += size;
                rest--;
            }
            if (at > end) {
                throw truncated();
            }
            left[level] = rest;
            position = at;
            next();
        }
    }

    final int u8() {
        need(1);
        return octets[position++] & 0xFF;
    }

    final int u16() {
        need(2);
        int value = (short) Octets.SHORT.get(octets, position) & 0xFFFF;
        position += 2;
        return value;
    }

    final int s32() {
        need(4);
        int value = (int) Octets.INT.get(octets, position);
        position += 4;
        return value;
    }

    final long u32() {
        return s32() & 0xFFFFFFFFL;
    }

    final long s64() {
        need(8);
        long value = (long) Octets.LONG.get(octets, position);
        position += 8;
        return value;
    }

    final int number(double value) {
        number = value;
        return NUMBER;
    }

    /** Takes so many octets as text. */
    final int text(long length) {
        slice(length);
        if (!Octets.utf8(octets, from, to)) {
            throw violation("a string is not valid UTF-8");
        }
        return TEXT;
    }

    /** Takes so many octets; the position is moved behind. */
    final void slice(long length) {
        need(length);
        source = octets;
        from = position;
        position += (int) length;
        to = position;
    }

    @Override
    final void finish() {
        if (position != end) {
            throw violation("octets follow the message");
        }
    }
}
