package io.polywire.gate.door;

import io.polywire.gate.host.GateInstance;
import io.polywire.gate.message.Status;
import io.polywire.gate.service.GuestPeer;
import io.polywire.gate.service.GuestStream;
import io.polywire.net.Loop;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Between a client's connection and a program's stream: hands octets over in both directions as fast as the slower side
 * takes them.
 *
 * <p>Threads: what comes from the client belongs to the connection's loop. What comes from the program (the methods of {@link
 * GuestPeer}) comes on other threads, is queued, and done on the loop, many at a time. Only the acknowledgement of output is
 * given on the program's thread, at once, while little of it waits: so the program need not wait for the loop.
 */
abstract class ClientStream implements GuestPeer {
    /** Output that may wait in this process for the client: the high mark of the connection's queue. */
    private static final int OUTPUT_HIGH = 256 * 1024;

    /** Input that may wait for the program before the client is not read any more, and from which it is read again. */
    private static final int INPUT_HIGH = 128 * 1024;

    private static final int INPUT_LOW = 32 * 1024;

    private final Loop loop;
    private final boolean call;
    private final ConcurrentLinkedQueue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger owed = new AtomicInteger();
    private volatile @Nullable GuestStream stream;
    private volatile boolean attached;
    private volatile boolean full;

    // Owned by the loop.
    private @Nullable GateInstance instance;
    private final ArrayDeque<ByteBuffer> pending = new ArrayDeque<>();
    private int pendingBytes;
    private long credit;
    private boolean paused;
    private boolean inputEnded;
    private boolean inputTold;
    private boolean inputClosed;
    private boolean outputEnded;
    private boolean gone;
    private boolean over;

    ClientStream(Loop loop, boolean call) {
        this.loop = loop;
        this.call = call;
    }

    // ---- what the connection has to do, on the loop

    /** The program has accepted the connection. */
    abstract void accepted();

    /** The instance takes no connection; only told for what is no call. */
    abstract void notAccepted();

    /** Sends octets to the client. */
    abstract void send(byte[] octets);

    /** Octets that wait for the client. */
    abstract long queued();

    /** Reads the client, or does not. */
    abstract void pause(boolean on);

    /** Everything is over: tells the status and ends the connection. */
    abstract void finish(Status status);

    /** The instance could not be saved. */
    abstract void fail(Throwable failure);

    // ---- start

    /** Connects with the instance; on the loop. If the client has gone meanwhile a call ends. */
    void open(GateInstance with) {
        instance = with;
        if (gone) {
            leave();
            return;
        }
        GuestStream opened = with.connect(this);
        stream = opened;
        attached = true;
        if (opened == null) {
            refusal();
        } else {
            schedule();
        }
    }

    /** Whether the client has gone; on the loop. */
    boolean gone() {
        return gone;
    }

    private void refusal() {
        if (call) {
            awaitEnd();
        } else {
            over = true;
            notAccepted();
        }
    }

    // ---- from the client, on the loop

    /** Input; the slice is kept. */
    void received(byte[] buf, int off, int len) {
        if (inputClosed || gone || over || len == 0) {
            return;
        }
        pending.add(ByteBuffer.wrap(buf, off, len));
        pendingBytes += len;
        pump();
    }

    /** The client sends no more. */
    void receivedEnd() {
        inputEnded = true;
        pump();
    }

    /** The client takes output again. */
    void drained() {
        repay();
    }

    /** The connection is lost. */
    void lost() {
        if (gone) {
            return;
        }
        gone = true;
        pending.clear();
        pendingBytes = 0;
        leave();
    }

    private void leave() {
        GuestStream to = stream;
        if (to != null) {
            to.lost();
        }
        GateInstance with = instance;
        if (call && with != null && !over) {
            with.abandon();
        }
    }

    private void pump() {
        GuestStream to = stream;
        while (to != null && credit > 0 && !pending.isEmpty()) {
            ByteBuffer next = pending.element();
            int part = (int) Math.min(credit, next.remaining());
            credit -= part;
            pendingBytes -= part;
            to.input(next.slice(next.position(), part));
            next.position(next.position() + part);
            if (!next.hasRemaining()) {
                pending.remove();
            }
        }
        if (to != null && inputEnded && pending.isEmpty() && !inputTold) {
            inputTold = true;
            to.inputEnd();
        }
        if (!paused && pendingBytes > INPUT_HIGH) {
            paused = true;
            pause(true);
        } else if (paused && pendingBytes <= INPUT_LOW) {
            paused = false;
            pause(false);
        }
    }

    private void repay() {
        full = queued() > OUTPUT_HIGH;
        GuestStream to = stream;
        if (!full && to != null) {
            int bytes = owed.getAndSet(0);
            if (bytes > 0) {
                to.consumed(bytes);
            }
        }
    }

    // ---- from the program, on any thread

    private void post(Runnable event) {
        events.add(event);
        if (attached) {
            schedule();
        }
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            loop.execute(this::drain);
        }
    }

    private void drain() {
        scheduled.set(false); // What is added from now on gets a turn of its own.
        for (Runnable event = events.poll(); event != null; event = events.poll()) {
            event.run();
        }
    }

    @Override
    public void connected(GuestStream opened) {
        stream = opened;
        post(() -> {
            if (!gone) {
                accepted();
            }
        });
    }

    @Override
    public void refused() {
        post(() -> {
            if (!gone) {
                refusal();
            }
        });
    }

    @Override
    public void credit(int bytes) {
        post(() -> {
            credit += bytes;
            pump();
        });
    }

    @Override
    public void output(byte[] data) {
        GuestStream to = stream;
        boolean little = inFlight.addAndGet(data.length) <= OUTPUT_HIGH;
        boolean soon = to != null && little && !full;
        if (!soon) {
            owed.addAndGet(data.length); // Before the loop is told: it settles this.
        }
        post(() -> write(data));
        if (to != null && soon) {
            to.consumed(data.length);
        }
    }

    private void write(byte[] data) {
        inFlight.addAndGet(-data.length);
        if (!gone) {
            send(data);
            repay();
        }
    }

    @Override
    public void outputEnd() {
        post(() -> {
            outputEnded = true;
            GuestStream to = stream;
            if (to != null) {
                to.outputWritten();
            }
        });
    }

    @Override
    public void inputEnd() {
        post(() -> {
            inputClosed = true;
            pending.clear();
            pendingBytes = 0;
            pump();
        });
    }

    @Override
    public void closed() {
        post(() -> {
            if (gone) {
                return;
            }
            GateInstance with = instance;
            // An end of which the program said nothing is its own end.
            if (call || !(outputEnded && (inputClosed || inputTold)) || with == null) {
                awaitEnd();
            } else {
                end(with.status());
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Both outcomes are handled.
    private void awaitEnd() {
        GateInstance with = instance;
        if (with == null) {
            return;
        }
        with.whenStopped()
                .whenComplete((status, failure) -> loop.execute(() -> {
                    if (failure == null) {
                        end(status);
                    } else if (!gone) {
                        over = true;
                        fail(failure);
                    }
                }));
    }

    private void end(Status status) {
        if (!gone && !over) {
            over = true;
            finish(status);
        }
    }
}
