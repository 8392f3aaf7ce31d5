package io.polywire.ccproxy.door;

import io.polywire.ccproxy.message.Hello;
import io.polywire.ccproxy.message.Response;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.Errno;
import io.polywire.ccproxy.unix.EventLoop;
import io.polywire.ccproxy.unix.UnixException;
import io.polywire.ccproxy.unix.UnixSocket;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One VM, from the hello that tells of it to the bye that forgets it. Belongs to the loop's thread.
 *
 * <pre>
 * STARTING --READY--> RUNNING --end of file--> GONE
 *    |                   |                      |
 *    +---- failure ------+-------- bye ---------+--> CLOSED
 * </pre>
 *
 * <p>A VM that is GONE stays in the table: it answers commands with errors, and its id is taken until bye.
 */
final class Vm {
    private enum State {
        STARTING,
        RUNNING,
        GONE,
        CLOSED
    }

    /** A listener with a full backlog cannot be waited for, only tried again. */
    private static final long CONNECT_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private final Context context;
    private final Hello hello;
    private final ArrayDeque<Consumer<@Nullable Response>> waiting = new ArrayDeque<>();
    private State state = State.STARTING;
    private @Nullable Consumer<Response> helloAnswer;
    private EventLoop.@Nullable Timer readyTimer;
    private @Nullable ControlChannel control;
    private @Nullable IoMultiplexer io;
    private String goneText = "";
    private int clients;
    private boolean greeted;
    private boolean losing;

    Vm(Context context, Hello hello) {
        this.context = context;
        this.hello = hello;
    }

    String containerId() {
        return hello.containerId();
    }

    String state() {
        return state.name().toLowerCase(Locale.ROOT);
    }

    boolean closed() {
        return state == State.CLOSED;
    }

    int clients() {
        return clients;
    }

    /** Open passed descriptors. */
    int streams() {
        return io == null ? 0 : io.streams();
    }

    void attached() {
        context.listener().clients(containerId(), ++clients);
    }

    void detached() {
        context.listener().clients(containerId(), --clients);
    }

    /** Connects both channels and waits for READY; then, or when that fails, calls {@code answer}. */
    void start(Consumer<Response> answer) {
        helloAnswer = answer;
        long timeout = context.settings().readyTimeout().toNanos();
        if (timeout > 0) {
            readyTimer = context.loop()
                    .schedule(
                            timeout,
                            () -> failStart("timeout: no READY from Hyperstart in "
                                    + context.settings().readyTimeout().toMillis() + " ms"));
        }
        connect();
    }

    private void connect() {
        if (state != State.STARTING) {
            return;
        }
        String path = control == null ? hello.ctlSerial() : hello.ioSerial();
        try {
            if (control == null) {
                control = new ControlChannel(context, this, path, UnixSocket.connect(path));
                path = hello.ioSerial();
            }
            io = new IoMultiplexer(context, this, UnixSocket.connect(path));
            if (greeted) {
                ready();
            }
        } catch (UnixException e) {
            if (e.errno() == Errno.EAGAIN) {
                context.loop().schedule(CONNECT_PAUSE, this::connect);
            } else {
                failStart("dial unix " + path + ": " + e.text());
            }
        }
    }

    /** The agent has said READY. */
    void ready() {
        greeted = true;
        if (io == null) {
            return; // its backlog is full, so it is still being tried
        }
        state = State.RUNNING;
        cancelReadyTimer();
        context.listener().registered(containerId());
        answerHello(Response.ok());
        while (!waiting.isEmpty() && state == State.RUNNING) {
            waiting.remove().accept(null);
        }
    }

    boolean starting() {
        return state == State.STARTING;
    }

    /** Hello cannot succeed any more: the VM leaves the table as if it had never been there. */
    void failStart(String text) {
        if (state == State.STARTING) {
            context.vms().remove(containerId(), this);
            shutDown(Response.error(text));
        }
    }

    /**
     * Calls {@code then} once the VM runs; with a response if that is an error to be answered because it never will, or
     * runs no longer.
     */
    void whenStarted(Consumer<@Nullable Response> then) {
        switch (state) {
            case STARTING -> waiting.add(then);
            case RUNNING -> then.accept(null);
            case GONE -> then.accept(Response.error(goneText));
            case CLOSED -> then.accept(Response.error(ClientConnection.NOT_ATTACHED));
        }
    }

    /** Sends a command's frame when it is its turn. Only while running. */
    void command(byte[] frame, Consumer<Response> answer) {
        if (control != null) {
            control.command(frame, answer);
        }
    }

    /** New stream numbers and the client's end of their descriptor. Only while running. */
    IoMultiplexer.Allocation allocate(int streams) {
        if (io == null) {
            throw new IllegalStateException("the VM does not run");
        }
        return io.allocate(streams);
    }

    /** The far end of a descriptor that gets copies of all output. Only while running. */
    Descriptor follow() {
        if (io == null) {
            throw new IllegalStateException("the VM does not run");
        }
        return io.follow();
    }

    /** A channel has ended. What has come before that is still handled and delivered. */
    void lost(String text) {
        if (state == State.STARTING) {
            failStart(text);
        } else if (state == State.RUNNING && !losing && control != null && io != null) {
            losing = true;
            context.log().log(Level.DEBUG, "VM {0} is gone: {1}", containerId(), text);
            control.drain();
            state = State.GONE;
            goneText = "VM " + containerId() + " is gone: " + text;
            control.close(Response.error(goneText));
            io.drain();
            context.listener().gone(containerId());
        }
    }

    /** Ends everything of this VM. The table is the caller's business. */
    void bye() {
        State before = state;
        if (before == State.RUNNING && io != null) {
            io.drain();
        }
        shutDown(Response.error(containerId() + ": bye before READY"));
        if (before == State.RUNNING) {
            context.listener().gone(containerId());
        }
    }

    private void shutDown(Response toHello) {
        state = State.CLOSED;
        cancelReadyTimer();
        Response refusal = Response.error(ClientConnection.NOT_ATTACHED);
        if (control != null) {
            control.close(refusal);
        }
        if (io != null) {
            io.close();
        }
        answerHello(toHello);
        while (!waiting.isEmpty()) {
            waiting.remove().accept(refusal);
        }
    }

    private void answerHello(Response response) {
        Consumer<Response> answer = helloAnswer;
        helloAnswer = null;
        if (answer != null) {
            answer.accept(response);
        }
    }

    private void cancelReadyTimer() {
        if (readyTimer != null) {
            readyTimer.cancel();
            readyTimer = null;
        }
    }

    @Override
    public String toString() {
        return "VM " + containerId();
    }
}
