package io.polywire.gate.host;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.Cause;
import io.polywire.gate.message.Debug;
import io.polywire.gate.message.Instances;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Guest;
import io.polywire.gate.program.GuestListener;
import io.polywire.gate.program.Launch;
import io.polywire.gate.program.Program;
import io.polywire.gate.program.ProgramException;
import io.polywire.gate.service.GuestPeer;
import io.polywire.gate.service.GuestStream;
import io.polywire.gate.storage.StorageException;
import io.polywire.gate.storage.StoredInstance;
import io.polywire.model.TraceContext;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A running or stopped program and its owner.
 *
 * <p>Thread-safe. {@link #status}, {@link #whenStopped}, {@link #connect} and {@link #abandon} never block; the others do,
 * until what they have done is stored, and are not for event loops.
 *
 * <p>An instance that stops is saved; only then is it told to be stopped. The program itself is held in memory while it runs
 * or can be resumed; it is loaded when it is needed after a restart.
 */
public final class GateInstance {
    private static final System.Logger LOG = System.getLogger("io.polywire.gate");

    private final GateHost host;
    private final String owner;
    private final boolean anonymous;
    private final String id;
    private final String module;
    private final boolean debugging;

    /** Serializes everything that changes the instance or its stored form. */
    private final ReentrantLock lock = new ReentrantLock();

    private volatile boolean transientInstance;
    private volatile @Nullable Guest guest;

    /** What it stopped with, null from launch or resume until that is stored. */
    private volatile @Nullable Status stopped;

    private volatile CompletableFuture<Status> whenStopped = new CompletableFuture<>();

    private final @Nullable TraceContext trace;

    // Guarded by the lock.
    private String function;
    private boolean suspending;
    private boolean deleted;
    private boolean debugInfo;
    private boolean held;
    private long state;
    private long stateSize;
    private long savedCpu;
    private long savedAt = System.nanoTime();

    GateInstance(GateHost host, LaunchRequest request, String id) {
        this.host = host;
        this.owner = request.owner();
        this.anonymous = request.anonymous();
        this.id = id;
        this.module = request.program().id();
        this.debugging = request.debug();
        this.trace = request.trace();
        this.function = request.function();
        this.transientInstance = request.call();
    }

    GateInstance(GateHost host, StoredInstance kept) {
        this.host = host;
        this.owner = kept.principal();
        this.anonymous = false;
        this.id = kept.id();
        this.module = kept.module();
        this.debugging = kept.debugging();
        this.trace = null;
        this.function = kept.function();
        this.suspending = kept.suspending();
        this.state = kept.state();
        this.stateSize = kept.stateSize();
        this.stopped = kept.status();
        this.held = true;
        whenStopped.complete(kept.status());
    }

    /** UUID, unique for the owner. */
    public String id() {
        return id;
    }

    /** Principal that owns it. */
    public String owner() {
        return owner;
    }

    /** Id of the module that it was launched from. */
    public String module() {
        return module;
    }

    /** What it is doing. */
    public Status status() {
        Status last = stopped;
        if (last != null) {
            return last;
        }
        Guest now = guest;
        return now == null ? Status.of(State.RUNNING) : now.status();
    }

    /** As in lists. */
    public Instances.Item item() {
        return new Instances.Item(id, status(), transientInstance, debugging);
    }

    /**
     * Completes with the status when it has stopped and that is stored; exceptionally if it could not be stored. Completed
     * on a virtual thread.
     */
    public CompletableFuture<Status> whenStopped() {
        return whenStopped;
    }

    boolean running() {
        return status().state() == State.RUNNING;
    }

    /** Octets of its linear memory, 0 while it is not loaded. */
    public long memoryBytes() {
        Guest now = guest;
        return now == null || stopped != null ? 0 : now.memoryBytes();
    }

    /** Processor time that it has taken since it was loaded. */
    public long cpuNanos() {
        Guest now = guest;
        return now == null ? 0 : now.cpuNanos();
    }

    boolean isTransient() {
        return transientInstance;
    }

    // ---- start and stop

    /** Starts the program; nothing is stored yet. */
    void launch(Program program, boolean suspended) {
        lock.lock();
        try {
            guest = host.programs()
                    .launch(
                            program,
                            new Launch(function, transientInstance, suspended, anonymous ? null : owner, id, listener())
                                    .within(trace));
        } finally {
            lock.unlock();
        }
    }

    private GuestListener listener() {
        return (which, status) -> host.changed(this, status);
    }

    /** Stores it, if it is to last, and watches for its end. */
    void begin(Program program) {
        lock.lock();
        try {
            if (!transientInstance) {
                keep(program);
            }
        } finally {
            lock.unlock();
        }
        watch();
    }

    private void keep(Program program) {
        host.modules().hold(program, true);
        held = true;
        save(Status.of(State.RUNNING));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What it comes to is in the other future.
    private void watch() {
        Guest now = guest;
        if (now != null) {
            now.whenStopped().thenAccept(status -> {
                // What nobody keeps is quickly done with; everything else has to be stored.
                if (transientInstance && lock.tryLock()) {
                    try {
                        settle(now, status);
                    } finally {
                        lock.unlock();
                    }
                } else {
                    host.execute(() -> settle(now, status));
                }
            });
        }
    }

    /** It has stopped: makes that last. */
    private void settle(Guest which, Status status) {
        Throwable failure = null;
        CompletableFuture<Status> told;
        lock.lock();
        try {
            if (deleted || guest != which || stopped != null) {
                return;
            }
            told = whenStopped; // A resume that comes now has another one.
            suspending = false;
            if (!transientInstance) {
                failure = trySaveStopped(which, status);
            }
            stopped = status;
        } finally {
            lock.unlock();
        }
        if (transientInstance) {
            discard();
        }
        if (failure == null) {
            told.complete(status);
        } else {
            told.completeExceptionally(failure);
        }
    }

    private @Nullable Throwable trySaveStopped(Guest which, Status status) {
        try {
            saveStopped(which, status);
            return null;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "instance " + id + " could not be saved", e);
            return e;
        }
    }

    private void saveStopped(Guest which, Status status) {
        boolean saved = false;
        try {
            saveState(which.snapshot().join());
            saved = true;
        } catch (CompletionException e) {
            LOG.log(Level.WARNING, "the state of instance " + id + " cannot be saved", e.getCause());
        }
        save(status);
        boolean over = status.state() == State.TERMINATED || status.state() == State.KILLED;
        if (over && saved) {
            unload(which); // Its state is read again if anybody wants to look at it.
        }
    }

    private void unload(Guest which) {
        host.account(owner).used(which.cpuNanos());
        guest = null;
        which.close();
    }

    private void saveState(byte[] octets) {
        long number = host.storage().addState(octets);
        host.account(owner).stored(octets.length - stateSize);
        state = number;
        stateSize = octets.length;
    }

    private void save(Status status) {
        host.storage()
                .saveInstance(new StoredInstance(
                        owner, id, module, function, status, debugging, suspending, state, stateSize));
    }

    /** Saves what a running instance has come to, if it did anything since the last time. */
    void saveRunning() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            Guest now = guest;
            if (now == null || stopped != null || deleted || transientInstance || now.cpuNanos() == savedCpu) {
                return;
            }
            long cpu = now.cpuNanos();
            byte[] octets = now.snapshot().join();
            if (now.status().state() != State.RUNNING) {
                return; // Its end will be saved.
            }
            saveState(octets);
            save(Status.of(State.RUNNING));
            savedCpu = cpu;
            savedAt = System.nanoTime();
        } catch (CompletionException | StorageException e) {
            LOG.log(Level.WARNING, "running instance " + id + " cannot be saved", e);
        } finally {
            lock.unlock();
        }
    }

    boolean savedBefore(long nanoTime) {
        return savedAt - nanoTime < 0;
    }

    // ---- restart

    /** After a restart: what ran goes on, or is reported as killed. */
    void recover(Interrupted rule) {
        lock.lock();
        try {
            if (status().state() != State.RUNNING) {
                return;
            }
            if (suspending && state != 0) {
                suspending = false;
                finish(Status.of(State.SUSPENDED));
            } else if (rule == Interrupted.KILL) {
                finish(new Status(State.KILLED, Cause.INTERNAL, 0, "server was stopped"));
            } else {
                goOn();
            }
        } finally {
            lock.unlock();
        }
    }

    private void goOn() {
        try {
            Program program = state == 0
                    ? host.modules().program(module)
                    : host.modules().saved(host.storage().state(state));
            boolean middle = state != 0 && program.startsSuspended();
            stopped = null;
            whenStopped = new CompletableFuture<>();
            guest = host.programs()
                    .launch(program, new Launch(middle ? null : function, false, false, owner, id, listener()));
            if (suspending) {
                cast(guest).suspend();
            }
            watch();
        } catch (ProgramException | StorageException e) {
            LOG.log(Level.ERROR, "instance " + id + " cannot be resumed", e);
            finish(new Status(State.KILLED, Cause.INTERNAL, 0, "state is lost"));
        }
    }

    private static Guest cast(@Nullable Guest guest) {
        if (guest == null) {
            throw new IllegalStateException("no program");
        }
        return guest;
    }

    private void finish(Status status) {
        save(status);
        stopped = status;
        whenStopped = CompletableFuture.completedFuture(status);
    }

    // ---- requests of the owner

    /** Ends it; a stopped one keeps its status. */
    public void kill() {
        lock.lock();
        try {
            Guest now = guest;
            if (now != null && stopped == null && !deleted) {
                if (!transientInstance) {
                    save(Status.of(State.KILLED));
                }
                now.kill();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The caller of a transient instance has gone: ends it, unless it was made permanent. */
    public void abandon() {
        Guest now = guest;
        if (transientInstance && now != null) {
            now.kill();
        }
    }

    /** Stops it so that it can be resumed, and makes a transient one permanent; a stopped one keeps its status. */
    public void suspend() {
        lock.lock();
        try {
            Guest now = guest;
            if (now == null || stopped != null || deleted) {
                return;
            }
            suspending = true;
            if (transientInstance) {
                transientInstance = false;
                try {
                    keep(now.program());
                } catch (RuntimeException e) {
                    transientInstance = true;
                    throw e;
                }
            } else {
                save(Status.of(State.RUNNING));
            }
            now.suspend();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets it go on.
     *
     * @param name function for a HALTED one, empty for a SUSPENDED one
     * @throws ApiException 400, 403 or 404
     * @throws ProgramException 400 or 404
     */
    public void resume(String name) {
        lock.lock();
        try {
            checkResumable(name);
            host.account(owner).checkRunning(0);
            Guest now = load();
            now.resume(name.isEmpty() ? null : name);
            function = name;
            savedAt = System.nanoTime();
            stopped = null;
            whenStopped = new CompletableFuture<>();
            watch();
            save(Status.of(State.RUNNING));
        } finally {
            lock.unlock();
        }
    }

    private void checkResumable(String name) {
        if (deleted) {
            throw GateHost.instanceNotFound();
        }
        Status last = stopped;
        State now = last == null ? State.RUNNING : last.state();
        if (now != State.SUSPENDED && now != State.HALTED) {
            throw new ApiException(400, "instance must be suspended or halted");
        }
        if (now == State.SUSPENDED && !name.isEmpty()) {
            throw new ApiException(400, "function specified for suspended instance");
        }
        if (now == State.HALTED && name.isEmpty()) {
            throw new ApiException(400, "function must be specified when resuming halted instance");
        }
    }

    /** The program of a stopped instance, loaded if need be. */
    private Guest load() {
        Guest now = guest;
        if (now == null) {
            if (state == 0) {
                throw new ApiException(500, "internal server error");
            }
            Program program = host.modules().saved(host.storage().state(state));
            now = host.programs().launch(program, new Launch(null, false, true, owner, id, listener()));
            guest = now;
        }
        return now;
    }

    /**
     * Call stack of a stopped instance, innermost function first; empty if it has ended.
     *
     * @throws ProgramException 400 if it runs
     */
    public List<Guest.StackFrame> stack() {
        lock.lock();
        try {
            return status().state() == State.SUSPENDED
                    ? load().stack()
                    : running() ? cast(guest).stack() : List.of();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A module of its present state. One that runs pauses for it.
     *
     * @throws ProgramException 400 if there can be none
     */
    public byte[] snapshot() {
        lock.lock();
        try {
            if (deleted) {
                throw GateHost.instanceNotFound();
            }
            Guest now = guest;
            if (now == null && state != 0) {
                return host.storage().state(state);
            }
            return load().snapshot().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof ProgramException refused ? refused : e;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets it; it must not run. */
    public void delete() {
        lock.lock();
        try {
            if (deleted) {
                throw GateHost.instanceNotFound();
            }
            if (stopped == null) {
                throw new ApiException(400, "instance must not be running");
            }
            host.storage().removeInstance(owner, id);
        } finally {
            lock.unlock();
        }
        discard();
    }

    /** Frees everything that it has here. */
    void discard() {
        lock.lock();
        try {
            if (deleted) {
                return;
            }
            deleted = true;
            host.account(owner).stored(-stateSize);
            host.forget(this);
            Guest now = guest;
            if (now != null) {
                now.close();
            }
            if (held) {
                held = false;
                host.modules().release(module);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Connects a client, see {@link Guest#connect}; null if it does not run, then the peer hears nothing. */
    public @Nullable GuestStream connect(GuestPeer peer) {
        Guest now = guest;
        return now == null || stopped != null ? null : now.connect(peer);
    }

    /**
     * Looks into it.
     *
     * @throws ApiException 400 or 501
     * @throws ProgramException 400
     */
    public Debug.Response debug(Debug.Request request) {
        lock.lock();
        try {
            if (deleted) {
                throw GateHost.instanceNotFound();
            }
            Debugger.Answer answer = Debugger.answer(request, load(), stopped != null, debugInfo);
            debugInfo = answer.config().debugInfo();
            return new Debug.Response(
                    WebApi.MODULE_REF_SOURCE + "/" + module, status(), answer.config(), answer.data());
        } finally {
            lock.unlock();
        }
    }
}
