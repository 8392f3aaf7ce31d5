package io.polywire.codec;

import io.polywire.model.Payload;

/** What MessagePack and CBOR have in common: a head with the length comes before what it counts. */
abstract class BinaryWriter extends Writer {
    /** Writes the head of a list or map at a place with enough room. */
    abstract void head(byte[] octets, int at, boolean map, int size);

    /** Begins a string. */
    abstract void textHead(Encoded out, int length);

    /** Begins octets. */
    abstract void binaryHead(Encoded out, int length);

    @Override
    final void message(Encoded out, int elements) {
        open(out, false);
        head(out.head(), out.headLength() - 1, false, elements);
    }

    @Override
    final void payload(Encoded out, Payload payload) {
        out.body(payload.octets(), payload.offset(), payload.length());
    }

    @Override
    final void text(Encoded out, byte[] utf8, int from, int to) {
        textHead(out, to - from);
        out.append(utf8, from, to);
    }

    @Override
    final void afterKey(Encoded out) {}

    @Override
    final void binary(Encoded out, byte[] octets, int from, int to) {
        binaryHead(out, to - from);
        out.append(octets, from, to);
    }

    /** One octet is kept for the head: nearly always enough. */
    @Override
    final int open(Encoded out, boolean map) {
        int mark = out.headLength();
        out.append(0);
        return mark;
    }

    /** Writes the head; where it is longer than one octet, what follows is moved. */
    @Override
    final void close(Encoded out, boolean map, int mark, int size) {
        byte[] octets = out.room(5);
        int content = mark + 1;
        int end = out.headLength();
        int length = headLength(size);
        if (length > 1) {
            System.arraycopy(octets, content, octets, mark + length, end - content);
            out.headLength(end + length - 1);
        }
        head(octets, mark, map, size);
    }

    abstract int headLength(int size);

    static void octet(Encoded out, int first, int value) {
        byte[] octets = out.room(2);
        int at = out.headLength();
        octets[at] = (byte) first;
        octets[at + 1] = (byte) value;
        out.headLength(at + 2);
    }

    static void octets2(Encoded out, int first, int value) {
        byte[] octets = out.room(3);
        int at = out.headLength();
        octets[at] = (byte) first;
        Octets.SHORT.set(octets, at + 1, (short) value);
        out.headLength(at + 3);
    }

    static void octets4(Encoded out, int first, int value) {
        byte[] octets = out.room(5);
        int at = out.headLength();
        octets[at] = (byte) first;
        Octets.INT.set(octets, at + 1, value);
        out.headLength(at + 5);
    }

    static void octets8(Encoded out, int first, long value) {
        byte[] octets = out.room(9);
        int at = out.headLength();
        octets[at] = (byte) first;
        Octets.LONG.set(octets, at + 1, value);
        out.headLength(at + 9);
    }
}
