package io.polywire.wamp.door;

import io.polywire.model.Serialization;
import io.polywire.net.ByteStream;
import io.polywire.net.CloseCode;
import io.polywire.net.StreamHandler;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes a RawSocket stream apart: the handshake, then frames. Owned by the connection's loop.
 *
 * <p>Frames that lie inside one read are passed on as slices of it; what is left over is kept, and grows as octets arrive,
 * never by the length that a header announces.
 */
final class RawSocketPeer implements StreamHandler {
    private static final byte[] NOTHING = {};

    private final WampDoor door;
    private @Nullable WampConnection connection;
    private byte[] held = NOTHING;
    private int heldLength;
    private boolean failed;
    private final long handshakeDeadline;
    private final boolean tooMany;

    /** @param tooMany whether its handshake is to be refused */
    RawSocketPeer(WampDoor door, boolean tooMany) {
        this.door = door;
        this.tooMany = tooMany;
        this.handshakeDeadline =
                System.nanoTime() + door.settings().helloTimeout().toNanos();
    }

    @Override
    public void onBytes(ByteStream stream, byte[] buf, int off, int len) {
        int end = off + len;
        int at = off;
        while (heldLength > 0 && at < end && !failed) {
            at += fill(stream, buf, at, end);
        }
        while (!failed) {
            int size = sizeAt(buf, at, end);
            if (size < 0 || size > end - at) {
                break;
            }
            take(stream, buf, at, size);
            at += size;
        }
        if (at < end && !failed) {
            hold(buf, at, end);
        }
    }

    /** Adds to what is held as much as the frame there lacks, and takes it when it is whole. */
    private int fill(ByteStream stream, byte[] buf, int at, int end) {
        int size = sizeAt(held, 0, heldLength);
        int lacking = (size < 0 ? RawSocket.HEADER : size) - heldLength;
        int part = Math.min(lacking, end - at);
        if (held.length < heldLength + part) {
            int room = Math.max(heldLength + part, size < 0 ? 0 : Math.min(size, 2 * heldLength));
            held = Arrays.copyOf(held, room);
        }
        System.arraycopy(buf, at, held, heldLength, part);
        heldLength += part;
        size = sizeAt(held, 0, heldLength);
        if (size == heldLength && !failed) {
            byte[] whole = held;
            held = NOTHING;
            heldLength = 0;
            take(stream, whole, 0, size);
        }
        return part;
    }

    private void hold(byte[] buf, int at, int end) {
        held = Arrays.copyOfRange(buf, at, end);
        heldLength = end - at;
    }

    /** Octets of the unit that begins there, its header included; -1 if that cannot be told yet. */
    private int sizeAt(byte[] buf, int at, int end) {
        if (end - at < RawSocket.HEADER) {
            return -1;
        }
        if (connection == null) {
            return RawSocket.HANDSHAKE;
        }
        int header = Octets.intAt(buf, at);
        int length = RawSocket.length(header);
        String wrong = RawSocket.reservedBits(header)
                ? "reserved bits are set in a frame"
                : RawSocket.type(header) > RawSocket.PONG
                        ? "a frame of the reserved type " + RawSocket.type(header)
                        : length > door.settings().messageLimit() || length > RawSocket.LONGEST
                                ? "a frame of " + length + " octets is over the limit"
                                : null;
        if (wrong != null) {
            fail(wrong);
            return -1;
        }
        return RawSocket.HEADER + length;
    }

    private void take(ByteStream stream, byte[] buf, int at, int size) {
        WampConnection to = connection;
        if (to == null) {
            handshake(stream, buf, at);
            return;
        }
        int header = Octets.intAt(buf, at);
        int from = at + RawSocket.HEADER;
        int length = size - RawSocket.HEADER;
        switch (RawSocket.type(header)) {
            case RawSocket.MESSAGE -> to.receive(buf, from, length);
            case RawSocket.PING -> {
                if (stream.queuedBytes() < door.settings().queueLimit()) { // who pings without reading gets no pongs
                    stream.output().writeInt(RawSocket.header(RawSocket.PONG, length));
                    stream.output().write(buf, from, length);
                }
            }
            default -> {} // a PONG that nobody waits for
        }
    }

    private void handshake(ByteStream stream, byte[] buf, int at) {
        int second = buf[at + 1] & 0xFF;
        Serialization serialization = RawSocket.serialization(second & 0x0F);
        if (buf[at] != RawSocket.MAGIC) {
            failed = true;
            stream.closeAfterFlush(CloseCode.PROTOCOL_ERROR, "no RawSocket handshake");
        } else if (buf[at + 2] != 0 || buf[at + 3] != 0) {
            refuse(stream, RawSocket.RESERVED_BITS);
        } else if (tooMany) {
            refuse(stream, RawSocket.TOO_MANY_CONNECTIONS);
        } else if (serialization == null) {
            refuse(stream, RawSocket.SERIALIZER_UNSUPPORTED);
        } else {
            int own = RawSocket.lengthNumber(door.settings().messageLimit());
            reply(stream, own << 4 | second & 0x0F);
            connection = door.open(new RawSocketWire(stream, serialization, 1 << 9 + (second >> 4)), Visit.NONE);
        }
    }

    private void refuse(ByteStream stream, int error) {
        failed = true;
        reply(stream, error << 4);
        stream.closeAfterFlush(CloseCode.PROTOCOL_ERROR, "RawSocket handshake refused with error " + error);
    }

    private static void reply(ByteStream stream, int second) {
        stream.output().writeInt(RawSocket.MAGIC << 24 | second << 16);
    }

    private void fail(String text) {
        failed = true;
        WampConnection c = connection;
        if (c != null) {
            c.violated(text, CloseCode.PROTOCOL_ERROR);
        }
    }

    @Override
    public void onReadComplete(ByteStream stream) {
        WampConnection c = connection;
        if (c != null) {
            c.receivedAll();
        }
    }

    @Override
    public void onDrained(ByteStream stream) {
        WampConnection c = connection;
        if (c != null) {
            c.drained();
        }
    }

    @Override
    public void onTick(ByteStream stream) {
        WampConnection c = connection;
        if (c != null) {
            c.tick();
        } else if (System.nanoTime() - handshakeDeadline > 0) {
            stream.closeAfterFlush(CloseCode.POLICY_VIOLATION, "no RawSocket handshake in time");
        }
    }

    @Override
    public void onClose(ByteStream stream, int code, String reason) {
        held = NOTHING;
        WampConnection c = connection;
        if (c != null) {
            c.lost();
        }
    }
}
