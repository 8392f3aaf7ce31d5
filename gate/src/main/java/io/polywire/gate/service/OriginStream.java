package io.polywire.gate.service;

import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream between a client and a program. Input goes into a ring as far as the peer has credit, and from there to the
 * program as far as it has granted. Output is handed to the peer as far as the window reaches, and comes back as
 * further window when the peer has consumed it. Guarded by the lock of {@link GuestServices}.
 */
final class OriginStream implements GuestStream, Outbox.Source {
    /** Most input bytes in the ring and on their way to it. */
    static final int READ_AHEAD = 128 << 10;

    /** Most output bytes that the peer has not consumed. */
    static final int WINDOW = 128 << 10;

    private static final int SUBSCRIBING = 1;
    private static final int OPEN = 2;
    private static final int SENDING = 4;

    private final Origin origin;
    private @Nullable GuestPeer peer;
    private boolean connected;
    private boolean queued;
    private int id = -1;

    // input: client to program
    private final Ring ring = new Ring(READ_AHEAD);
    private boolean reading;
    private int credit;
    private long granted;
    private boolean ended;
    private boolean unwanted;
    private boolean endSent;

    // output: program to client
    private int window;
    private int pending = WINDOW;
    private int unconsumed;
    private boolean outputEnded;
    private boolean written;
    private boolean writtenSent;

    OriginStream(Origin origin, GuestPeer peer) {
        this.origin = origin;
        this.peer = peer;
    }

    private OriginStream(Origin origin) {
        this.origin = origin;
        this.connected = true;
        this.pending = 0;
    }

    int id() {
        return id;
    }

    // ---- called by the origin, under the lock

    void accepted(int newId) {
        id = newId;
        connected = true;
        tell(p -> p.connected(this));
        queue();
    }

    boolean hasPeer() {
        return peer != null;
    }

    void refuse() {
        tell(GuestPeer::refused);
        peer = null;
    }

    /** The program lets more input come, or none any more. */
    void flow(int increment) {
        if (increment > 0 && !unwanted) {
            granted += increment;
            moreCredit();
        } else if (increment == 0 && !unwanted) {
            unwanted = true;
            dropInput();
            tell(GuestPeer::inputEnd);
        }
        queue();
        checkClosed();
    }

    /** The program sends output. */
    void data(byte[] bytes, int at, int length) {
        if (outputEnded || length > window) {
            return;
        }
        window -= length;
        if (length == 0) {
            outputEnded = true;
            if (peer == null) {
                written = true;
            }
            tell(GuestPeer::outputEnd);
        } else if (peer != null) {
            unconsumed += length;
            byte[] copy = Arrays.copyOfRange(bytes, at, at + length);
            tell(p -> p.output(copy));
        }
        queue();
        checkClosed();
    }

    /** Forgets input, except what belongs to a packet that the program has begun to read. */
    private void dropInput() {
        if (unwanted && !reading) {
            ring.clear();
        }
    }

    /** Takes the client away: the program sees the end of input and no further interest in output. */
    void disconnect() {
        peer = null;
        ended = true;
        written = true;
        pending = 0;
        queue();
    }

    /** Ends the stream because the program has stopped. */
    void stopped() {
        tell(GuestPeer::closed);
        disconnect();
    }

    private void moreCredit() {
        int room = READ_AHEAD - ring.size() - credit;
        if (peer != null && granted > 0 && !ended && !unwanted && room >= READ_AHEAD / 4) {
            credit += room;
            tell(p -> p.credit(room));
        }
    }

    private void tell(Consumer<GuestPeer> event) {
        GuestPeer p = peer;
        if (p != null) {
            origin.later(() -> event.accept(p));
        }
    }

    private void checkClosed() {
        boolean input = unwanted || endSent;
        if (peer != null && input && outputEnded && written) {
            tell(GuestPeer::closed);
            peer = null;
        }
        if (unwanted && endSent && outputEnded && writtenSent) {
            origin.remove(this);
        }
    }

    // ---- packets for the program

    private boolean hasNext() {
        return connected && (flowDue() || dataDue() || endDue() || writtenDue());
    }

    private boolean flowDue() {
        return pending > 0 && !written && (pending >= WINDOW / 4 || window < WINDOW / 2);
    }

    private boolean dataDue() {
        return ring.size() > 0 && granted > 0 && !unwanted;
    }

    private boolean endDue() {
        return !endSent && (unwanted || (ended && ring.size() == 0));
    }

    private boolean writtenDue() {
        return written && !writtenSent;
    }

