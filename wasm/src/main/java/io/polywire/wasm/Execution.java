package io.polywire.wasm;

import io.polywire.wasm.compile.Compiling;
import io.polywire.wasm.compile.ModuleCode;
import io.polywire.wasm.module.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call of a function from its beginning to its end, with any number of stops between. It runs on the thread that
 * calls {@link #run()}, or on a {@link Scheduler}.
 *
 * <p>{@link #suspend}, {@link #kill}, {@link #resume} and the other requests may come from any thread and take effect at
 * the program's next poll, which is at most some hundred microseconds of its running time away. Everything that shows
 * the program's state ({@link #frames}, the instance's memory, a {@link Snapshot}) is meaningful only while it is
 * stopped.
 */
public final class Execution {
    /** Stack budget in bytes if none is set: 1 MiB. */
    public static final int DEFAULT_STACK = 1 << 20;

    /** Where an execution is in its life. */
    public enum State {
        /** May run: not started, resumed, or at the end of a time slice. */
        READY,
        RUNNING,
        /** A host function lets it wait for something; it becomes ready when that comes. */
        WAITING,
        /** Stopped until {@link #resume}. */
        SUSPENDED,
        /** Ended; see {@link #outcome}. */
        ENDED
    }

    /** Why an execution was last suspended. */
    public enum Cause {
        REQUEST,
        STACK_EXHAUSTED,
        FUEL_EXHAUSTED,
        BREAKPOINT,
        HOST
    }

    private static final int SUSPEND = 1;
    private static final int YIELD = 2;
    private static final int KILL = 4;

    private static final class Kill extends Compiling.Stopped {
        private static final long serialVersionUID = 1L;

        Kill() {
            super("killed");
        }
    }

    private final Instance root;
    private final List<Instance> entered = new CopyOnWriteArrayList<>();
    private final Suspend unwinding = new Suspend();
    private final Breakpoints breakpoints = new Breakpoints();

    /** Its place among those that a scheduler runs; the scheduler's. */
    final Scheduler.Turn turn = new Scheduler.Turn();

    // written by the running thread
    private volatile long usedNanos;
    private volatile long sliceBegan;

    // guarded by this; read by the running thread without lock where a stale value does no harm
    private volatile int requests;
    private volatile State state = State.READY;
    private volatile @Nullable Outcome outcome;
    private @Nullable Cause cause;
    private String killReason = "killed";
    private @Nullable Scheduler scheduler;
    private final List<Consumer<Execution>> listeners = new ArrayList<>();

    // owned by the running thread, or by whoever looks while nothing runs
    private List<Frame> frames = new ArrayList<>();
    private String note = "";
    private @Nullable CompletionStage<?> waitingFor;
    private @Nullable Cause pending;
    private int pinned;
    private @Nullable Func tail;
    private Values tailArgs = Values.none();
    private int stackWords = DEFAULT_STACK / 8;
    private boolean suspendOnOverflow;
    private long fuel = Long.MAX_VALUE;
    private int pollsToSuspension = -1;
    private boolean atBreakpoint;

    /** Prepares a call. The arguments must be of the function's types. */
    public Execution(Func func, Values args) {
        this(func.instance, List.of(Frame.entry(func.instance, func.index, args)));
    }

    Execution(Instance root, List<Frame> frames) {
        this.root = root;
        this.frames.addAll(frames);
    }

    /** The instance whose function was called first. */
    public Instance instance() {
        return root;
    }

    /** Sets the stack budget in bytes; a call takes 64 bytes and 8 for each local variable. Before the first run. */
    public Execution stack(int bytes) {
        stackWords = bytes / 8;
        return this;
    }

    /** Lets an exhausted stack suspend the program instead of trapping. */
    public Execution suspendOnOverflow() {
        suspendOnOverflow = true;
        return this;
    }

    /**
     * Sets how much fuel is left, one unit for about one instruction; used up, the program is suspended. Only metered
     * code ({@link Limit#metered}) takes any. While the program is stopped.
     */
    public Execution fuel(long units) {
        fuel = units;
        return this;
    }

    /** Nanoseconds for which it has had a thread. */
    public long runNanos() {
        long began = sliceBegan;
        return usedNanos + (began == 0 ? 0 : System.nanoTime() - began);
    }

    /** Fuel left. */
    public long fuel() {
        return fuel;
    }

    /** Kills the program, for the given reason, when so much time has passed from now on. */
    public Execution deadline(long millis, String reason) {
        Timers.after(millis, this, reason);
        return this;
    }

    public State state() {
        return state;
    }

    /** How the execution ended, null if it has not. */
    public @Nullable Outcome outcome() {
        return outcome;
    }

    /** Why it was last suspended, null if it never was. */
    public synchronized @Nullable Cause cause() {
        return cause;
    }

    /** What a host function said when it suspended the program. */
    public String note() {
        return note;
    }

    /** Offsets at which the program is to stop. To be changed while it is stopped. */
    public Breakpoints breakpoints() {
        return breakpoints;
    }

    /** Stops before an instruction, which the next run then passes. */
    Suspend stopAtBreakpoint() {
        atBreakpoint = true;
        return suspending(Cause.BREAKPOINT);
    }

    /** Whether the next instruction is the one at which the program was stopped last. */
    boolean passesBreakpoint() {
        boolean passes = atBreakpoint;
        atBreakpoint = false;
        return passes;
    }

    boolean debugging() {
        return !breakpoints.isEmpty();
    }

    /** The call stack of a stopped program, innermost function first. */
    public List<Frame> frames() {
        return frames.reversed();
    }

    /** The frames, outermost first. */
    List<Frame> stack() {
        return frames;
    }

    int stackWords() {
        return stackWords;
    }

    // ---- requests, from any thread

    /** Asks the program to stop; nothing happens if it is stopped or ended. */
    public void suspend() {
        synchronized (this) {
            if (state == State.RUNNING) {
                request(SUSPEND);
                return;
            }
            if (state != State.WAITING && (state != State.READY || scheduler == null)) {
                return;
            }
            cause = Cause.REQUEST;
            state = State.SUSPENDED;
        }
        stopped();
    }

    /** Ends the program, whatever it does. */
    public void kill(String reason) {
        synchronized (this) {
            if (state == State.ENDED) {
                return;
            }
            killReason = reason;
            if (state == State.RUNNING) {
                request(KILL);
                return;
            }
            end(new Outcome.Killed(reason));
        }
        stopped();
    }

    /** Ends the program's time slice. */
    synchronized void yieldSlice() {
        if (state == State.RUNNING) {
            request(YIELD);
        }
    }

    /** Lets the running program know; with the lock held. */
    private void request(int bit) {
        requests |= bit;
        for (Instance i : entered) {
            i.limit = Integer.MAX_VALUE;
        }
    }

    /** Lets a suspended program go on, where it was scheduled; one that has no scheduler needs {@link #run} again. */
    public void resume() {
        synchronized (this) {
            if (state != State.SUSPENDED) {
                return;
            }
            state = State.READY;
        }
        schedule(false);
    }

    /** Sets where this execution runs. */
    synchronized void scheduler(Scheduler s) {
        scheduler = s;
    }

    private void schedule(boolean usedSlice) {
        Scheduler s;
        synchronized (this) {
            s = scheduler;
        }
        if (s != null) {
            s.ready(this, usedSlice);
        }
    }

    /** A stage that completes when the program next stops: suspended or ended; at once if it has. */
    public CompletableFuture<State> whenStopped() {
        CompletableFuture<State> f = new CompletableFuture<>();
        synchronized (this) {
            if (state != State.SUSPENDED && state != State.ENDED) {
                listeners.add(e -> f.complete(e.state()));
                return f;
            }
        }
        f.complete(state);
        return f;
    }

    private void stopped() {
        List<Consumer<Execution>> all;
        synchronized (this) {
            all = new ArrayList<>(listeners);
            listeners.clear();
        }
        all.forEach(l -> l.accept(this));
    }

    // ---- running

    /**
     * Runs on this thread until the program is suspended or has ended; starts or resumes it. Waits for what a host
     * function waits for.
     *
     * @throws IllegalStateException if it is running already or has ended
     */
    public State run() {
        synchronized (this) {
            if (state == State.SUSPENDED) {
                state = State.READY;
            }
            if (state == State.ENDED && outcome instanceof Outcome.Killed) {
                return state; // before it began, by its deadline for instance
            }
            if (state == State.RUNNING || state == State.ENDED) {
                throw new IllegalStateException("execution is " + state);
            }
        }
        while (true) {
            State s = slice();
            CompletionStage<?> stage = waitingFor;
            if (s == State.WAITING && stage != null) {
                stage.handle((v, e) -> v).toCompletableFuture().join();
                wake();
            } else if (s != State.READY) {
                return s;
            }
        }
    }

    /**
     * Runs to the end on this thread and returns the results.
     *
     * @throws Trap if it traps
     * @throws Exit if a host function ends it
     * @throws IllegalStateException if it is suspended, killed or fails
     */
    public Values call() {
        if (run() == State.SUSPENDED) {
            throw new IllegalStateException("suspended: " + cause());
        }
        return switch (outcome) {
            case Outcome.Returned r -> r.results();
            case Outcome.Trapped t -> throw t.trap();
            case Outcome.Exited e -> throw new Exit(e.code());
            case Outcome.Killed k -> throw new IllegalStateException(k.reason());
            case Outcome.Failed f -> throw new IllegalStateException(f.cause());
            case null -> throw new IllegalStateException();
        };
    }

    private boolean wake() {
        synchronized (this) {
            if (state == State.WAITING) {
                state = State.READY;
                return true;
            }
            return false;
        }
    }

    /** Runs until the program stops in whatever way and returns its state then. */
    State slice() {
        synchronized (this) {
            if (state != State.READY) {
                return state;
            }
            state = State.RUNNING;
            requests = 0;
        }
        long began = System.nanoTime();
        sliceBegan = began;
        Outcome end;
        try {
            end = Compiling.during(this::stopIfKilled, this::steps);
        } finally {
            release(); // before anybody can see that it has stopped, and use the instances or resume it
            sliceBegan = 0;
            long used = usedNanos + System.nanoTime() - began;
            usedNanos = used;
        }
        State next = end == null ? suspended() : ended(end);
        if (next == State.WAITING) {
            await();
        } else if (next == State.READY) {
            schedule(true);
        } else {
            stopped();
        }
        return next;
    }

    private void await() {
        CompletionStage<?> stage;
        boolean scheduled;
        synchronized (this) {
            stage = waitingFor;
            scheduled = scheduler != null;
        }
        if (stage != null && scheduled) {
            stage.whenComplete((v, e) -> {
                if (wake()) {
                    schedule(false);
                }
            });
        }
    }

    private synchronized void release() {
        for (Instance i : entered) {
            i.execution(null);
            i.limit = 0;
        }
        entered.clear();
    }

    /** Makes an instance part of this execution. */
    void enter(Instance instance) {
        Execution other = instance.execution();
        if (other == this) {
            return;
        }
        if (other != null) {
            throw new IllegalStateException("instance is used by another execution");
        }
        instance.execution(this);
        synchronized (this) {
            entered.add(instance);
            instance.quantum = quantum();
            instance.limit = requests == 0 && pollsToSuspension < 0 ? 0 : Integer.MAX_VALUE;
        }
    }

    /** Ends the program if that is asked for, wherever it is. */
    void stopIfKilled() {
        if ((requests & KILL) != 0) {
            throw new Kill();
        }
    }

    /** Runs; returns how the program ended, null if it is suspended. */
    private @Nullable Outcome steps() {
        try {
            Values result = Values.none();
            int depth = stackWords;
            for (Frame f : frames) {
                enter(f.instance());
                depth -= ModuleCode.frameCost(f.locals());
            }
            while (!frames.isEmpty()) {
                Frame f = frames.removeLast();
                depth += ModuleCode.frameCost(f.locals());
                result = Rt.trampoline(step(f, result, depth), f.instance(), depth);
            }
            return new Outcome.Returned(result);
        } catch (Suspend s) {
            frames.addAll(s.take());
            return null;
        } catch (Kill k) {
            return new Outcome.Killed(killReason);
        } catch (Exit e) {
            return new Outcome.Exited(e.code());
        } catch (Throwable t) {
            Trap trap = Trap.of(t);
            return trap != null ? new Outcome.Trapped(trap) : new Outcome.Failed(t);
        }
    }

    private Values step(Frame f, Values result, int depth) {
        Instance i = f.instance();
        if (f.isEntry()) {
            return f.func() < i.module().importedFuncs()
                    ? Rt.invoke(f.args(), i.func(f.func()), i, depth)
                    : i.callBody(f.func(), f.args(), depth);
        }
        return Interpreter.resume(f, result, depth);
    }

    private synchronized State ended(Outcome o) {
        frames.clear();
        return end(o);
    }

    private State end(Outcome o) {
        outcome = o;
        state = State.ENDED;
        return State.ENDED;
    }

    private synchronized State suspended() {
        Cause c = pending;
        pending = null;
        if (waitingFor != null) {
            state = (requests & SUSPEND) != 0 ? State.SUSPENDED : State.WAITING;
            cause = Cause.REQUEST;
        } else if (c != null) {
            cause = c;
            state = State.SUSPENDED;
        } else if ((requests & SUSPEND) != 0) {
            cause = Cause.REQUEST;
            state = State.SUSPENDED;
        } else {
            state = State.READY;
        }
        if ((requests & KILL) != 0) {
            frames.clear();
            return end(new Outcome.Killed(killReason));
        }
        return state;
    }

    // ---- called by the running program

    void entry(Instance instance, int depth) {
        poll();
        synchronized (this) {
            if (requests == 0 && pollsToSuspension < 0) {
                instance.limit = 0;
            }
        }
        if (depth < 0) {
            if (!suspendOnOverflow || pinned > 0) {
                throw new Trap(Trap.Kind.CALL_STACK_EXHAUSTED);
            }
            throw suspending(Cause.STACK_EXHAUSTED);
        }
    }

    /**
     * Lets the program suspend itself at its n-th poll from the next start on, and poll at each function entry and each
     * iteration until then; for tests that stop at every place there is.
     */
    void suspendAfter(int polls) {
        pollsToSuspension = polls;
    }

    /** Iterations of a loop until the next poll. */
    int quantum() {
        return pollsToSuspension >= 0 ? 1 : Rt.QUANTUM;
    }

    void poll() {
        if (pollsToSuspension >= 0 && pinned == 0 && pollsToSuspension-- == 0) {
            throw suspending(Cause.REQUEST);
        }
        int r = requests;
        if (r == 0) {
            return;
        }
        stopIfKilled();
        if (pinned == 0) {
            waitingFor = null;
            throw unwinding;
        }
    }

    void charge(int cost) {
        fuel -= cost;
        if (fuel < 0 && pinned == 0) {
            fuel += cost;
            throw suspending(Cause.FUEL_EXHAUSTED);
        }
    }

    Suspend suspending(Cause why) {
        pending = why;
        waitingFor = null;
        return unwinding;
    }

    /** The exception of a suspension that is under way. */
    Suspend unwinding() {
        return unwinding;
    }

    Values callHost(Func f, HostFunction host, Values args, int depth) {
        try {
            poll();
            return host.call(new HostCall(f.instance, this, args, depth));
        } catch (Suspend s) {
            s.add(Frame.entry(f.instance, f.index, args));
            throw s;
        } catch (HostCall.Wait w) {
            waitingFor = w.stage();
            unwinding.add(Frame.entry(f.instance, f.index, args));
            throw unwinding;
        } catch (HostCall.Pause p) {
            note = String.valueOf(p.getMessage());
            unwinding.add(Frame.entry(f.instance, f.index, args));
            throw suspending(Cause.HOST);
        }
    }

    void pin(int delta) {
        pinned += delta;
    }

    boolean pinned() {
        return pinned > 0;
    }

    void tail(Func f, Values args) {
        tail = f;
        tailArgs = args;
    }

    boolean hasTail() {
        return tail != null;
    }

    Values tailArgs() {
        return tailArgs;
    }

    Func takeTail() {
        Func f = tail;
        if (f == null) {
            throw new IllegalStateException();
        }
        tail = null;
        tailArgs = Values.none();
        return f;
    }

    /** Name of a frame's function for people. */
    static String describe(Frame f) {
        Module m = f.instance().module();
        String name = m.funcName(f.func());
        return "func " + f.func() + (name == null ? "" : " <" + name + ">") + " at " + f.moduleOffset();
    }
}
