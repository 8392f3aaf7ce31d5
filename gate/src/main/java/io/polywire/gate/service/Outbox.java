package io.polywire.gate.service;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Packets for the program, in order. Data of streams are made into packets only when the program reads them. Guarded by
 * the lock of {@link GuestServices}.
 */
final class Outbox {
    /** Something that has packets for the program. */
    interface Source {
        /** Its next packet, null if there is none now. */
        @Nullable
        Packet next();
    }

    /** A packet: an array, then bytes of a ring, then padding. */
    static final class Packet implements Source {
        private final byte[] head;
        private final @Nullable Ring body;
        private final Runnable read;
        private int pos;
        private int left;
        private int padding;

        /** @param read is called when all of it has been read */
        Packet(byte[] head, Runnable read) {
            this(head, null, 0, read);
        }

        Packet(byte[] head, @Nullable Ring body, int length, Runnable read) {
            this.head = head;
            this.body = body;
            this.left = length;
            this.padding = -length & 7;
            this.read = read;
        }

        @Override
        public Packet next() {
            return this;
        }

        private int copy(byte[] to, int at, int room) {
            int n = Math.min(room, head.length - pos);
            System.arraycopy(head, pos, to, at, n);
            pos += n;
            if (body != null && n < room && left > 0) {
                int m = Math.min(room - n, left);
                body.read(to, at + n, m);
                left -= m;
                n += m;
            }
            while (n < room && left == 0 && padding > 0) {
                to[at + n++] = 0;
                padding--;
            }
            return n;
        }

        private boolean done() {
            return pos == head.length && left == 0 && padding == 0;
        }

        private void save(ByteArrayOutputStream out) {
            out.write(head, pos, head.length - pos);
            if (body != null) {
                out.writeBytes(body.peek(0, left));
            }
            out.write(new byte[padding], 0, padding);
        }

        /** Bytes of the ring that belong to this packet. */
        private int taken() {
            return left;
        }
    }

    private final Deque<Source> queue = new ArrayDeque<>();
    private @Nullable Packet current;

    void add(Source source) {
        queue.add(source);
    }

    void add(byte[] packet) {
        add(packet, () -> {});
    }

    void add(byte[] packet, Runnable read) {
        queue.add(new Packet(packet, read));
    }

    boolean isEmpty() {
        return current == null && queue.isEmpty();
    }

    /** Copies bytes of packets; returns how many. */
    int read(byte[] to, int at, int room) {
        int n = 0;
        while (n < room) {
            Packet p = current;
            if (p == null) {
                p = next();
                if (p == null) {
                    break;
                }
                current = p;
            }
            n += p.copy(to, at + n, room - n);
            if (p.done()) {
                current = null;
                p.read.run();
            }
        }
        return n;
    }

    private @Nullable Packet next() {
        while (true) {
            Source s = queue.poll();
            if (s == null) {
                return null;
            }
            Packet p = s.next();
            if (p != null) {
                return p;
            }
        }
    }

    /** Bytes at the beginning of a ring that belong to a packet which the program has begun to read. */
    int begun(Ring ring) {
        return current != null && current.body == ring ? current.taken() : 0;
    }

    /** All bytes that the program would read, except those which streams would make into packets. */
    byte[] save() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (current != null) {
            current.save(out);
        }
        for (Source s : queue) {
            if (s instanceof Packet p) {
                p.save(out);
            }
        }
        return out.toByteArray();
    }

    void clear() {
        current = null;
        queue.clear();
    }
}
