package io.polywire.ccproxy.door;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.polywire.ccproxy.hyperstart.IoFrame;
import io.polywire.ccproxy.unix.ByteQueue;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.EventLoop;
import io.polywire.ccproxy.unix.Poller;
import io.polywire.ccproxy.unix.UnixSocket;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The proxy's end of one passed descriptor, with the one or two numbers on it. Belongs to the loop's thread.
 *
 * <p>It ends when its client closes the other end, breaks a rule or stalls, or with its VM; its numbers are dead then.
 */
final class StreamSession implements EventLoop.Handler {
    private static final int READ = 128 * 1024;

    private final Context context;
    private final IoMultiplexer io;
    private final int base;
    private final int numbers;
    private final int fd;
    private final EventLoop.Registration registration;
    private final ByteQueue out;
    private byte @Nullable [] partial;
    private long lastProgress;
    private boolean full;
    private boolean inputPaused;
    private boolean inputEnded;
    private boolean finishing;
    private boolean closed;
    private EventLoop.@Nullable Timer linger;

    StreamSession(Context context, IoMultiplexer io, int base, int numbers, Descriptor socket) {
        this.context = context;
        this.io = io;
        this.base = base;
        this.numbers = numbers;
        this.fd = socket.fd();
        this.out = new ByteQueue(context.pool());
        this.registration = context.loop().register(socket, Poller.IN, this);
    }

    @Override
    public void ready(int events) {
        if ((events & Poller.OUT) != 0) {
            flush();
        }
        if (closed) {
            return;
        }
        boolean hungUp = (events & (Poller.HANG_UP | Poller.ERROR)) != 0;
        if ((events & Poller.IN) != 0) {
            readInput(hungUp);
        } else if (hungUp && inputPaused) {
            registration.suspend(); // its last input waits for its turn
        } else if (hungUp) {
            close();
        }
    }

    @Override
    public void failed(RuntimeException cause) {
        close();
    }

    /** Sends whole frames to the client, or keeps them until it can. */
    void deliver(MemorySegment bytes, long offset, long length) {
        if (closed) {
            return;
        }
        long sent = 0;
        if (out.isEmpty()) {
            int n = UnixSocket.send(fd, bytes, offset, length);
            if (n < 0 && !CcProxy.temporary(n)) {
                close();
                return;
            }
            sent = Math.max(0, n);
            lastProgress = context.loop().now();
        }
        if (sent < length) {
            out.add(bytes, offset + sent, length - sent);
            boolean over = !full && out.size() >= context.settings().streamQueue();
            full |= over;
            updateInterest();
            io.queued(length - sent, over ? 1 : 0);
        }
    }

    /** The VM is gone: what is queued is still delivered, for a while, then the descriptor is closed. */
    void finish() {
        if (closed || finishing) {
            return;
        }
        finishing = true;
        inputPaused = false;
        if (out.isEmpty()) {
            close();
            return;
        }
        UnixSocket.shutdownInput(fd);
        updateInterest();
        context.draining().add(this);
        linger = context.loop().schedule(context.settings().lingerTimeout().toNanos(), this::close);
    }

    void closeIfStalled(long nanos) {
        if (!out.isEmpty() && context.loop().now() - lastProgress >= nanos) {
            io.warn(base, "its reader takes nothing and holds up the others, closed");
            close();
        }
    }

    void resumeInput() {
        inputPaused = false;
        updateInterest();
    }

    void close() {
        if (closed) {
            return;
        }
        closed = true;
        registration.close();
        if (linger != null) {
            linger.cancel();
        }
        long dropped = out.size();
        out.clear();
        context.draining().remove(this);
        io.removed(this, base, numbers);
        io.queued(-dropped, full ? -1 : 0);
    }

    private void flush() {
        long n = out.sendTo(fd);
        if (n < 0) {
            close();
            return;
        }
        if (n > 0) {
            lastProgress = context.loop().now();
        }
        if (finishing && out.isEmpty()) {
            close();
            return;
        }
        boolean relieved = full && out.size() <= context.settings().streamQueue() / 2;
        full &= !relieved;
        updateInterest();
        io.queued(-n, relieved ? -1 : 0);
    }

    private void readInput(boolean hungUp) {
        if (inputPaused || inputEnded || finishing) {
            return;
        }
        if (io.blocks(this)) {
            inputPaused = true;
            updateInterest();
            return;
        }
        MemorySegment scratch = context.loop().scratch();
        int kept = partial == null ? 0 : partial.length;
        if (partial != null) {
            MemorySegment.copy(partial, 0, scratch, JAVA_BYTE, 0, kept);
        }
        int n = UnixSocket.receive(fd, scratch, kept, READ);
        if (n > 0) {
            forward(scratch, kept + n);
        } else if (!CcProxy.temporary(n)) {
            inputEnded = true;
            if (hungUp || n < 0) {
                close();
            } else {
                updateInterest(); // only its input has ended, it may still read
            }
        }
    }

    /** Hands whole frames to the agent in one piece; keeps the beginning of the next. */
    private void forward(MemorySegment bytes, int length) {
        int at = 0;
        String fault = null;
        while (length - at >= IoFrame.HEADER) {
            long frame = IoFrame.length(bytes, at);
            if (frame > IoFrame.LIMIT) {
                fault = "input frame of " + frame + " octets, closed";
                break;
            }
            if (length - at < frame) {
                break;
            }
            if (IoFrame.sequence(bytes, at) != base) {
                fault = "input for stream " + Long.toUnsignedString(IoFrame.sequence(bytes, at)) + ", closed";
                break;
            }
            IoFrame.length(bytes, at, frame); // a length below 12 goes on as 12
            at += (int) frame;
        }
        if (at > 0) {
            io.input(bytes, 0, at);
        }
        if (fault != null) {
            io.warn(base, fault);
            close();
            return;
        }
        partial = length == at ? null : bytes.asSlice(at, length - at).toArray(JAVA_BYTE);
    }

    private void updateInterest() {
        if (!closed) {
            boolean reading = !inputPaused && !inputEnded && !finishing;
            registration.interest((reading ? Poller.IN : 0) | (out.isEmpty() ? 0 : Poller.OUT));
        }
    }
}
