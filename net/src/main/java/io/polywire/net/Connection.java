package io.polywire.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * A connection, accepted or opened by this side.
 *
 * <p>Threads: everything belongs to the connection's {@link #loop}, except {@link #execute}, {@link #queuedBytes},
 * {@link #peer}, {@link #loop}, {@link #isOpen}, {@link #closeAfterFlush}, {@link #abort}, {@link #pauseReading} and
 * {@link #resumeReading}, which may be called from any thread.
 *
 * <p>Life: open; closing, when the handshake or the last flush is under way and input is thrown away; closed. The handler
 * hears of the end once, as soon as it is certain that the peer will send nothing more that counts.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
public abstract sealed class Connection extends Tended permits WebSocket, ByteStream {
    static final Logger LOG = System.getLogger("io.polywire.net");

    /** Bound for flushing what is queued and for the peer's answer to a close frame. */
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long input is thrown away after the last octet was sent; closing earlier could reset it away from the peer. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    final Channel channel;
    private final Loop loop;
    private final Output output;
    private final Peer peer;
    private volatile State state = State.OPEN;
    private boolean started;
    private boolean told;
    private boolean flushed;
    private boolean inputEnded;
    private int closeCode = CloseCode.ABNORMAL;
    private String closeReason = "connection lost";
    private long deadline;
    private long octetsIn;

    Connection(Channel channel, Loop loop, Peer peer) {
        this.channel = channel;
        this.loop = loop;
        this.output = new Output(channel, loop);
        this.peer = peer;
    }

    /** The loop that owns the connection. */
    public final Loop loop() {
        return loop;
    }

    /** Who is at the other end. */
    public final Peer peer() {
        return peer;
    }

    /** The outgoing octets; for a WebSocket only its marks and counters are of use, frames are appended by its methods. */
    public final Output output() {
        return output;
    }

    /** Runs the task on the connection's loop. */
    public final void execute(Runnable task) {
        loop.execute(task);
    }

    /** Octets received; read elsewhere than on the loop, somewhat older. */
    public final long octetsIn() {
        return octetsIn;
    }

    /** See {@link Output#octets}. */
    public final long octetsOut() {
        return output.octets();
    }

    /** See {@link Output#queuedBytes}. */
    public final long queuedBytes() {
        return output.queuedBytes();
    }

    /** Whether messages may still be sent and come in. */
    public final boolean isOpen() {
        return state == State.OPEN;
    }

    /** Reads nothing more from the peer; what was read already is still delivered, at most some reads of 64 KiB. */
    public final void pauseReading() {
        if (state != State.OPEN) {
            return; // Its farewell has to be read.
        }
        channel.config().setAutoRead(false);
    }

    /** Reads again. */
    public final void resumeReading() {
        channel.config().setAutoRead(true);
    }

    /**
     * Ends the connection in order: what was appended before is flushed, then a WebSocket sends a close frame and waits
     * for the peer's, then the transport is closed; all that within 10 seconds, after which it is cut. Nothing is
     * delivered any more but {@code onClose}. Without effect if the connection is not open.
     *
     * @param code close code; a byte stream only hands it to its handler
     * @param reason at most 123 octets of UTF-8, longer ones are cut
     */
    public final void closeAfterFlush(int code, String reason) {
        if (!loop.inLoop()) {
            execute(() -> closeAfterFlush(code, reason));
        } else if (begin(code, reason)) {
            farewell(code, reason);
            output.finish(this::flushed);
        }
    }

    /** Cuts the connection; what is queued is lost. */
    public final void abort() {
        if (!loop.inLoop()) {
            execute(this::abort);
        } else {
            begin(CloseCode.ABNORMAL, "aborted");
            channel.close();
        }
    }

    /** Appends the last words, if there are any. */
    abstract void farewell(int code, String reason);

    /** Whether the transport stays open for the peer's own farewell after ours was flushed. */
    abstract boolean awaitsFarewell();

    abstract void opened();

    abstract void bytes(byte[] in, int length);

    abstract void readComplete();

    abstract void drained();

    abstract void ticked(long now);

    abstract void ended(int code, String reason);

    /** From open to closing; false if it was not open. */
    final boolean begin(int code, String reason) {
        if (state != State.OPEN) {
            return false;
        }
        state = State.CLOSING;
        closeCode = code;
        closeReason = reason;
        deadline = System.nanoTime() + CLOSE_NANOS;
        // A paused peer's farewell and end of stream have to be seen.
        channel.config().setAutoRead(true);
        return true;
    }

    final int closeCode() {
        return closeCode;
    }

    final String closeReason() {
        return closeReason;
    }

    /** Closes the transport as soon as everything is flushed. */
    final void closeWhenFlushed() {
        inputEnded = true;
        if (flushed) {
            channel.close();
        }
    }

    private void flushed() {
        flushed = true;
        if (inputEnded) {
            channel.close();
        } else if (!awaitsFarewell()) {
            deadline = System.nanoTime() + LINGER_NANOS;
            Lingering.shutdownOutput(channel);
        }
    }

    /** Tells the handler of the end, once. */
    final void tell(int code, String reason) {
        if (!told) {
            told = true;
            guarded(() -> ended(code, reason));
        }
    }

    /** Opens the connection unless it has been. */
    final void start() {
        if (started) {
            return;
        }
        started = true;
        loop.tend(this);
        guarded(this::opened);
    }

    final void read(ByteBuf in) {
        start();
        int length = in.readableBytes();
        octetsIn += length;
        loop.octetsIn += length;
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        in.release();
        try {
            bytes(bytes, length);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    final void completeRead() {
        if (state == State.OPEN) {
            try {
                readComplete();
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    final void writabilityChanged() {
        if (state == State.OPEN && channel.isWritable()) {
            guarded(this::drained);
        }
    }

    /** The peer has ended its direction, or closed. */
    final void inputEnd() {
        if (begin(CloseCode.ABNORMAL, "closed by the peer")) {
            output.finish(this::flushed);
        }
        tell(closeCode, closeReason);
        closeWhenFlushed();
    }

    final void inactive() {
        begin(CloseCode.ABNORMAL, "connection lost");
        state = State.CLOSED;
        loop.forget(this);
        output.discard();
        tell(closeCode, closeReason);
    }

    final void broken(Throwable cause) {
        if (cause instanceof IOException) {
            begin(CloseCode.ABNORMAL, String.valueOf(cause.getMessage()));
            channel.close();
        } else {
            failed(cause);
        }
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void failed(Throwable cause) {
        LOG.log(Level.ERROR, "handler of the connection with " + peer.address() + " failed", cause);
        closeAfterFlush(CloseCode.INTERNAL_ERROR, "internal error");
    }

    @Override
    final void tick(long now) {
        if (state == State.OPEN) {
            guarded(() -> ticked(now));
        } else if (now - deadline > 0) {
            channel.close();
        }
    }

    @Override
    final void shutDown() {
        closeAfterFlush(CloseCode.GOING_AWAY, "shutting down");
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + " with " + peer.address();
    }
}
