package io.polywire.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import org.jspecify.annotations.Nullable;

/**
 * The outgoing octets of one connection.
 *
 * <p>Appending copies into a pooled direct buffer; nothing goes to the kernel before the end of the loop turn, when
 * everything appended in the turn is written at once. A connection without pending output holds no buffer.
 *
 * <p>Threads: owned by the connection's loop; only {@link #queuedBytes} may be read from anywhere. After the connection
 * was closed, what is appended is dropped.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
public final class Output {
    /** A full chunk is handed to the channel (still unflushed) and a new one begun. */
    private static final int CHUNK = 64 * 1024;

    /** Shared buffers from this size are queued as they are, smaller ones copied. */
    private static final int SHARE = 4 * 1024;

    private static final int SMALLEST = 256;

    static final WriteBufferWaterMark MARKS = new WriteBufferWaterMark(CHUNK, 4 * CHUNK);

    private final Channel channel;
    private final Loop loop;
    private @Nullable ByteBuf buffer;
    private int expected = SMALLEST;
    private boolean dirty;
    private boolean closed;
    private long octets;
    private @Nullable Runnable whenFlushed;

    Output(Channel channel, Loop loop) {
        this.channel = channel;
        this.loop = loop;
    }

    /** Appends one octet, the low eight bits. */
    public void writeByte(int value) {
        if (!closed) {
            room(1).writeByte(value);
        }
    }

    /** Appends two octets, big-endian. */
    public void writeShort(int value) {
        if (!closed) {
            room(2).writeShort(value);
        }
    }

    /** Appends four octets, big-endian. */
    public void writeInt(int value) {
        if (!closed) {
            room(4).writeInt(value);
        }
    }

    /** Appends eight octets, big-endian. */
    public void writeLong(long value) {
        if (!closed) {
            room(8).writeLong(value);
        }
    }

    /** Appends a copy of the slice; the array may be reused afterwards. */
    public void write(byte[] source, int offset, int length) {
        if (closed) {
            return;
        }
        if (length <= CHUNK) {
            room(length).writeBytes(source, offset, length);
            return;
        }
        for (int done = 0; done < length; ) {
            ByteBuf into = room(Math.min(length - done, CHUNK));
            int part = Math.min(length - done, into.writableBytes());
            into.writeBytes(source, offset + done, part);
            done += part;
        }
    }

    /** Appends a copy of the array. */
    public void write(byte[] source) {
        write(source, 0, source.length);
    }

    /**
     * Appends the readable octets of a buffer without touching its indices; a large one is retained, not copied, and must
     * not change afterwards. The caller keeps its own reference.
     */
    public void write(ByteBuf shared) {
        int length = shared.readableBytes();
        if (closed || length == 0) {
            return;
        }
        if (length < SHARE) {
            room(length).writeBytes(shared, shared.readerIndex(), length);
            return;
        }
        markDirty();
        handOver();
        count(length);
        channel.write(shared.retainedSlice(), channel.voidPromise());
    }

    /**
     * Octets appended but not yet taken by the kernel (with TLS, their encrypted size), and some 100 for every write. Readable from any thread; others
     * than the loop do not see what was appended in the current turn.
     */
    public long queuedBytes() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        ByteBuf now = loop.inLoop() ? buffer : null;
        long own = now == null ? 0 : now.readableBytes();
        return own + (pending == null ? 0 : pending.totalPendingWriteBytes());
    }

    /** Octets that were handed to the transport, before encryption; read elsewhere than on the loop, somewhat older. */
    public long octets() {
        return octets;
    }

    private void count(int length) {
        octets += length;
        loop.octetsOut += length;
    }

    /**
     * Sets the marks of the drain callback: once more than {@code high} octets are queued at the end of a turn, the
     * handler's {@code onDrained} is called when fewer than {@code low} are left. Default 256 KiB and 64 KiB.
     */
    public void marks(int low, int high) {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(low, high));
    }

    /** Whether the queue is below the high mark, or has fallen below the low one since. */
    public boolean writable() {
        return channel.isWritable();
    }

    /** Room for {@code n} octets, at most a chunk. */
    ByteBuf room(int n) {
        ByteBuf now = buffer;
        return now != null && now.writableBytes() >= n ? now : makeRoom(n);
    }

    private ByteBuf makeRoom(int n) {
        ByteBuf now = buffer;
        if (now != null) {
            int needed = now.readableBytes() + n;
            if (needed <= CHUNK) {
                return now.ensureWritable(n);
            }
            handOver();
            expected = CHUNK;
        }
        markDirty();
        now = channel.alloc().directBuffer(Math.max(expected, n));
        buffer = now;
        return now;
    }

    private void markDirty() {
        if (!dirty) {
            dirty = true;
            loop.markDirty(this);
        }
    }

    private void handOver() {
        ByteBuf now = buffer;
        if (now != null) {
            buffer = null;
            count(now.readableBytes());
            channel.write(now, channel.voidPromise());
        }
    }

    /** Called by the loop at the end of a turn. */
    void flush() {
        dirty = false;
        ByteBuf now = buffer;
        if (now != null) {
            // The next turn will probably write about as much as this one.
            int size = now.readableBytes();
            count(size);
            expected = Math.clamp(Integer.highestOneBit(Math.max(1, size)) * 2L, SMALLEST, CHUNK);
            buffer = null;
        }
        Runnable then = whenFlushed;
        if (then != null) {
            whenFlushed = null;
            channel.writeAndFlush(now == null ? Unpooled.EMPTY_BUFFER : now).addListener(f -> then.run());
        } else if (now != null) {
            channel.writeAndFlush(now, channel.voidPromise());
        } else {
            channel.flush();
        }
    }

    /** Takes nothing more, and runs the task when everything before was accepted by the kernel or has failed. */
    void finish(Runnable then) {
        closed = true;
        whenFlushed = then;
        markDirty();
    }

    /** The transport is gone. */
    void discard() {
        closed = true;
        ByteBuf now = buffer;
        if (now != null) {
            buffer = null;
            now.release();
        }
    }
}
