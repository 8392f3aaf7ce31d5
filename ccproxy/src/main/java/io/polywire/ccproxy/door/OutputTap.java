package io.polywire.ccproxy.door;

import io.polywire.ccproxy.unix.ByteQueue;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.EventLoop;
import io.polywire.ccproxy.unix.Poller;
import io.polywire.ccproxy.unix.UnixSocket;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * The proxy's end of a descriptor on which somebody follows all output of a VM. Who only looks on never holds up
 * anybody: while its queue is full it misses frames. Belongs to the loop's thread.
 */
final class OutputTap implements EventLoop.Handler {
    private final Context context;
    private final Set<OutputTap> siblings;
    private final int fd;
    private final EventLoop.Registration registration;
    private final ByteQueue out;
    private boolean closed;

    OutputTap(Context context, Set<OutputTap> siblings, Descriptor socket) {
        this.context = context;
        this.siblings = siblings;
        this.fd = socket.fd();
        this.out = new ByteQueue(context.pool());
        this.registration = context.loop().register(socket, 0, this);
    }

    /** Whole frames. */
    void deliver(MemorySegment bytes, long offset, long length) {
        if (out.size() >= context.settings().streamQueue()) {
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
        }
        if (sent < length) {
            out.add(bytes, offset + sent, length - sent);
            registration.interest(Poller.OUT);
        }
    }

    @Override
    public void ready(int events) {
        if ((events & (Poller.HANG_UP | Poller.ERROR)) != 0 || out.sendTo(fd) < 0) {
            close();
        } else if (out.isEmpty()) {
            registration.interest(0);
        }
    }

    @Override
    public void failed(RuntimeException cause) {
        close();
    }

    /** Ends it; what the socket does not take at once is lost. */
    void close() {
        if (!closed) {
            closed = true;
            out.sendTo(fd);
            registration.close();
            out.clear();
            siblings.remove(this);
        }
    }
}
