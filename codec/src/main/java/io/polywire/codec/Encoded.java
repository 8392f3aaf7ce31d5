package io.polywire.codec;

import java.util.Arrays;

/**
 * An encoded message in three parts, so that a payload is copied once, from the octets received into the output buffer:
 * a head made here, a body that is a slice of somebody else's array, and a tail (the closing bracket of JSON).
 *
 * <p>Reused for message after message by one thread; the parts are valid until the next {@link #reset()}.
 */
public final class Encoded {
    private static final byte[] NOTHING = {};

    private byte[] head = new byte[512];
    private int headLength;
    private byte[] body = NOTHING;
    private int bodyOffset;
    private int bodyLength;
    private int tail = -1;

    /** Forgets the message. A head that grew large is given up, so that one large message does not cost for ever. */
    public void reset() {
        if (head.length > 1 << 16) {
            head = new byte[512];
        }
        headLength = 0;
        body = NOTHING;
        bodyOffset = 0;
        bodyLength = 0;
        tail = -1;
    }

    /** The number of octets of the whole message. */
    public int length() {
        return headLength + bodyLength + (tail < 0 ? 0 : 1);
    }

    public byte[] head() {
        return head;
    }

    public int headLength() {
        return headLength;
    }

    public byte[] body() {
        return body;
    }

    public int bodyOffset() {
        return bodyOffset;
    }

    public int bodyLength() {
        return bodyLength;
    }

    /** The last octet, or -1 if the message ends with its body. */
    public int tail() {
        return tail;
    }

    /** The whole message in an array of its own. */
    public byte[] toByteArray() {
        byte[] all = Arrays.copyOf(head, length());
        System.arraycopy(body, bodyOffset, all, headLength, bodyLength);
        if (tail >= 0) {
            all[all.length - 1] = (byte) tail;
        }
        return all;
    }

    /** Room for so many more octets of head. The array to write to, from {@link #headLength()} on. */
    byte[] room(int octets) {
        if (head.length - headLength < octets) {
            head = Arrays.copyOf(head, Math.max(head.length * 2, Math.addExact(headLength, octets)));
        }
        return head;
    }

    /** Adds an octet to the head. */
    void append(int octet) {
        room(1)[headLength++] = (byte) octet;
    }

    /** Adds octets to the head. */
    void append(byte[] octets, int from, int to) {
        System.arraycopy(octets, from, room(to - from), headLength, to - from);
        headLength += to - from;
    }

    void headLength(int length) {
        headLength = length;
    }

    void body(byte[] octets, int offset, int length) {
        body = octets;
        bodyOffset = offset;
        bodyLength = length;
    }

    void tail(int octet) {
        tail = octet;
    }
}
