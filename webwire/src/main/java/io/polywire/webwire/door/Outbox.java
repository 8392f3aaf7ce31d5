package io.polywire.webwire.door;

import io.polywire.net.WebSocket;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a connection, for any thread. Messages leave in the order of the calls.
 *
 * <p>Threads: the loop writes to the socket; another thread queues here and wakes the loop, once for all that is queued
 * until the loop comes. While too much waits, {@link #send} blocks its caller, unless that is the loop.
 */
final class Outbox {
    private final WebSocket socket;
    private final int limit;
    private final Runnable drain = this::drain;

    // All guarded by this.
    private @Nullable ArrayList<byte[]> queue;
    private long queued;
    private int waiting;
    private boolean closed;

    Outbox(WebSocket socket, int limit) {
        this.socket = socket;
        this.limit = limit;
    }

    /** Sends a message as soon as there is room; false if the connection is over. */
    boolean send(byte[] message) {
        if (socket.loop().inLoop()) {
            return post(message);
        }
        synchronized (this) {
            waiting++;
            try {
                while (!closed && queued + socket.queuedBytes() > limit) {
                    wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                waiting--;
            }
        }
        return post(message);
    }

    /** Sends a message without waiting for room; false if the connection is over. */
    boolean post(byte[] message) {
        boolean loop = socket.loop().inLoop();
        synchronized (this) {
            if (closed) {
                return false;
            }
            ArrayList<byte[]> before = queue;
            if (before == null && loop) {
                socket.send(message, 0, message.length, false);
                return true;
            }
            queued += message.length;
            if (before != null) {
                before.add(message);
                return true;
            }
            queue = new ArrayList<>(4);
            queue.add(message);
        }
        socket.execute(drain);
        return true;
    }

    private void drain() {
        ArrayList<byte[]> messages;
        synchronized (this) {
            messages = queue;
            queue = null;
            queued = 0;
            if (messages == null) {
                return;
            }
            for (byte[] message : messages) {
                socket.send(message, 0, message.length, false);
            }
        }
    }

    /** Octets that wait for the peer to read them. */
    long queued() {
        long own;
        synchronized (this) {
            own = queued;
        }
        return own + socket.queuedBytes();
    }

    /** Whether so much waits that whoever sends more has to wait too. */
    boolean full() {
        return queued() > limit;
    }

    /** The socket has room again, or is over: whoever waits looks again. */
    synchronized void room() {
        if (waiting > 0) {
            notifyAll();
        }
    }

    /** Takes nothing more; what was taken is still sent, then the connection is closed with the code. */
    void finish(int code, String reason) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            notifyAll();
        }
        socket.execute(() -> {
            drain();
            socket.closeAfterFlush(code, reason);
        });
    }

    /** The connection is over. */
    synchronized void close() {
        closed = true;
        queue = null;
        notifyAll();
    }
}
