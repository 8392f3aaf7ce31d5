package io.polywire.wamp.door;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.polywire.codec.Codec;
import io.polywire.codec.Encoded;
import io.polywire.model.Message;
import io.polywire.model.Serialization;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one loop share: the scratch space of encoding, the budget of queued octets, and the last event,
 * encoded once per serialization, whoever many get it. Owned by the loop.
 */
final class LoopShare {
    /** Events from this size on are sent to all receivers from one buffer; smaller ones are copied. */
    private static final int SHARE = 4 * 1024;

    final Encoded encoded = new Encoded();
    private final long budget;
    private final AtomicLong queued = new AtomicLong(); // also changed and read by realms on other loops

    private Message.@Nullable Event event;
    private final @Nullable Object[] kept = new @Nullable Object[Serialization.COUNT]; // byte[] or ByteBuf

    LoopShare(long budget) {
        this.budget = budget;
    }

    /** A connection's backlog has changed by so many octets. */
    void queued(long change) {
        queued.addAndGet(change);
    }

    /** Octets of all backlogs. Any thread. */
    long queued() {
        return queued.get();
    }

    /** How much a single connection may have queued: half of what is left, so that many slow ones share it. */
    long allowance() {
        return Math.max(0, budget - queued.get()) / 2;
    }

    /** Sends an event. The first receiver gets it as any message; for the second it is kept encoded, for all that follow. */
    @SuppressWarnings("ReferenceEquality") // the realm gives one instance to all receivers
    boolean send(Message.Event message, Wire wire, Codec codec) {
        if (message == event) {
            return write(wire, kept(message, wire.serialization(), codec));
        }
        forget();
        event = message;
        codec.encode(message, encoded);
        if (encoded.length() > wire.sendLimit()) {
            return false;
        }
        wire.write(encoded);
        return true;
    }

    private Object kept(Message message, Serialization serialization, Codec codec) {
        Object ready = kept[serialization.ordinal()];
        if (ready == null) {
            codec.encode(message, encoded);
            ready = encoded.length() < SHARE ? encoded.toByteArray() : buffer();
            kept[serialization.ordinal()] = ready;
        }
        return ready;
    }

    private ByteBuf buffer() {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(encoded.length());
        buffer.writeBytes(encoded.head(), 0, encoded.headLength());
        buffer.writeBytes(encoded.body(), encoded.bodyOffset(), encoded.bodyLength());
        if (encoded.tail() >= 0) {
            buffer.writeByte(encoded.tail());
        }
        return buffer;
    }

    private static boolean write(Wire wire, Object message) {
        int length = message instanceof ByteBuf shared ? shared.readableBytes() : ((byte[]) message).length;
        if (length > wire.sendLimit()) {
            return false;
        }
        if (message instanceof ByteBuf shared) {
            wire.write(shared);
        } else {
            wire.write((byte[]) message);
        }
        return true;
    }

    /** Gives up the event that was kept; called now and then too, so that a large one does not linger. */
    void forget() {
        if (event == null) {
            return;
        }
        event = null;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] instanceof ByteBuf shared) {
                shared.release();
            }
            kept[i] = null;
        }
    }
}
