package io.polywire.wamp.client.link;

import io.polywire.codec.Encoded;
import io.polywire.model.Serialization;
import io.polywire.net.ByteStream;
import io.polywire.net.CloseCode;
import io.polywire.net.NetException;
import io.polywire.net.Output;
import io.polywire.net.StreamHandler;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One message in each RawSocket frame, after the handshake. Owned by the loop of the connection, except {@link #handshake} and
 * {@link #giveUp}.
 *
 * <p>A frame that lies inside one read is passed on as a slice of it; what is left over is kept, and grows as octets arrive, never
 * by the length that a header announces.
 */
final class RawSocketLink extends SocketLink implements StreamHandler {
    private static final byte[] NOTHING = {};
    private static final int MISSES = 2;

    private final Serialization serialization;
    private final int receiveNumber;
    private final int sendLimit;
    private final long keepaliveNanos;
    private final CompletableFuture<RawSocketLink> ready = new CompletableFuture<>();
    private volatile @Nullable ByteStream stream;
    private boolean agreed;
    private boolean failed;
    private byte[] held = NOTHING;
    private int heldLength;
    private boolean heard;
    private long silentSince = System.nanoTime();
    private int misses;

    RawSocketLink(LinkHandler handler, Serialization serialization, int limit, Duration keepalive) {
        super(handler);
        this.serialization = serialization;
        this.receiveNumber = RawSocket.lengthNumber(limit);
        this.sendLimit = limit;
        this.keepaliveNanos = keepalive.toNanos();
    }

    /** Complete when the router has agreed. */
    CompletableFuture<RawSocketLink> ready() {
        return ready;
    }

    @Override
    public void onOpen(ByteStream s) {
        stream = s;
        s.output().writeInt(RawSocket.hello(receiveNumber, serialization));
    }

    /** Gives the router so long to answer. */
    void handshake(Duration left) {
        ByteStream s = stream;
        if (s != null && !ready.isDone()) {
            var timer = s.loop()
                    .schedule(
                            () -> ready.completeExceptionally(new NetException(
                                    "no RawSocket handshake with " + s.peer().address() + ": no answer in time")),
                            left);
            var _ = ready.whenComplete((ok, failure) -> timer.cancel(false));
        }
    }

    void giveUp() {
        ByteStream s = stream;
        if (s != null) {
            s.abort();
        }
    }

    @Override
    public void onBytes(ByteStream s, byte[] buf, int off, int len) {
        heard = true;
        int at = off;
        int end = off + len;
        while (heldLength > 0 && at < end && goesOn(s)) {
            at += fill(s, buf, at, end);
        }
        while (goesOn(s)) {
            int size = size(buf, at, end);
            if (size < 0 || size > end - at) {
                break;
            }
            take(s, buf, at, size);
            at += size;
        }
        if (at < end && goesOn(s)) {
            held = Arrays.copyOfRange(buf, at, end);
            heldLength = end - at;
        }
    }

    private boolean goesOn(ByteStream s) {
        return !failed && s.isOpen();
    }

    /** Adds to what is held as much as the frame there lacks, and takes it when it is whole. */
    private int fill(ByteStream s, byte[] buf, int at, int end) {
        int size = size(held, 0, heldLength);
        int part = Math.min((size < 0 ? RawSocket.HEADER : size) - heldLength, end - at);
        if (held.length < heldLength + part) {
            held = Arrays.copyOf(held, Math.max(heldLength + part, Math.min(size, 2 * heldLength)));
        }
        System.arraycopy(buf, at, held, heldLength, part);
        heldLength += part;
        if (size(held, 0, heldLength) == heldLength && goesOn(s)) {
            byte[] whole = held;
            int length = heldLength;
            held = NOTHING;
            heldLength = 0;
            take(s, whole, 0, length);
        }
        return part;
    }

    /** Octets of the unit that begins there, its header included; -1 if that cannot be told yet, or ever. */
    private int size(byte[] in, int at, int end) {
        if (failed || end - at < RawSocket.HEADER) {
            return -1;
        }
        if (!agreed) {
            return RawSocket.HEADER;
        }
        int header = intAt(in, at);
        int length = RawSocket.length(header);
        if (RawSocket.reservedBits(header)) {
            return wrong("reserved bits are set in a frame");
        }
        if (RawSocket.type(header) > RawSocket.PONG) {
            return wrong("a frame of the reserved type " + RawSocket.type(header));
        }
        if (length > RawSocket.limit(receiveNumber)) {
            return wrong(
                    "a frame of " + length + " octets, where " + RawSocket.limit(receiveNumber) + " are the limit");
        }
        return RawSocket.HEADER + length;
    }

    private int wrong(String text) {
        failed = true;
        violated(text);
        return -1;
    }

    private void take(ByteStream s, byte[] in, int at, int size) {
        if (!agreed) {
            answered(s, intAt(in, at));
            return;
        }
        int from = at + RawSocket.HEADER;
        int length = size - RawSocket.HEADER;
        switch (RawSocket.type(intAt(in, at))) {
            case RawSocket.MESSAGE -> receive(in, from, length);
            case RawSocket.PING -> {
                s.output().writeInt(RawSocket.header(RawSocket.PONG, length));
                s.output().write(in, from, length);
            }
            default -> {} // A PONG; that it came is all there is to know.
        }
    }

    private void answered(ByteStream s, int answer) {
        int number = answer >>> 20 & 15;
        int chosen = answer >>> 16 & 15;
        String wrong = null;
        if (answer >>> 24 != RawSocket.MAGIC) {
            wrong = "the answer does not begin with 0x7F: this is no RawSocket port";
        } else if (chosen == 0) {
            wrong = RawSocket.error(number);
        } else if (chosen != RawSocket.serialization(serialization)) {
            wrong = "the router answers with serialization " + chosen + ", which was not asked for";
        } else if ((answer & 0xFFFF) != 0) {
            wrong = "reserved octets are set in the router's answer";
        }
        if (wrong != null) {
            failed = true;
            ready.completeExceptionally(
                    new NetException("no RawSocket handshake with " + s.peer().address() + ": " + wrong));
            s.closeAfterFlush(CloseCode.PROTOCOL_ERROR, wrong);
            return;
        }
        agreed = true;
        if (ready.isDone()) {
            s.abort(); // Given up meanwhile.
            return;
        }
        opened(s, serialization, Math.min(sendLimit, RawSocket.limit(number)));
        ready.complete(this);
    }

    @Override
    void write(Encoded message) {
        Output out = connection().output();
        out.writeInt(RawSocket.header(RawSocket.MESSAGE, message.length()));
        out.write(message.head(), 0, message.headLength());
        out.write(message.body(), message.bodyOffset(), message.bodyLength());
        if (message.tail() >= 0) {
            out.writeByte(message.tail());
        }
    }

    @Override
    public void onTick(ByteStream s) {
        long now = System.nanoTime();
        if (heard) {
            heard = false;
            misses = 0;
            silentSince = now;
        } else if (agreed && keepaliveNanos > 0 && now - silentSince >= keepaliveNanos) {
            silentSince = now;
            if (misses++ < MISSES) {
                s.output().writeInt(RawSocket.header(RawSocket.PING, 0));
            } else {
                s.abort();
            }
        }
    }

    @Override
    public void onClose(ByteStream s, int code, String reason) {
        held = NOTHING;
        ready.completeExceptionally(
                new NetException("no RawSocket handshake with " + s.peer().address() + ": " + reason));
        lost(reason);
    }

    private static int intAt(byte[] in, int at) {
        return (in[at] & 0xFF) << 24 | (in[at + 1] & 0xFF) << 16 | (in[at + 2] & 0xFF) << 8 | in[at + 3] & 0xFF;
    }
}
