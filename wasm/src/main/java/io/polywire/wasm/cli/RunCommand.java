package io.polywire.wasm.cli;

import io.polywire.wasm.Execution;
import io.polywire.wasm.Execution.State;
import io.polywire.wasm.Frame;
import io.polywire.wasm.Func;
import io.polywire.wasm.Imports;
import io.polywire.wasm.Instance;
import io.polywire.wasm.Limit;
import io.polywire.wasm.LinkException;
import io.polywire.wasm.Outcome;
import io.polywire.wasm.Scheduler;
import io.polywire.wasm.Snapshot;
import io.polywire.wasm.SnapshotException;
import io.polywire.wasm.Trap;
import io.polywire.wasm.Values;
import io.polywire.wasm.cli.WasmCommand.UsageException;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ModuleException;
import io.polywire.wasm.wasi.Wasi;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** {@code wasm run}: runs a program to its end, or until it is saved. */
final class RunCommand {
    private static final int TRAPPED = 134;
    private static final int TIMED_OUT = 124;
    private static final int OUT_OF_FUEL = 125;

    private static final String TIMEOUT = "timeout";

    private final RunOptions options;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    RunCommand(RunOptions options, InputStream in, PrintStream out, PrintStream err) {
        this.options = options;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** A program that is ready to run. */
    private record Program(Execution execution, Wasi wasi, FuncType type) {}

    int run() throws IOException {
        try {
            Program p = options.resume() != null ? resume(options.resume()) : load();
            try (Scheduler scheduler = new Scheduler(1, 10)) {
                return run(p, scheduler);
            } finally {
                p.wasi().close();
            }
        } catch (ModuleException | LinkException | SnapshotException e) {
            err.println("wasm: " + e.getMessage());
            return 1;
        } catch (UncheckedIOException e) {
            err.println("wasm: " + e.getCause());
            return 1;
        } catch (Trap t) {
            err.println("trap: " + t.getMessage());
            return TRAPPED;
        }
    }

    private Limit limit(boolean metered) {
        return new Limit(options.memoryMax(), Limit.DEFAULT.tableElements(), metered);
    }

    private Wasi wasi(byte @Nullable [] saved, List<String> args) {
        return new Wasi(new Wasi.Config(args, options.env(), options.dirs(), in, out, err), saved);
    }

    private Program load() throws IOException {
        Path file = options.file();
        if (file == null) {
            throw new UsageException("FILE expected");
        }
        Module module = Module.decode(Files.readAllBytes(file));
        List<String> args = new ArrayList<>(List.of(String.valueOf(file.getFileName())));
        args.addAll(options.args());
        Wasi wasi = wasi(null, args);
        Imports imports = new Imports();
        wasi.addTo(imports);
        Instance instance = new Instance(module, imports, limit(options.fuel() >= 0));
        Execution start = instance.start();
        if (start != null) {
            prepare(start).call();
        }
        String name = options.invoke() != null ? options.invoke() : "_start";
        Func f = instance.func(name);
        if (f == null) {
            throw new UsageException("the module has no exported function " + name
                    + (options.invoke() == null ? "; name one with --invoke" : ""));
        }
        Values values = options.invoke() != null ? arguments(f.type()) : Values.none();
        if (options.invoke() == null && !f.type().params().isEmpty()) {
            throw new UsageException("_start takes arguments; use --invoke");
        }
        return new Program(prepare(new Execution(f, values)), wasi, f.type());
    }

    private Values arguments(FuncType type) {
        List<String> given = options.args();
        if (given.size() != type.params().size()) {
            throw new UsageException("the function's type is " + type + ", got " + given.size() + " arguments");
        }
        Values v = Values.of(given.size());
        for (int i = 0; i < given.size(); i++) {
            Numbers.add(v, type.params().get(i), given.get(i));
        }
        return v;
    }

    private Execution prepare(Execution e) {
        e.stack(options.stack());
        return options.fuel() >= 0 ? e.fuel(options.fuel()) : e;
    }

    private Program resume(Path file) throws IOException {
        Module module = Module.decode(Files.readAllBytes(file));
        RunState state = RunState.read(module.custom(RunState.SECTION));
        Wasi wasi;
        try {
            wasi = wasi(module.custom(Wasi.SECTION), state.args());
        } catch (IllegalArgumentException e) {
            throw new SnapshotException(String.valueOf(e.getMessage()));
        }
        Imports imports = new Imports();
        wasi.addTo(imports);
        Snapshot.Restored restored = Snapshot.restore(module, imports, limit(state.metered() || options.fuel() >= 0));
        Execution e = restored.execution();
        if (e == null) {
            throw new SnapshotException("nothing runs in this snapshot");
        }
        if (options.fuel() >= 0) {
            e.fuel(options.fuel());
        }
        Frame root = e.frames().getLast();
        return new Program(e, wasi, module.funcType(root.func()));
    }

    private int run(Program p, Scheduler scheduler) {
        Execution e = p.execution();
        Path target = options.snapshotTo();
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Thread hook = target == null ? null : new Thread(() -> saveOnExit(p, target, ended));
        if (hook != null) {
            Runtime.getRuntime().addShutdownHook(hook);
        }
        if (options.timeout() >= 0) {
            e.deadline(options.timeout(), TIMEOUT);
        }
        scheduler.start(e);
        State state = e.whenStopped().join();
        if (hook != null && !removed(hook)) {
            if (state == State.ENDED) {
                ended.complete(report(e.outcome(), p));
            }
            awaitEnd(hook); // it saves the program; what stops next, the scheduler, would end it
            return 143;
        }
        if (state == State.SUSPENDED) {
            boolean fuel = e.cause() == Execution.Cause.FUEL_EXHAUSTED;
            err.println(fuel ? "fuel exhausted" : "suspended: " + e.cause());
            return fuel ? OUT_OF_FUEL : 1;
        }
        return report(e.outcome(), p);
    }

    private static void awaitEnd(Thread hook) {
        try {
            hook.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the process ends at once
        }
    }

    private static boolean removed(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            return false;
        }
    }

    private int report(@Nullable Outcome outcome, Program p) {
        return switch (outcome) {
            case Outcome.Returned r -> {
                for (int i = 0; i < p.type().results().size(); i++) {
                    out.println(Numbers.text(r.results(), i, p.type().results().get(i)));
                }
                yield 0;
            }
            case Outcome.Exited x -> x.code();
            case Outcome.Trapped t -> {
                err.println("trap: " + t.trap().getMessage());
                yield TRAPPED;
            }
            case Outcome.Killed k -> {
                err.println("killed: " + k.reason());
                yield k.reason().equals(TIMEOUT) ? TIMED_OUT : 1;
            }
            case Outcome.Failed f -> {
                err.println("wasm: " + f.cause());
                yield 1;
            }
            case null -> 1;
        };
    }

    private void saveOnExit(Program p, Path target, CompletableFuture<Integer> ended) {
        Execution e = p.execution();
        e.suspend();
        if (e.whenStopped().join() != State.SUSPENDED) {
            int code = ended.join();
            out.flush();
            err.flush();
            Runtime.getRuntime().halt(code); // it ended before it could be saved, and whoever waits must see that
        }
        try {
            byte[] bytes = Snapshot.save(
                    e,
                    Map.of(
                            Wasi.SECTION,
                            p.wasi().save(),
                            RunState.SECTION,
                            new RunState(p.wasi().args(), e.instance().metered()).write()));
            Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
            Files.write(temporary, bytes);
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | SnapshotException | UncheckedIOException x) {
            err.println("wasm: not saved: " + x.getMessage());
            err.flush();
        }
        out.flush();
    }
}
