package io.polywire.gate.program;

import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.gate.service.GuestPeer;
import io.polywire.gate.service.GuestStream;
import io.polywire.gate.service.Mailbox;
import io.polywire.wasm.Execution;
import io.polywire.wasm.Outcome;
import io.polywire.wasm.Values;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An instance: a program that runs or has stopped. Thread-safe; no method blocks, except that saving, reading, resuming
 * and closing a stopped program wait for each other.
 *
 * <p>Futures complete on a thread of the scheduler, or on the one that made the request; what depends on them must not
 * block there.
 */
public final class Guest {
    private static final Status SUSPENDED = Status.of(State.SUSPENDED);

    private final Programs programs;
    private final Program program;
    private final Launch launch;
    private final GuestImage image;

    /** Changes of the status take effect, and are told, in order and without a lock. */
    private final Mailbox mailbox = new Mailbox();

    /** Held, before the lock of this object, by whoever looks at a stopped program or lets it go on. */
    private final Object stopLock = new Object();

    // guarded by this
    private Status status;
    private boolean started;
    private boolean called;
    private boolean closed;
    private boolean suspendWanted;
    private boolean killWanted;
    private boolean pausing;
    private boolean startPending;
    private final Deque<Integer> toCall = new ArrayDeque<>();
    private @Nullable Execution execution;
    private long pastNanos;
    private List<Integer> breakpoints = List.of();
    private CompletableFuture<Status> stop = new CompletableFuture<>();
    private final List<CompletableFuture<byte[]>> snapshots = new ArrayList<>();

    Guest(Programs programs, Program program, Launch launch) {
        this.programs = programs;
        this.program = program;
        this.launch = launch;
        this.called = launch.called();
        String function = launch.function();
        if (launch.suspended() && function != null && !function.isEmpty()) {
            throw new ProgramException(400, "function cannot be specified for suspended instance");
        }
        int entry = program.launchEntry(function);
        this.image = new GuestImage(
                program, programs, launch, text -> launch.listener().debug(this, text));
        SavedState saved = program.saved();
        if (saved != null) {
            breakpoints = saved.breakpoints();
            execution = image.suspended();
            entry = saved.stack() == null ? entry : Program.nextFunction(saved.stack());
        }
        startPending = program.module().start() >= 0;
        if (entry >= 0) {
            toCall.add(entry);
        }
        status = firstStatus(saved);
        if (status.state() == State.RUNNING) {
            programs.running(this, true);
        } else {
            image.services().stop();
            stop.complete(status);
        }
    }

    private Status firstStatus(@Nullable SavedState saved) {
        Status end = program.finalStatus();
        if (end != null) {
            return end;
        }
        if (!launch.suspended()) {
            return Status.of(State.RUNNING);
        }
        if (saved != null) {
            return saved.status();
        }
        return Status.of(program.startsSuspended() ? State.SUSPENDED : State.HALTED);
    }

    /** The program that it was launched from. */
    public Program program() {
        return program;
    }

    /** What it is doing. */
    public synchronized Status status() {
        return status;
    }

    /** Completes with the status once it is not RUNNING; at once if so. */
    public synchronized CompletableFuture<Status> whenStopped() {
        return stop.copy();
    }

    private boolean isRunning() {
        return status.state() == State.RUNNING;
    }

    private static boolean isEnd(Status s) {
        return s.state() == State.TERMINATED || s.state() == State.KILLED;
    }

    // ---- running

    /** Starts it after {@link Programs#create}; without effect if it was started, or is not RUNNING. */
    public void start() {
        synchronized (this) {
            if (started || !isRunning()) {
                return;
            }
            started = true;
            mailbox.add(this::go);
        }
        mailbox.drain();
    }

    private void go() {
        image.abi().start();
        image.services().start();
        next();
    }

    /** Goes on with the present execution, or begins with the next function; or the program has come to its end. */
    private void next() {
        Execution e;
        synchronized (this) {
            if (!isRunning()) {
                return;
            }
            e = prepare();
            if (killWanted) {
                become(Status.of(State.KILLED));
            } else if (e == null) {
                become(Ends.of(new Outcome.Returned(Values.none()), called, false));
            } else if (suspendWanted) {
                become(SUSPENDED);
            } else {
                saveWaiting();
                programs.scheduler().start(e);
            }
        }
        if (e != null) {
            watch(e);
        }
    }

    /** The execution to go on with, null if there is nothing left to do. */
    private @Nullable Execution prepare() {
        Execution e = execution;
        if (e == null) {
            int index = -1;
            if (startPending) {
                index = program.module().start();
                startPending = false;
            } else if (!toCall.isEmpty()) {
                index = toCall.remove();
            }
            if (index < 0) {
                return null;
            }
            e = new Execution(image.instance().func(index), Values.none())
                    .stack(programs.limits().stack());
            execution = e;
        }
        for (int offset : e.breakpoints().offsets()) {
            e.breakpoints().remove(offset);
        }
        for (int offset : breakpoints) {
            e.breakpoints().add(offset - program.codeShift());
        }
        return e.suspendOnOverflow();
    }

