package io.polywire.ccproxy.door;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.polywire.ccproxy.hyperstart.IoFrame;
import io.polywire.ccproxy.unix.ByteQueue;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.Errno;
import io.polywire.ccproxy.unix.EventLoop;
import io.polywire.ccproxy.unix.Poller;
import io.polywire.ccproxy.unix.UnixException;
import io.polywire.ccproxy.unix.UnixSocket;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The I/O channel of one VM and the streams on it. Belongs to the loop's thread.
 *
 * <p>Output is read in big pieces into the loop's buffer; frames of one stream that lie side by side there go to its
 * descriptor in one write, from that very buffer. Only what the descriptor does not take is copied, into the stream's
 * queue. The agent knows no flow control, so a channel that is not read holds up every stream of the VM: that happens
 * only while a stream's queue, or all of them together, are over their limits, and no longer than the stall timeout if
 * the reader takes nothing at all.
 *
 * <p>Input goes the other way alike. While the agent is slow, streams that have input are not read; they get their turn
 * in the order in which they came.
 */
final class IoMultiplexer implements EventLoop.Handler {
    /** Octets for the agent that are kept before streams are no longer read. */
    private static final int INPUT_QUEUE = 1 << 20;

    private static final int READS_AT_THE_END = 16;

    /** What allocateIO gives: the first stream number, and the client's end of the descriptor. */
    record Allocation(long base, Descriptor descriptor) {}

    private final Context context;
    private final Vm vm;
    private final int fd;
    private final EventLoop.Registration registration;

    /** By number. Numbers are dense and never used twice; those of dead streams are null. */
    private @Nullable StreamSession[] byNumber = new @Nullable StreamSession[16];

    private final Set<StreamSession> live = new LinkedHashSet<>();
    private final Set<OutputTap> taps = new LinkedHashSet<>();
    private int nextNumber = 1;

    /** The beginning of a frame whose rest has not come. */
    private final byte[] partial = new byte[IoFrame.LIMIT];

    private int partialLength;
    /** Octets of an oversize frame still to be passed over. */
    private long skip;

    private long queued;
    private int full;
    private boolean paused;
    private boolean finishing;
    private boolean closed;
    private EventLoop.@Nullable Timer stallTimer;

    private final ByteQueue input;
    private final ArrayDeque<StreamSession> blocked = new ArrayDeque<>();

    IoMultiplexer(Context context, Vm vm, Descriptor socket) {
        this.context = context;
        this.vm = vm;
        this.fd = socket.fd();
        this.input = new ByteQueue(context.pool());
        this.registration = context.loop().register(socket, Poller.IN, this);
    }

    int streams() {
        return live.size();
    }

    Allocation allocate(int numbers) {
        if (nextNumber > Integer.MAX_VALUE - 16) {
            throw new UnixException("allocateIO", Errno.ENOBUFS);
        }
        UnixSocket.Pair pair = UnixSocket.pair();
        int base = nextNumber;
        StreamSession session;
        try {
            session = new StreamSession(context, this, base, numbers, pair.near());
        } catch (UnixException e) {
            pair.far().close();
            throw e;
        }
        nextNumber += numbers;
        if (nextNumber > byNumber.length) {
            byNumber = Arrays.copyOf(byNumber, 2 * byNumber.length);
        }
        for (int i = 0; i < numbers; i++) {
            byNumber[base + i] = session;
        }
        live.add(session);
        return new Allocation(base, pair.far());
    }

    /** The far end of a descriptor that gets copies of all output. */
    Descriptor follow() {
        UnixSocket.Pair pair = UnixSocket.pair();
        try {
            taps.add(new OutputTap(context, taps, pair.near()));
        } catch (UnixException e) {
            pair.far().close();
            throw e;
        }
        return pair.far();
    }

    @Override
    public void ready(int events) {
        if ((events & Poller.OUT) != 0) {
            flushInput();
        }
        if (closed) {
            return;
        }
        if (!paused) {
            read();
        } else if ((events & (Poller.HANG_UP | Poller.ERROR)) != 0) {
            registration.suspend(); // the end is seen when what lies before it has been read
        }
    }

    @Override
    public void failed(RuntimeException cause) {
        vm.lost("internal error");
    }

    /** Delivers what has come, then ends all streams. */
    void drain() {
        finishing = true;
        for (int i = 0; i < READS_AT_THE_END && !closed && !paused && read(); i++) {}
        if (!paused) {
            close();
        }
    }

    /** Ends all streams: their readers get what is queued for them, then end of file. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        registration.close();
        input.clear();
        blocked.clear();
        if (stallTimer != null) {
            stallTimer.cancel();
        }
        List.copyOf(live).forEach(StreamSession::finish);
        List.copyOf(taps).forEach(OutputTap::close);
    }

    /** Whether there may be more to read. */
    private boolean read() {
        MemorySegment scratch = context.loop().scratch();
        MemorySegment.copy(partial, 0, scratch, JAVA_BYTE, 0, partialLength);
        int n = UnixSocket.receive(fd, scratch, partialLength, scratch.byteSize() - partialLength);
        if (n > 0) {
            forward(scratch, partialLength + n);
            return true;
        }
        if (!CcProxy.temporary(n)) {
            if (finishing) {
                close();
            } else {
                vm.lost("VM closed the I/O channel");
            }
        }
        return false;
    }

