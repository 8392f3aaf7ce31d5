package io.polywire.wasm.bench;

import io.polywire.wasm.Execution;
import io.polywire.wasm.Execution.State;
import io.polywire.wasm.Imports;
import io.polywire.wasm.Instance;
import io.polywire.wasm.Limit;
import io.polywire.wasm.Scheduler;
import io.polywire.wasm.Snapshot;
import io.polywire.wasm.module.Module;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
