package io.polywire.gate.service;

import java.util.Arrays;

/** Cuts what the program sends into packets. Guarded by the lock of {@link GuestServices}. */
final class Inbox {
    /** Takes packets. */
    interface Handler {
        /** Handles a packet of the given size; the array is valid during the call only. */
        void packet(byte[] bytes, int at, int size);

        /** Whether no packet can be taken now. */
        boolean full();
    }

    private final Handler handler;
    private byte[] partial = {};
    private int count;

    Inbox(Handler handler) {
        this.handler = handler;
    }

    /**
     * Takes bytes; returns how many, which are fewer if the handler is full.
     *
     * @throws AbiViolationException if a packet's size is impossible, or from the handler
     */
    int write(byte[] from, int at, int length) {
        int n = 0;
        while (n < length) {
            if (count == 0 && length - n >= Packets.HEADER) {
                int size = size(from, at + n);
                int padded = Packets.padded(size);
                if (length - n >= padded) {
                    if (handler.full()) {
                        return n;
                    }
                    handler.packet(from, at + n, size);
                    n += padded;
                    continue;
                }
            }
            int taken = collect(from, at + n, length - n);
            if (taken == 0) {
                return n;
            }
            n += taken;
        }
        return n;
    }

    /** Adds to the packet that is not complete, but not its last byte if the handler is full. */
    private int collect(byte[] from, int at, int length) {
        int wanted = count < Packets.HEADER ? Packets.HEADER : Packets.padded(size(partial, 0));
        int n = Math.min(length, wanted - count);
        if (count + n == wanted && handler.full()) {
            n--;
        }
        if (partial.length < wanted) {
            partial = Arrays.copyOf(partial, wanted);
        }
        System.arraycopy(from, at, partial, count, n);
        count += n;
        if (count == wanted && count >= Packets.HEADER) {
            int size = size(partial, 0);
            if (count == Packets.padded(size)) {
                handler.packet(partial, 0, size);
                count = 0;
            }
        }
        return n;
    }

    private static int size(byte[] bytes, int at) {
        int size = Packets.i32(bytes, at);
        if (size < Packets.HEADER || size > Packets.MAX_SIZE) {
            throw new AbiViolationException("runtime: invalid op packet size: " + Integer.toUnsignedString(size));
        }
        return size;
    }

    /** The beginning of a packet that is not complete. */
    byte[] save() {
        return Arrays.copyOf(partial, count);
    }

    /**
     * Puts back what {@link #save} returned.
     *
     * @throws IllegalArgumentException if it is not the beginning of a packet
     */
    void restore(byte[] bytes) {
        boolean complete;
        try {
            complete = bytes.length >= Packets.HEADER && bytes.length >= Packets.padded(size(bytes, 0));
        } catch (AbiViolationException e) {
            throw new IllegalArgumentException(e.text(), e);
        }
        if (complete) {
            throw new IllegalArgumentException("output buffer has a complete packet");
        }
        partial = bytes;
        count = bytes.length;
    }
}