    private void forward(MemorySegment bytes, int length) {
        int at = 0;
        int from = 0;
        StreamSession to = null;
        while (true) {
            if (skip > 0) {
                int n = (int) Math.min(skip, length - at);
                skip -= n;
                at += n;
                from = at;
            }
            if (length - at < IoFrame.HEADER) {
                break;
            }
            long frame = IoFrame.length(bytes, at);
            if (frame > IoFrame.LIMIT) {
                deliver(to, bytes, from, at);
                warn(IoFrame.sequence(bytes, at), "a frame of " + frame + " octets, dropped");
                skip = frame;
                to = null;
                continue;
            }
            if (length - at < frame) {
                break;
            }
            IoFrame.length(bytes, at, frame); // a length below 12 goes on as 12
            StreamSession session = session(IoFrame.sequence(bytes, at));
            if (session != to) {
                deliver(to, bytes, from, at);
                to = session;
                from = at;
            }
            at += (int) frame;
        }
        deliver(to, bytes, from, at);
        partialLength = length - at;
        MemorySegment.copy(bytes, JAVA_BYTE, at, partial, 0, partialLength);
    }

    private void deliver(@Nullable StreamSession session, MemorySegment bytes, int from, int to) {
        if (session != null && to > from) {
            dump("output", bytes, from, to);
            if (!taps.isEmpty()) {
                List.copyOf(taps).forEach(tap -> tap.deliver(bytes, from, to - from));
            }
            session.deliver(bytes, from, to - from);
        }
    }

    private @Nullable StreamSession session(long number) {
        if (number > 0 && number < nextNumber) {
            return byNumber[(int) number];
        }
        warn(number, "unknown, frame dropped");
        return null;
    }

    /** Input of a stream: whole frames. */
    void input(MemorySegment bytes, long offset, long length) {
        dump("input", bytes, offset, offset + length);
        long sent = 0;
        if (input.isEmpty()) {
            int n = UnixSocket.send(fd, bytes, offset, length);
            if (n < 0 && !CcProxy.temporary(n)) {
                inputFailed(n);
                return;
            }
            sent = Math.max(0, n);
        }
        if (sent < length) {
            input.add(bytes, offset + sent, length - sent);
            updateInterest();
        }
    }

    /** Whether a stream must wait with its input; if so {@link StreamSession#resumeInput} is called in its turn. */
    boolean blocks(StreamSession session) {
        if (input.size() >= INPUT_QUEUE) {
            blocked.add(session);
            return true;
        }
        return false;
    }

    private void flushInput() {
        long n = input.sendTo(fd);
        if (n < 0) {
            inputFailed((int) n);
            return;
        }
        updateInterest();
        if (input.size() <= INPUT_QUEUE / 2) {
            while (!blocked.isEmpty()) {
                blocked.remove().resumeInput();
            }
        }
    }

    private void inputFailed(int result) {
        input.clear();
        String text = "write unix @->io: " + new UnixException("write", -result).text();
        // Later: whoever called may be reading from the shared buffer, which giving up a VM uses.
        context.loop().execute(() -> vm.lost(text));
    }

    /** A stream's queue has grown or shrunk, or has crossed its limits. */
    void queued(long change, int fullChange) {
        queued += change;
        full += fullChange;
        if (closed) {
            return;
        }
        if (!paused && (full > 0 || queued >= context.settings().vmQueue())) {
            paused = true;
            updateInterest();
            watchStalled();
        } else if (paused && full == 0 && queued <= context.settings().vmQueue() / 2) {
            paused = false;
            if (finishing) {
                context.loop().execute(this::drain);
            } else {
                updateInterest();
            }
        }
    }

    void removed(StreamSession session, int base, int numbers) {
        Arrays.fill(byNumber, base, base + numbers, null);
        live.remove(session);
        blocked.remove(session);
    }

    private void watchStalled() {
        long timeout = context.settings().stallTimeout().toNanos();
        if (timeout > 0 && stallTimer == null) {
            stallTimer = context.loop().schedule(timeout, () -> {
                stallTimer = null;
                if (paused && !closed) {
                    for (StreamSession session : List.copyOf(live)) {
                        session.closeIfStalled(timeout);
                    }
                }
                if (paused && !closed) {
                    watchStalled();
                }
            });
        }
    }

    private void updateInterest() {
        registration.interest((paused ? 0 : Poller.IN) | (input.isEmpty() ? 0 : Poller.OUT));
    }

    void warn(long number, String what) {
        context.log().log(Level.DEBUG, "{0}: stream {1}: {2}", vm, Long.toUnsignedString(number), what);
    }

    private void dump(String direction, MemorySegment bytes, long from, long to) {
        if (context.log().isLoggable(Level.TRACE)) {
            byte[] octets = bytes.asSlice(from, to - from).toArray(JAVA_BYTE);
            context.log().log(
                    Level.TRACE, "{0}: {1} {2}", vm, direction, HexFormat.of().formatHex(octets));
        }
    }
}
