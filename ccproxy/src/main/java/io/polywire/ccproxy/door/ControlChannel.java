package io.polywire.ccproxy.door;

import io.polywire.ccproxy.hyperstart.Command;
import io.polywire.ccproxy.hyperstart.ControlFrames;
import io.polywire.ccproxy.message.Response;
import io.polywire.ccproxy.unix.ByteQueue;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.EventLoop;
import io.polywire.ccproxy.unix.Poller;
import io.polywire.ccproxy.unix.UnixException;
import io.polywire.ccproxy.unix.UnixSocket;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The control channel of one VM: one command at a time, whichever client it comes from. It is read always, also between
 * commands. Belongs to the loop's thread.
 *
 * <p>A command whose time is up is answered with an error, but keeps its place until the agent has answered it: the
 * agent numbers nothing, and its late answer must not be taken for that of the next command.
 */
final class ControlChannel implements EventLoop.Handler {
    private static final String REFUSED = "ERROR received from Hyperstart";
    private static final int READS_AT_THE_END = 16;

    private static final class Pending {
        private final byte[] frame;
        private final long deadline;
        private @Nullable Consumer<Response> answer;

        private Pending(byte[] frame, long deadline, Consumer<Response> answer) {
            this.frame = frame;
            this.deadline = deadline;
            this.answer = answer;
        }

        private void answer(Response response) {
            Consumer<Response> once = answer;
            answer = null;
            if (once != null) {
                once.accept(response);
            }
        }
    }

    private final Context context;
    private final Vm vm;
    private final String path;
    private final int fd;
    private final EventLoop.Registration registration;
    private final ControlFrames frames = new ControlFrames();
    private final ByteQueue out;
    private final ArrayDeque<Pending> queue = new ArrayDeque<>();
    private final long timeout;
    private @Nullable Pending current;
    private EventLoop.@Nullable Timer watchdog;
    private boolean closed;

    ControlChannel(Context context, Vm vm, String path, Descriptor socket) {
        this.context = context;
        this.vm = vm;
        this.path = path;
        this.fd = socket.fd();
        this.out = new ByteQueue(context.pool());
        this.timeout = context.settings().commandTimeout().toNanos();
        this.registration = context.loop().register(socket, Poller.IN, this);
    }

    @Override
    public void ready(int events) {
        if ((events & Poller.OUT) != 0) {
            flush();
        }
        if (!closed) {
            read();
        }
    }

    @Override
    public void failed(RuntimeException cause) {
        vm.lost("internal error");
    }

    void command(byte[] frame, Consumer<Response> answer) {
        queue.add(new Pending(frame, context.loop().now() + timeout, answer));
        watch();
        sendNext();
    }

    /** Handles what has come, before the channel is given up. */
    void drain() {
        for (int i = 0; i < READS_AT_THE_END && !closed && read(); i++) {}
    }

    /** Closes the channel; commands that wait get this answer. */
    void close(Response toCommands) {
        if (closed) {
            return;
        }
        closed = true;
        registration.close();
        out.clear();
        if (watchdog != null) {
            watchdog.cancel();
        }
        if (current != null) {
            current.answer(toCommands);
        }
        while (!queue.isEmpty()) {
            queue.remove().answer(toCommands);
        }
    }

    /** Whether there may be more to read. */
    private boolean read() {
        MemorySegment scratch = context.loop().scratch();
        int n = UnixSocket.receive(fd, scratch, 0, scratch.byteSize());
        if (n > 0) {
            frames.read(scratch, 0, n, this::frame);
            return true;
        }
        if (!CcProxy.temporary(n)) {
            vm.lost("VM closed the control channel");
        }
        return false;
    }

    private void frame(int code) {
        if (closed) {
            return;
        }
        if (vm.starting()) {
            greeting(code);
        } else if (code == Command.NEXT.code() || code == Command.READY.code() || code == Command.FINISHPOD.code()) {
            log("{0}: control frame {1}", code);
        } else if (current == null) {
            log("{0}: control frame {1} answers no command, dropped", code);
        } else {
            Pending answered = current;
            current = null;
            answered.answer(answer(code));
            sendNext();
        }
    }

    private void greeting(int code) {
        if (code == Command.READY.code()) {
            vm.ready();
        } else if (code == Command.ERROR.code()) {
            vm.failStart(REFUSED);
        } else if (code != Command.NEXT.code()) {
            vm.failStart(unexpected(code, Command.READY));
        }
    }

    private static Response answer(int code) {
        if (code == Command.ACK.code()) {
            return Response.ok();
        }
        return Response.error(code == Command.ERROR.code() ? REFUSED : unexpected(code, Command.ACK));
    }

    private static String unexpected(int code, Command expected) {
        return "CMD ID received " + Integer.toUnsignedString(code) + " not matching expected " + expected.code();
    }

    private void sendNext() {
        if (current != null || queue.isEmpty() || closed) {
            return;
        }
        current = queue.remove();
        out.add(MemorySegment.ofArray(current.frame), 0, current.frame.length);
        flush();
    }

    private void flush() {
        long n = out.sendTo(fd);
        if (n < 0) {
            out.clear();
            String text = "write unix @->" + path + ": " + new UnixException("write", (int) -n).text();
            // Later: whoever called may be reading from the shared buffer, which giving up a VM uses.
            context.loop().execute(() -> vm.lost(text));
        }
        if (!closed) {
            registration.interest(out.isEmpty() ? Poller.IN : Poller.IN | Poller.OUT);
        }
    }

    /** One timer watches over all commands; most of the time it finds that there is nothing to do. */
    private void watch() {
        if (timeout > 0 && watchdog == null) {
            watchdog = context.loop().schedule(timeout, this::expire);
        }
    }

    private void expire() {
        watchdog = null;
        long now = context.loop().now();
        Response late = Response.error("timeout: no answer from Hyperstart in "
                + context.settings().commandTimeout().toMillis() + " ms");
        if (current != null && current.deadline - now <= 0) {
            current.answer(late);
        }
        // Deadlines are in the order of the queue.
        while (!queue.isEmpty() && queue.peek().deadline - now <= 0) {
            queue.remove().answer(late);
        }
        Pending next = current != null && current.answer != null ? current : queue.peek();
        if (next != null && watchdog == null && !closed) {
            watchdog = context.loop().schedule(Math.max(1, next.deadline - now), this::expire);
        }
    }

    private void log(String format, int code) {
        if (context.log().isLoggable(Level.DEBUG)) {
            context.log().log(Level.DEBUG, format, vm.toString(), Integer.toUnsignedString(code));
        }
    }
}