    private void watch(Execution e) {
        var _ = e.whenStopped().thenAccept(s -> stopped(e));
    }

    /** The engine has stopped; on a thread of the scheduler, or on the one that asked for it. */
    private void stopped(Execution e) {
        boolean goesOn = false;
        synchronized (this) {
            if (!isRunning()) {
                return;
            }
            Outcome outcome = e.outcome();
            if (outcome != null) {
                forget(e);
                goesOn = outcome instanceof Outcome.Returned && !toCall.isEmpty();
                if (!goesOn) {
                    become(Ends.of(outcome, called, killWanted));
                }
            } else if (e.cause() == Execution.Cause.REQUEST && !suspendWanted && !killWanted) {
                pausing = true;
            } else {
                suspended(e);
            }
        }
        if (goesOn) {
            next();
        } else if (pausing(e)) {
            watch(e);
        }
        mailbox.drain();
    }

    private void forget(Execution e) {
        pastNanos += e.runNanos();
        execution = null;
    }

    /** Stopped in the middle; under the lock. */
    private void suspended(Execution e) {
        Execution.Cause cause = e.cause();
        if (killWanted) {
            forget(e);
            become(Status.of(State.KILLED));
        } else {
            become(cause == null ? SUSPENDED : Ends.suspended(cause));
        }
    }

    /** Makes the snapshots for which the program was stopped, and lets it go on; false if there was no such pause. */
    private boolean pausing(Execution e) {
        while (true) {
            List<CompletableFuture<byte[]>> waiting;
            synchronized (this) {
                if (!pausing) {
                    return false;
                }
                if (suspendWanted || killWanted || snapshots.isEmpty()) {
                    pausing = false;
                    if (suspendWanted || killWanted) {
                        suspended(e);
                        return false;
                    }
                    e.resume();
                    return true;
                }
                waiting = List.copyOf(snapshots);
                snapshots.clear();
            }
            waiting.forEach(f -> complete(f, () -> save(SUSPENDED)));
        }
    }

    /** Changes the status to one that is not RUNNING; under the lock. */
    private void become(Status s) {
        status = s;
        called &= isEnd(s);
        suspendWanted = false;
        pausing = false;
        image.abi().stop();
        programs.running(this, false);
        List<CompletableFuture<byte[]>> waiting = List.copyOf(snapshots);
        snapshots.clear();
        CompletableFuture<Status> done = stop;
        mailbox.add(() -> {
            if (isEnd(s)) {
                image.services().close();
            } else {
                image.services().stop();
            }
            waiting.forEach(f -> complete(f, () -> save(s)));
            freeIfClosed();
            launch.listener().status(this, s);
            done.complete(s);
        });
    }

    // ---- requests

    /** Ends it, whatever it does; a stopped one keeps its status. */
    public void kill() {
        Execution e;
        synchronized (this) {
            if (!isRunning()) {
                return;
            }
            killWanted = true;
            e = execution;
            if (!started) {
                become(Status.of(State.KILLED));
            }
        }
        if (e != null) {
            e.kill("killed");
        }
        mailbox.drain();
    }

    /** Stops it so that it can be resumed; a stopped one keeps its status. */
    public void suspend() {
        Execution e;
        synchronized (this) {
            if (!isRunning()) {
                return;
            }
            suspendWanted = true;
            e = pausing ? null : execution;
            if (!started) {
                prepare();
                become(execution == null ? Ends.of(new Outcome.Returned(Values.none()), called, false) : SUSPENDED);
            }
        }
        if (e != null) {
            e.suspend();
        }
        mailbox.drain();
    }

    /**
     * Lets a stopped one go on.
     *
     * @param function to be called in a HALTED one; null or empty for a SUSPENDED one
     * @throws ProgramException 400 or 404
     */
    public void resume(@Nullable String function) {
        String name = function == null ? "" : function;
        boolean named = !name.isEmpty();
        synchronized (stopLock) {
            synchronized (this) {
                if (closed || isEnd(status) || isRunning()) {
                    throw new ProgramException(400, "instance must be suspended or halted");
                }
                if (status.state() == State.SUSPENDED && named) {
                    throw new ProgramException(400, "function specified for suspended instance");
                }
                if (status.state() == State.HALTED) {
                    if (function == null || !named) {
                        throw new ProgramException(400, "function must be specified when resuming halted instance");
                    }
                    toCall.add(program.resumeEntry(name));
                }
                status = Status.of(State.RUNNING);
                stop = new CompletableFuture<>();
                started = true;
                programs.running(this, true);
                Status running = status;
                mailbox.add(() -> {
                    launch.listener().status(this, running);
                    go();
                });
            }
        }
        mailbox.drain();
    }