    private void queue() {
        if (!queued && hasNext()) {
            queued = true;
            origin.queue(this);
        }
    }

    @Override
    public Outbox.@Nullable Packet next() {
        queued = false;
        Outbox.Packet packet = make();
        queue();
        return packet;
    }

    private Outbox.@Nullable Packet make() {
        if (!connected) {
            return null;
        }
        if (flowDue()) {
            int increment = pending;
            pending = 0;
            window += increment;
            return new Outbox.Packet(Packets.flow(origin.code(), id, increment), () -> {});
        }
        if (dataDue()) {
            int n = (int) Math.min(Math.min(ring.size(), granted), Packets.MAX_SIZE - Packets.DATA_HEADER);
            granted -= n;
            reading = true;
            return new Outbox.Packet(Packets.data(origin.code(), id, n), ring, n, this::packetRead);
        }
        if (endDue()) {
            endSent = true;
            checkClosed();
            return new Outbox.Packet(Packets.data(origin.code(), id, 0), () -> {});
        }
        if (writtenDue()) {
            writtenSent = true;
            checkClosed();
            return new Outbox.Packet(Packets.flow(origin.code(), id, 0), () -> {});
        }
        return null;
    }

    private void packetRead() {
        reading = false;
        dropInput();
        moreCredit();
        queue();
    }

    // ---- GuestStream, from any thread

    @Override
    public void input(ByteBuffer data) {
        origin.locked(() -> {
            int n = data.remaining();
            if (peer == null || ended || unwanted) {
                data.position(data.limit());
                return;
            }
            if (n > credit) {
                throw new IllegalArgumentException(n + " bytes of input, credit is " + credit);
            }
            credit -= n;
            ring.write(data);
            queue();
        });
    }

    @Override
    public void inputEnd() {
        origin.locked(() -> {
            ended = true;
            queue();
        });
    }

    @Override
    public void consumed(int bytes) {
        origin.locked(() -> {
            if (bytes < 0 || bytes > unconsumed) {
                throw new IllegalArgumentException(bytes + " bytes consumed of " + unconsumed);
            }
            unconsumed -= bytes;
            if (peer != null) {
                pending += bytes;
                queue();
            }
        });
    }

    @Override
    public void outputWritten() {
        origin.locked(() -> {
            if (outputEnded) {
                written = true;
                queue();
                checkClosed();
            }
        });
    }

    @Override
    public void lost() {
        origin.locked(() -> {
            if (connected) {
                disconnect();
                checkClosed();
            } else {
                peer = null;
                origin.cancel(this);
            }
        });
    }

    // ---- snapshots

    /** Writes the state of a stream whose client is not kept. */
    void save(ByteWriter w, Outbox outbox) {
        int begun = outbox.begun(ring);
        int n = unwanted ? 0 : ring.size() - begun;
        w.u32(id);
        w.u32((unwanted ? 0 : SUBSCRIBING) | (endSent ? 0 : SENDING));
        w.u32((int) Math.min(granted, Integer.MAX_VALUE)).u32(n).bytes(ring.peek(begun, n));
        w.u32((writtenSent ? 0 : SUBSCRIBING) | (outputEnded ? 0 : SENDING));
        w.u32(window).u32(0);
    }

    /** Reads what {@link #save} wrote. */
    static OriginStream restore(Origin origin, ByteReader in) {
        OriginStream s = new OriginStream(origin);
        s.id = in.u32();
        int read = flags(in);
        s.unwanted = (read & SUBSCRIBING) == 0;
        s.endSent = (read & SENDING) == 0;
        s.granted = Integer.toUnsignedLong(in.u32());
        byte[] data = new byte[in.length()];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) in.u8();
        }
        if (!s.unwanted) {
            s.ring.write(ByteBuffer.wrap(data));
        }
        int write = flags(in);
        s.writtenSent = (write & SUBSCRIBING) == 0;
        s.outputEnded = (write & SENDING) == 0;
        s.window = Math.clamp(Integer.toUnsignedLong(in.u32()), 0, WINDOW);
        in.skip(in.length());
        if (s.id < 0) {
            throw new IllegalArgumentException("stream id " + s.id);
        }
        s.ended = true;
        s.written = true;
        return s;
    }

    private static int flags(ByteReader in) {
        int flags = in.u32();
        if ((flags & ~(SUBSCRIBING | OPEN | SENDING)) != 0) {
            throw new IllegalArgumentException("stream flags " + Integer.toUnsignedString(flags));
        }
        return flags;
    }

    /** Lets a restored stream tell the program that the client has gone. */
    void resume() {
        queue();
    }
}
