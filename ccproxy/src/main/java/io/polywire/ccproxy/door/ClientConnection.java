package io.polywire.ccproxy.door;

import io.polywire.ccproxy.hyperstart.Command;
import io.polywire.ccproxy.hyperstart.ControlFrames;
import io.polywire.ccproxy.message.AllocateIo;
import io.polywire.ccproxy.message.AllocateIoResult;
import io.polywire.ccproxy.message.Attach;
import io.polywire.ccproxy.message.Bye;
import io.polywire.ccproxy.message.FollowOutput;
import io.polywire.ccproxy.message.Framing;
import io.polywire.ccproxy.message.Hello;
import io.polywire.ccproxy.message.Hyper;
import io.polywire.ccproxy.message.ListVms;
import io.polywire.ccproxy.message.MalformedMessage;
import io.polywire.ccproxy.message.Payload;
import io.polywire.ccproxy.message.RawJson;
import io.polywire.ccproxy.message.RefusedRequest;
import io.polywire.ccproxy.message.Request;
import io.polywire.ccproxy.message.Response;
import io.polywire.ccproxy.unix.ByteQueue;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.EventLoop;
import io.polywire.ccproxy.unix.Poller;
import io.polywire.ccproxy.unix.UnixException;
import io.polywire.ccproxy.unix.UnixSocket;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the API socket. Its requests are handled strictly one after another: the next is looked at when the
 * answer to the last has left. Belongs to the loop's thread.
 */
final class ClientConnection implements EventLoop.Handler {
    static final String NOT_ATTACHED = "client not attached to a vm";
    /** Rides with a passed descriptor: a stream socket carries no message without an octet. */
    private static final byte WITH_DESCRIPTOR = 'F';

    private static final int READ = 64 * 1024;
    /** Octets of further requests that are taken in while one is being handled. */
    private static final int READ_AHEAD = 64 * 1024;

    private final Context context;
    private final long id;
    private final boolean counted;
    private final int fd;
    private final EventLoop.Registration registration;
    private final Framing in;
    /** The answer on its way, and the descriptor that follows it. */
    private final ByteQueue out;

    private @Nullable Descriptor passed;
    private @Nullable Vm vm;
    private boolean busy;
    private boolean processing;
    private boolean ended;
    private boolean closed;
    /** What the budget counts for this connection. */
    private long held;

    ClientConnection(Context context, long id, Descriptor socket, boolean counted) {
        this.counted = counted;
        this.context = context;
        this.id = id;
        this.fd = socket.fd();
        this.in = new Framing(context.settings().maxRequest());
        this.out = new ByteQueue(context.pool());
        this.registration = context.loop().register(socket, Poller.IN, this);
    }