    /**
     * Connects a client. The peer hears {@link GuestPeer#connected} when the program accepts it, which may be never, or
     * {@link GuestPeer#refused} if it is not running or stops before. Connecting before {@link #start} saves the program
     * from having to wait.
     */
    public GuestStream connect(GuestPeer peer) {
        GuestStream stream = image.services().stream(peer);
        mailbox.add(() -> image.services().connect(stream));
        mailbox.drain();
        return stream;
    }

    /** Frees what it holds; kills it if it runs. Afterwards it cannot be resumed or saved. */
    public void close() {
        synchronized (this) {
            closed = true;
        }
        kill();
        freeIfClosed();
    }

    private void freeIfClosed() {
        synchronized (stopLock) {
            synchronized (this) {
                if (!closed || isRunning()) {
                    return;
                }
            }
            image.instance().free();
        }
        image.services().close();
    }

    // ---- saving

    /**
     * Saves it as a module. One that runs pauses for it; neither its status nor its connections change. The work is done
     * on this thread if the program is not using one at the moment. Fails with {@link ProgramException} 400 if its state
     * cannot be saved.
     */
    public CompletableFuture<byte[]> snapshot() {
        CompletableFuture<byte[]> f = new CompletableFuture<>();
        Execution e = null;
        synchronized (stopLock) {
            boolean now;
            synchronized (this) {
                now = !isRunning() || !started;
                if (!now) {
                    snapshots.add(f);
                    e = pausing ? null : execution;
                }
            }
            if (now) {
                Status s = status();
                complete(f, () -> save(s.state() == State.RUNNING ? SUSPENDED : s));
            }
        }
        if (e != null) {
            e.suspend();
        }
        mailbox.drain();
        return f;
    }

    private static void complete(CompletableFuture<byte[]> f, Supplier<byte[]> work) {
        try {
            f.complete(work.get());
        } catch (RuntimeException e) {
            f.completeExceptionally(e);
        }
    }

    /** Makes the snapshots that somebody waits for between two functions; under the lock. */
    private void saveWaiting() {
        snapshots.forEach(f -> complete(f, () -> save(SUSPENDED)));
        snapshots.clear();
    }

    private byte[] save(Status s) {
        Execution e;
        boolean start;
        int next;
        List<Integer> stops;
        synchronized (this) {
            if (closed) {
                throw new ProgramException(404, "instance not found");
            }
            if (s.state() == State.SUSPENDED) {
                prepare();
            }
            e = execution;
            start = startPending;
            next = toCall.isEmpty() ? -1 : toCall.peek();
            stops = breakpoints;
        }
        return image.save(s, e, start, next, stops);
    }

    // ---- accounting and debugging

    /** Bytes of linear memory that it has now. */
    public long memoryBytes() {
        return image.instance().memory.bytes.length;
    }

    /** Nanoseconds for which it has used a processor. */
    public synchronized long cpuNanos() {
        Execution e = execution;
        return pastNanos + (e == null ? 0 : e.runNanos());
    }

    /**
     * A function on the call stack.
     *
     * @param function index
     * @param name from the name section or the exports, null if there is none
     * @param offset byte offset of the present instruction in the module, -1 in an imported function
     */
    public record StackFrame(int function, @Nullable String name, int offset) {}

    private <T> T whileStopped(Supplier<T> look) {
        synchronized (stopLock) {
            synchronized (this) {
                if (isRunning() || closed) {
                    throw new ProgramException(400, "instance must be stopped");
                }
            }
            return look.get();
        }
    }

    private synchronized @Nullable Execution execution() {
        return execution;
    }

    /**
     * Call stack of a stopped program, innermost function first.
     *
     * @throws ProgramException 400 if it runs
     */
    public List<StackFrame> stack() {
        return whileStopped(() -> image.stack(execution()));
    }

    /**
     * Values of a stopped program's globals: the bits, i32 and f32 sign-extended.
     *
     * @throws ProgramException 400 if it runs
     */
    public long[] globals() {
        return whileStopped(image::globals);
    }

    /**
     * A copy of a stopped program's memory.
     *
     * @throws ProgramException 400 if the range is out of bounds or it runs
     */
    public byte[] memory(int address, int size) {
        return whileStopped(() -> image.memory(address, size));
    }

    /** Byte offsets in the module before which it stops; sorted. */
    public synchronized List<Integer> breakpoints() {
        return breakpoints;
    }

    /**
     * Sets them; they count from its next start or resumption.
     *
     * @throws ProgramException 400 if it runs, or there are more than 100
     */
    public void breakpoints(List<Integer> offsets) {
        List<Integer> sorted = List.copyOf(new TreeSet<>(offsets));
        if (sorted.size() > SavedState.MAX_BREAKPOINTS) {
            throw new ProgramException(400, "too many breakpoints");
        }
        synchronized (this) {
            if (isRunning() && started) {
                throw new ProgramException(400, "instance must be stopped");
            }
            breakpoints = sorted;
        }
    }
}
