package io.polywire.gate.host;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.Instances;
import io.polywire.gate.message.ModuleRefs;
import io.polywire.gate.message.Status;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Program;
import io.polywire.gate.program.ProgramException;
import io.polywire.gate.program.Programs;
import io.polywire.gate.storage.Storage;
import io.polywire.gate.storage.StorageException;
import io.polywire.gate.storage.StoredInstance;
import io.polywire.gate.storage.StoredRef;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Modules, references and instances, and what each principal may have of them.
 *
 * <p>Thread-safe. Methods block until what they have done is stored, unless they say otherwise, and are meant for virtual
 * threads; they throw {@link ApiException} and {@link ProgramException} for what the client is to be told, and {@link
 * StorageException} when this server is at fault.
 */
public final class GateHost implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.polywire.gate");
    private static final Pattern UUID_4 =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}");
    private static final long TICK_MILLIS = 1000;

    private final Programs programs;
    private final Storage storage;
    private final HostSettings settings;
    private final Modules modules;
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final List<BiConsumer<GateInstance, Status>> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("polywire-gate-clock").factory());
    private final AtomicInteger working = new AtomicInteger();
    private long ticked = System.nanoTime();

    /** Takes over what the storage has: instances that ran go on or are killed, see {@link Interrupted}. */
    @SuppressWarnings("FutureReturnValueIgnored") // The clock's task lets no exception out.
    public GateHost(Programs programs, Storage storage, HostSettings settings) {
        this.programs = programs;
        this.storage = storage;
        this.settings = settings;
        this.modules = new Modules(storage, settings.programs());
        recover(storage.load());
        clock.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void recover(Storage.Contents contents) {
        contents.modules().forEach(modules::restore);
        for (StoredRef ref : contents.refs()) {
            if (modules.holdStored(ref.module())) {
                account(ref.principal()).restoreRef(ref.module(), modules.size(ref.module()));
            }
        }
        List<GateInstance> all =
                contents.instances().stream().map(this::restore).toList();
        modules.sweep();
        for (GateInstance instance : all) {
            instance.recover(settings.interrupted());
        }
    }

    private GateInstance restore(StoredInstance kept) {
        modules.holdStored(kept.module());
        GateInstance instance = new GateInstance(this, kept);
        Account account = account(kept.principal());
        account.restore(instance);
        account.stored(kept.stateSize());
        return instance;
    }

    /** Its settings. */
    public HostSettings settings() {
        return settings;
    }

    /** Where to remember nonces. */
    public Storage storage() {
        return storage;
    }

    /** What runs them. */
    public Programs programs() {
        return programs;
    }

    Modules modules() {
        return modules;
    }

    Account account(String principal) {
        Account account = accounts.computeIfAbsent(principal, p -> new Account(settings.limits()));
        account.touch();
        return account;
    }

    /** Runs the task on a virtual thread, where it may block. */
    public void execute(Runnable task) {
        workers.execute(() -> {
            working.incrementAndGet();
            try {
                task.run();
            } finally {
                working.decrementAndGet();
            }
        });
    }

    /** Tasks that are worked on, or wait for something. */
    public int working() {
        return working.get();
    }

    /** Tells the consumer about each status that an instance comes to; it must not block. */
    public void listen(BiConsumer<GateInstance, Status> listener) {
        listeners.add(listener);
    }

    void changed(GateInstance instance, Status status) {
        listeners.forEach(listener -> listener.accept(instance, status));
    }

    /**
     * Counts a request of a principal; never blocks.
     *
     * @throws ApiException 429 if there are too many
     */
    public void request(String principal) {
        if (settings.limits().requestsPerSecond() > 0) {
            account(principal).request();
        }
    }

    // ---- modules

    /** The modules that a principal has references to; never blocks. */
    public ModuleRefs modules(String principal) {
        Account account = accounts.get(principal);
        return new ModuleRefs(account == null ? List.of() : account.refs());
    }

    /** The module of a reference. */
    public byte[] module(String principal, String id) {
        checkRef(principal, id);
        return modules.octets(id);
    }

    /** Size of the module of a reference. */
    public long moduleSize(String principal, String id) {
        checkRef(principal, id);
        return modules.size(id);
    }

    /** The program of a reference. */
    public Program program(String principal, String id) {
        checkRef(principal, id);
        return modules.program(id);
    }

    private void checkRef(String principal, String id) {
        Account account = accounts.get(principal);
        if (account == null || !account.hasRef(id)) {
            throw moduleNotFound();
        }
    }

    /** Checks the announced length of an upload; never blocks. */
    public void checkLength(String id, long length) {
        if (length > settings.programs().module()) {
            throw tooLarge();
        }
        long known = modules.size(id);
        if (known >= 0 && length >= 0 && known != length) {
            throw new ApiException(400, "invalid module content");
        }
    }

    /** Refusal of a module over the size limit. */
    public static ApiException tooLarge() {
        return new ApiException(403, "module size limit exceeded");
    }

    /** Checks an uploaded module, whose id is said to be that. */
    public Program program(String id, byte[] octets) {
        checkLength(id, octets.length);
        Program same = modules.same(id, octets);
        if (same != null) {
            return same;
        }
        if (modules.size(id) >= 0 && !Program.id(octets).equals(id)) {
            throw otherHash();
        }
        Program program = modules.check(octets);
        if (!program.id().equals(id)) {
            throw otherHash();
        }
        return program;
    }

    private static ApiException otherHash() {
        return new ApiException(400, "module hash does not match content");
    }

    /** Checks a module of a source. */
    public Program program(ModuleSource source, String path) {
        byte[] octets = source.open(path, settings.programs().module());
        if (octets == null) {
            throw moduleNotFound();
        }
        Program same = modules.same(WebApi.moduleKey(octets), octets);
        return same != null ? same : modules.check(octets);
    }

    /** Keeps a module, and a reference to it. */
    public void ref(String principal, Program program) {
        addRef(principal, program);
    }

    private boolean addRef(String principal, Program program) {
        long size = program.bytes().length;
        if (!account(principal).addRef(program.id(), size)) {
            return false;
        }
        try {
            modules.hold(program, true);
            try {
                storage.addRef(new StoredRef(principal, program.id()));
            } catch (RuntimeException e) {
                modules.release(program.id());
                throw e;
            }
        } catch (RuntimeException e) {
            account(principal).removeRef(program.id(), size);
            throw e;
        }
        return true;
    }

    /** Removes a reference. */
    public void unref(String principal, String id) {
        Account account = accounts.get(principal);
        if (account == null || !account.removeRef(id, modules.size(id))) {
            throw moduleNotFound();
        }
        storage.removeRef(new StoredRef(principal, id));
        modules.release(id);
    }

    private static ApiException moduleNotFound() {
        return new ApiException(404, "module not found");
    }

    // ---- instances

    /** What a principal has; never blocks. */
    public Instances instances(String principal) {
        Account account = accounts.get(principal);
        return new Instances(
                account == null
                        ? List.of()
                        : account.instances().stream().map(GateInstance::item).toList());
    }

    /** All there are, of whomever; never blocks. */
    public List<GateInstance> everyInstance() {
        return accounts.values().stream()
                .flatMap(account -> account.instances().stream())
                .toList();
    }

    /** One of them; never blocks. */
    public GateInstance instance(String principal, String id) {
        Account account = accounts.get(principal);
        GateInstance found = account == null ? null : account.instance(id);
        if (found == null) {
            throw instanceNotFound();
        }
        return found;
    }

    static ApiException instanceNotFound() {
        return new ApiException(404, "instance not found");
    }

    /** Makes an instance, and the reference if that is asked for. If it fails there is neither. */
    public GateInstance launch(LaunchRequest request) {
        if (request.suspended() && !request.function().isEmpty()) {
            throw new ApiException(400, "function cannot be specified for suspended instance");
        }
        request.program().checkEntry(request.function());
        String id = instanceId(request.instance());
        Account account = account(request.owner());
        account.reserve(!request.suspended());
        GateInstance instance = new GateInstance(this, request, id);
        if (!account.add(instance)) {
            throw new ApiException(400, "duplicate instance id");
        }
        boolean newRef = false;
        try {
            newRef = request.ref() && addRef(request.owner(), request.program());
            instance.launch(request.program(), request.suspended());
            instance.begin(request.program());
            return instance;
        } catch (RuntimeException e) {
            instance.discard();
            if (newRef) {
                unref(request.owner(), request.program().id());
            }
            throw e;
        }
    }

    private static String instanceId(@Nullable String asked) {
        if (asked == null || asked.isEmpty()) {
            return UUID.randomUUID().toString();
        }
        if (!UUID_4.matcher(asked).matches()) {
            throw new ApiException(400, "instance id must be an RFC 4122 UUID version 4");
        }
        return UUID.fromString(asked).toString();
    }

    /** Makes a module of an instance, with a reference of its owner; returns its id. */
    public String snapshot(GateInstance instance) {
        byte[] octets = instance.snapshot();
        Program program = modules.saved(octets);
        addRef(instance.owner(), program);
        return program.id();
    }

    void forget(GateInstance instance) {
        Account account = accounts.get(instance.owner());
        if (account != null) {
            account.remove(instance);
        }
    }

    // ---- by the clock

    private void tick() {
        try {
            long now = System.nanoTime();
            long elapsed = now - ticked;
            ticked = now;
            long interval = settings.saveInterval().toNanos();
            for (Map.Entry<String, Account> entry : accounts.entrySet()) {
                look(entry.getValue(), now, elapsed, interval);
                accounts.computeIfPresent(entry.getKey(), (key, account) -> account.idle(now) ? null : account);
            }
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the clock failed", e);
        }
    }

    private void look(Account account, long now, long elapsed, long interval) {
        boolean over = account.overCpu(elapsed);
        for (GateInstance instance : account.instances()) {
            if (!instance.running()) {
                continue;
            }
            if (over) {
                execute(instance.isTransient() ? instance::abandon : instance::suspend);
            } else if (interval > 0 && instance.savedBefore(now - interval)) {
                execute(instance::saveRunning);
            }
        }
    }

    /** Instances that there are, in memory or not; never blocks. */
    public int instanceCount() {
        return accounts.values().stream().mapToInt(a -> a.instances().size()).sum();
    }

    /** Modules that are known; never blocks. */
    public int moduleCount() {
        return modules.count();
    }

    /** Saves what runs, so that it can go on after a restart, and ends. The programs and the storage stay open. */
    @Override
    public void close() {
        clock.shutdownNow();
        for (Account account : accounts.values()) {
            for (GateInstance instance : account.instances()) {
                if (instance.isTransient()) {
                    instance.abandon();
                } else {
                    execute(instance::saveRunning);
                }
            }
        }
        workers.shutdown();
        try {
            if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "some instances were not saved in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        modules.close();
    }
}
