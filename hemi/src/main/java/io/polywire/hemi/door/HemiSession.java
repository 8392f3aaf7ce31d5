package io.polywire.hemi.door;

import io.polywire.hemi.login.PublicKey;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.HemiException;
import io.polywire.net.WebSocket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The client at the other end of a connection, as handlers see it. Thread-safe. */
public final class HemiSession {
    private final HemiConnection connection;
    private final WebSocket socket;
    private final CommandSet commands;
    private final int queueLimit;

    /** Octets that handlers have sent and that are not in the connection's queue yet. */
    private final AtomicLong onTheWay = new AtomicLong();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();

    HemiSession(HemiConnection connection, CommandSet commands) {
        this.connection = connection;
        this.socket = connection.socket();
        this.commands = commands;
        this.queueLimit = connection.settings().queueLimit();
    }

    /** The key that the client has proved to hold; null without a login. */
    public @Nullable PublicKey publicKey() {
        return connection.key();
    }

    /** The role that the key was admitted in; empty without a login. */
    public String role() {
        return connection.role();
    }

    /** Host and port of the client. */
    public String address() {
        return socket.peer().address();
    }

    public boolean isOpen() {
        return socket.isOpen();
    }

    /**
     * Sends a notification: a message without id. Messages of one thread keep their order. Waits, unless on an event loop,
     * while more is queued than the client reads; without effect if it is gone.
     *
     * @throws HemiException if no command carries this class
     */
    public void send(Record notification) throws InterruptedException {
        send(commands.write("", notification));
    }

    /**
     * Closes the connection after what was sent before; other requests of the client that are running are abandoned.
     *
     * @param code 1000 to 1003, 1007 to 1014, or 3000 to 4999
     * @param reason at most 123 octets in UTF-8, longer ones are cut
     * @throws IllegalArgumentException if no close frame may carry the code
     */
    public void close(int code, String reason) {
        boolean standard = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
        if (!standard && (code < 3000 || code > 4999)) {
            throw new IllegalArgumentException("a close frame cannot carry the code " + code);
        }
        run(() -> connection.end(code, reason));
    }

    void send(byte[] message) throws InterruptedException {
        if (socket.loop().inLoop()) {
            deliver(message);
            return;
        }
        awaitRoom();
        onTheWay.addAndGet(message.length);
        socket.execute(() -> {
            onTheWay.addAndGet(-message.length);
            deliver(message);
        });
    }

    private void deliver(byte[] message) {
        if (connection.isOpen()) {
            connection.send(message);
        }
    }

    private void run(Runnable task) {
        if (socket.loop().inLoop()) {
            task.run();
        } else {
            socket.execute(task);
        }
    }

    private boolean full() {
        return socket.isOpen() && onTheWay.get() + socket.queuedBytes() > queueLimit;
    }

    private void awaitRoom() throws InterruptedException {
        if (!full()) {
            return;
        }
        lock.lock();
        try {
            while (full()) {
                var _ = room.await(1, TimeUnit.SECONDS); // looked at anyway, in case the queue shrank unheard
            }
        } finally {
            lock.unlock();
        }
    }

    /** The queue may have room again, or the connection is over; on the loop. */
    void signal() {
        lock.lock();
        try {
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
