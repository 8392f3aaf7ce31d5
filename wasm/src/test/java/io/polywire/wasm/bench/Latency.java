package io.polywire.wasm.bench;

import io.polywire.wasm.Execution;
import io.polywire.wasm.Execution.State;
import io.polywire.wasm.Imports;
import io.polywire.wasm.Instance;
import io.polywire.wasm.Limit;
import io.polywire.wasm.Scheduler;
import io.polywire.wasm.Snapshot;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** How long requests and changes of state take. */
final class Latency {
    private static final int ROUNDS = 300;

    void run() throws IOException {
        Module fib = module("fib");
        Instance.of(fib, new Imports()).call("run", 25);
        first("sha256", "run", 1);
        first("sqlite", "first");
        warm(fib);
        Module sieve = module("sieve");
        Module tight = module("spin");
        requests("fib", fib, 60);
        requests("sieve", sieve, 8_000_000);
        requests("spin", tight, 0);
        snapshot();
        crowd(fib, tight);
    }

    private static Module module(String name) throws IOException {
        return Module.decode(Engine.resource(name + ".wasm"));
    }

    private static void line(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%-44s median %9.3f ms   p99 %9.3f ms   max %9.3f ms%n",
                what,
                nanos[nanos.length / 2] / 1e6,
                nanos[(nanos.length * 99 - 1) / 100] / 1e6,
                nanos[nanos.length - 1] / 1e6);
    }

    private static void one(String what, long nanos) {
        System.out.printf(Locale.ROOT, "%-44s %16.3f ms%n", what, nanos / 1e6);
    }

    /** From the bytes to the first result, in a process that has run another module. */
    private static void first(String kernel, String function, Object... args) throws IOException {
        byte[] bytes = Engine.resource(kernel + ".wasm");
        long t = System.nanoTime();
        Module m = Module.decode(bytes);
        long decoded = System.nanoTime();
        Instance i = Instance.of(m, new Imports());
        long linked = System.nanoTime();
        i.call(function, args);
        long called = System.nanoTime();
        one(kernel + ": decode and validate", decoded - t);
        one(kernel + ": link", linked - decoded);
        one(kernel + ": first call", called - linked);
        one(kernel + ": cold first call, all together", called - t);
    }

    private static void warm(Module m) {
        long[] nanos = new long[2000];
        for (int n = 0; n < nanos.length; n++) {
            long t = System.nanoTime();
            Instance.of(m, new Imports()).call("run", 1);
            nanos[n] = System.nanoTime() - t;
        }
        line("warm instance and a call, " + pages(m) + " pages", nanos);
    }

    private static long pages(Module m) {
        return m.memories().isEmpty() ? 0 : m.memories().get(0).limits().min();
    }

    /** Time from a request until the program has stopped. */
    private static void requests(String name, Module m, int argument) {
        long[] suspend = new long[ROUNDS];
        long[] kill = new long[ROUNDS];
        try (Scheduler scheduler = new Scheduler(1, 5)) {
            for (int n = 0; n < ROUNDS; n++) {
                Execution e = start(scheduler, m, argument);
                suspend[n] = time(e, e::suspend, State.SUSPENDED);
                e.resume();
                pause();
                kill[n] = time(e, () -> e.kill("enough"), State.ENDED);
            }
        }
        line(name + ": suspend", suspend);
        line(name + ": kill", kill);
    }

    private static Execution start(Scheduler scheduler, Module m, int argument) {
        Execution e = Instance.of(m, new Imports()).prepare("run", argument);
        scheduler.start(e);
        pause();
        return e;
    }

    private static void pause() {
        LockSupport.parkNanos(3_000_000);
    }

    private static long time(Execution e, Runnable request, State expected) {
        long t = System.nanoTime();
        request.run();
        State s = e.whenStopped().join();
        long nanos = System.nanoTime() - t;
        if (s != expected) {
            throw new IllegalStateException(s + " instead of " + expected);
        }
        return nanos;
    }

    /** A new program's whole run beside 200 that wait and 8 that compute, with a thread for each processor. */
    private static void crowd(Module fib, Module spin) {
        CompletableFuture<Void> never = new CompletableFuture<>();
        FuncType type = new FuncType(List.of(), List.of());
        Module asking = Module.decode(new ByteWriter()
                .fixed(0x6d736100, 4)
                .fixed(1, 4)
                .section(1, new ByteWriter().u8(1).u8(0x60).u8(0).u8(0))
                .section(2, new ByteWriter().u8(1).name("env").name("ask").u8(0).u8(0))
                .section(7, new ByteWriter().u8(1).name("run").u8(0).u8(0))
                .toBytes());
        Imports imports = new Imports().func("env", "ask", type, call -> {
            throw call.waitFor(never);
        });
        List<Execution> others = new ArrayList<>();
        for (int n = 0; n < 200; n++) {
            others.add(Instance.of(asking, imports).prepare("run"));
        }
        for (int n = 0; n < 8; n++) {
            others.add(Instance.of(spin, new Imports()).prepare("run", 0));
        }
        long[] nanos = new long[ROUNDS];
        try (Scheduler scheduler = new Scheduler()) {
            others.forEach(scheduler::start);
            pause();
            for (int n = 0; n < ROUNDS; n++) {
                long t = System.nanoTime();
                Execution e = Instance.of(fib, new Imports()).prepare("run", 15);
                scheduler.start(e);
                var _ = e.whenStopped().join();
                nanos[n] = System.nanoTime() - t;
            }
            others.forEach(e -> e.kill("done"));
        }
        line("a call beside 200 waiting, 8 computing", nanos);
    }

    /** A program with a memory of 1 MiB that is full of different bytes. */
    private static void snapshot() throws IOException {
        Module m = module("spin");
        List<Long> save = new ArrayList<>();
        List<Long> restore = new ArrayList<>();
        try (Scheduler scheduler = new Scheduler(1, 5)) {
            for (int n = 0; n < ROUNDS; n++) {
                Execution e = start(scheduler, m, 0);
                var _ = time(e, e::suspend, State.SUSPENDED);
                byte[] saved = timed(save, () -> Snapshot.save(e, Map.of()));
                Execution copy = timed(
                        restore,
                        () -> Snapshot.restore(Module.decode(saved), new Imports(), Limit.DEFAULT)
                                .execution());
                if (copy == null) {
                    throw new IllegalStateException("nothing restored");
                }
                e.kill("done");
            }
        }
        line("save a program with 1 MiB", nanos(save));
        line("restore it", nanos(restore));
    }

    private static <T> T timed(List<Long> times, Supplier<T> work) {
        long t = System.nanoTime();
        T result = work.get();
        times.add(System.nanoTime() - t);
        return result;
    }

    private static long[] nanos(List<Long> times) {
        return times.stream().mapToLong(Long::longValue).toArray();
    }
}