    long id() {
        return id;
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void ready(int events) {
        if ((events & Poller.OUT) != 0) {
            flush();
            process();
            hold();
        }
        if (closed) {
            return;
        }
        if ((events & Poller.IN) != 0) {
            read();
        } else if ((events & (Poller.HANG_UP | Poller.ERROR)) != 0) {
            // The peer is gone while a request waits. Its answer finds that out; until then nothing more can come.
            registration.suspend();
        }
    }

    @Override
    public void failed(RuntimeException cause) {
        close();
    }

    /** Answers the request being handled. */
    void respond(Response response) {
        respond(response, null);
    }

    /** Answers the request being handled; {@code descriptor} is passed on and then closed here. */
    void respond(Response response, @Nullable Descriptor descriptor) {
        if (closed) {
            if (descriptor != null) {
                descriptor.close();
            }
            return;
        }
        if (!response.success()) {
            debug("client {0}: error: {1}", response.error());
        }
        byte[] message = response.encode();
        out.add(MemorySegment.ofArray(message), 0, message.length);
        passed = descriptor;
        busy = false;
        flush();
        process();
    }

    /** Makes a VM the current one. */
    void attach(@Nullable Vm wanted) {
        if (vm == wanted && !closed) {
            return;
        }
        if (vm != null && counted) {
            vm.detached();
        }
        vm = closed ? null : wanted;
        if (vm != null && counted) {
            vm.attached();
        }
    }

    void close() {
        if (!closed) {
            closed = true;
            registration.close();
            out.clear();
            if (passed != null) {
                passed.close();
                passed = null;
            }
            hold();
            attach(null);
            context.clients().remove(this);
            debug("client {0}: {1}", "closed");
        }
    }

    private void read() {
        MemorySegment scratch = context.loop().scratch();
        int n = UnixSocket.receive(fd, scratch, 0, READ);
        if (CcProxy.temporary(n)) {
            return;
        }
        if (n <= 0) {
            ended = true;
        } else {
            in.add(scratch, 0, n);
        }
        process();
        if (!closed && hold() && context.budget().exceeded()) {
            debug("client {0}: {1}", "closed, the connections hold too much together");
            close();
        }
    }

    /** Handles the requests that have come, as far as they need not wait. */
    private void process() {
        if (processing || closed) {
            return;
        }
        processing = true;
        try {
            while (!closed && !busy && sent()) {
                RawJson body = in.next();
                if (body == null) {
                    break;
                }
                busy = true;
                handle(body);
            }
        } catch (MalformedMessage e) {
            debug("client {0}: {1}", String.valueOf(e.getMessage()));
            close();
        } finally {
            processing = false;
        }
        if (closed) {
            return;
        }
        if (ended && !busy && sent()) {
            close();
        } else {
            boolean reading = !ended && (in.size() < READ_AHEAD || !busy && sent());
            registration.interest((reading ? Poller.IN : 0) | (sent() ? 0 : Poller.OUT));
        }
    }

    /** Tells the budget what is held now; whether that is anything. */
    private boolean hold() {
        long now = closed ? 0 : Math.max(0, in.size() + out.size() - Budget.FREE);
        context.budget().change(now - held);
        held = now;
        return now > 0;
    }

    private boolean sent() {
        return out.isEmpty() && passed == null;
    }

    private void flush() {
        if (closed) {
            return;
        }
        long n = out.isEmpty() ? 0 : out.sendTo(fd);
        if (n >= 0 && out.isEmpty() && passed != null) {
            n = UnixSocket.sendDescriptor(fd, WITH_DESCRIPTOR, passed);
            if (n > 0) {
                passed.close();
                passed = null;
            }
        }
        if (n < 0 && !CcProxy.temporary((int) n)) {
            debug("client {0}: {1}", new UnixException("write", (int) -n).text());
            close();
        }
    }

    private void handle(RawJson body) {
        try {
            Payload payload = Request.decode(body).payload();
            if (context.log().isLoggable(Level.DEBUG)) {
                debug("client {0}: {1}", payload.toString());
            }
            handle(payload);
        } catch (RefusedRequest e) {
            respond(Response.error(e.text()));
        }
    }

    private void handle(Payload payload) {
        switch (payload) {
            case Hello hello -> hello(hello);
            case Attach attach -> {
                attach(registered(attach.containerId()));
                respond(Response.ok());
            }
            case Bye bye -> {
                Vm leaving = registered(bye.containerId());
                context.vms().remove(bye.containerId());
                attach(null);
                leaving.bye();
                respond(Response.ok());
            }
            case AllocateIo allocate -> allocate(allocate.nStreams());
            case Hyper hyper -> hyper(hyper);
            case FollowOutput follow -> follow(registered(follow.containerId()));
            case ListVms list -> respond(Response.ok(VmList.of(context.vms().values())));
        }
    }

    private void hello(Hello hello) {
        if (hello.containerId().isEmpty()
                || hello.ctlSerial().isEmpty()
                || hello.ioSerial().isEmpty()) {
            throw new RefusedRequest("malformed hello command");
        }
        if (context.vms().containsKey(hello.containerId())) {
            throw new RefusedRequest(hello.containerId() + ": container already registered");
        }
        Vm added = new Vm(context, hello);
        context.vms().put(hello.containerId(), added);
        added.start(response -> {
            if (response.success()) {
                attach(added);
            }
            respond(response);
        });
    }

    private void allocate(long streams) {
        Vm current = current();
        if (streams != 1 && streams != 2) {
            throw new RefusedRequest("asking for unexpected number of streams (" + streams + ")");
        }
        current.whenStarted(refusal -> {
            if (refusal != null) {
                respond(refusal);
                return;
            }
            try {
                IoMultiplexer.Allocation allocation = current.allocate((int) streams);
                respond(new AllocateIoResult(allocation.base()).toResponse(), allocation.descriptor());
            } catch (UnixException e) {
                respond(Response.error(e.text()));
            }
        });
    }

    private void follow(Vm followed) {
        followed.whenStarted(refusal -> {
            if (refusal != null) {
                respond(refusal);
                return;
            }
            try {
                respond(Response.ok(), followed.follow());
            } catch (UnixException e) {
                respond(Response.error(e.text()));
            }
        });
    }

    private void hyper(Hyper hyper) {
        Vm current = current();
        Command command = Command.named(hyper.hyperName());
        if (command == null) {
            throw new RefusedRequest("unknown command '" + hyper.hyperName() + "'");
        }
        RawJson data = hyper.data() == null ? RawJson.of("") : hyper.data();
        int length = ControlFrames.HEADER + data.length();
        if (length > ControlFrames.LIMIT) {
            throw new RefusedRequest("message too long " + length);
        }
        // Encoded now: the octets of the request are gone when the VM has time for it.
        byte[] frame = ControlFrames.encode(command.code(), data.bytes(), data.offset(), data.length());
        current.whenStarted(refusal -> {
            if (refusal != null) {
                respond(refusal);
            } else {
                current.command(frame, this::respond);
            }
        });
    }

    private Vm current() {
        if (vm == null || vm.closed()) {
            throw new RefusedRequest(NOT_ATTACHED);
        }
        return vm;
    }

    private Vm registered(String containerId) {
        Vm found = context.vms().get(containerId);
        if (found == null) {
            throw new RefusedRequest("unknown containerID: " + containerId);
        }
        return found;
    }

    private void debug(String format, String detail) {
        context.log().log(Level.DEBUG, format, String.valueOf(id), detail);
    }
}
