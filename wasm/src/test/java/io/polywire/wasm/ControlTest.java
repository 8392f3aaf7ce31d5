package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wasm.Execution.Cause;
import io.polywire.wasm.Execution.State;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Limits;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ValType;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kill, suspend, deadline, fuel, stack, memory, time slices, waiting host functions, breakpoints. */
@Timeout(60)
class ControlTest {
    private static final Module FIB = Module.decode(Kernels.bytes("fib"));

    /** Code: local.get 0, call 0, local.get 0, i32.add; the function f(n) calls the imported function. */
    private static final Module CALLER = module(2, 0x20, 0x00, 0x10, 0x00, 0x20, 0x00, 0x6a, 0x0b);

    /** A loop without end: loop, br 0, end, unreachable. */
    private static final Module SPIN = module(0, 0x03, 0x40, 0x0c, 0x00, 0x0b, 0x00, 0x0b);

    /** A module with one function f of type i32 to i32, and, if wanted, the import env.g of the same type. */
    private static Module module(int imports, int... code) {
        ByteWriter w = new ByteWriter().fixed(0x6d736100, 4).fixed(1, 4);
        w.section(1, new ByteWriter().u8(1).u8(0x60).u8(1).u8(0x7f).u8(1).u8(0x7f));
        if (imports > 0) {
            w.section(2, new ByteWriter().u8(1).name("env").name("g").u8(0).u8(0));
        }
        w.section(3, new ByteWriter().u8(1).u8(0));
        w.section(5, new ByteWriter().u8(1).u8(0).u8(1));
        w.section(7, new ByteWriter().u8(1).name("f").u8(0).u8(imports > 0 ? 1 : 0));
        ByteWriter body = new ByteWriter().u8(0);
        for (int b : code) {
            body.u8(b);
        }
        w.section(10, new ByteWriter().u8(1).u32(body.size()).bytes(body.toBytes()));
        return Module.decode(w.toBytes());
    }

    private static Execution spin() {
        return Instance.of(SPIN, new Imports()).prepare("f", 1);
    }

    private static void awaitRunning(Execution e) {
        while (e.state() != State.RUNNING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aCallAtTheBeginningOfALoopIsNotRepeatedWhenItHasWaited() {
        // local.get 0, loop (i32) -> i32, call 0, end
        Module looped = module(1, 0x20, 0x00, 0x03, 0x00, 0x10, 0x00, 0x0b, 0x0b);
        int[] calls = {0};
        Imports imports = new Imports().func("env", "g", looped.types().getFirst(), c -> {
            if (calls[0]++ == 0) {
                throw c.waitFor(CompletableFuture.completedFuture(null));
            }
            return Values.ofI(c.i32(0) + 1);
        });
        Execution e = new Instance(looped, imports, Limit.DEFAULT).prepare("f", 41);
        assertEquals(42, e.call().getI(0));
        assertEquals(2, calls[0]);
    }

    /** Milliseconds of the program's own processor time, so that what else the machine does is not counted. */
    @Test
    void suspendAndKillTakeEffectWithinMilliseconds() throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] nanos = new long[200];
        try (ExecutorService one = Executors.newSingleThreadExecutor()) {
            long thread = one.submit(() -> Thread.currentThread().threadId()).get();
            for (int i = 0; i < nanos.length; i++) {
                Execution e = spin();
                Future<Long> stopped = one.submit(() -> {
                    var _ = e.run();
                    return threads.getCurrentThreadCpuTime();
                });
                awaitRunning(e);
                long asked = threads.getThreadCpuTime(thread);
                if (i % 2 == 0) {
                    e.kill("enough");
                } else {
                    e.suspend();
                }
                nanos[i] = stopped.get() - asked;
                assertEquals(i % 2 == 0 ? State.ENDED : State.SUSPENDED, e.state());
            }
        }
        Arrays.sort(nanos);
        long median = nanos[nanos.length / 2];
        assertTrue(median < 5_000_000, "median " + median + " ns");
    }

    @Test
    void aDeadlineKills() {
        Execution e = spin().deadline(20, "too long");
        assertEquals(State.ENDED, e.run());
        assertEquals(new Outcome.Killed("too long"), e.outcome());
    }

    @Test
    void aDeadlineThatPassesBeforeTheProgramBeginsKillsItToo() {
        Execution e = spin().deadline(0, "too late");
        assertEquals(State.ENDED, e.whenStopped().join());
        assertEquals(State.ENDED, e.run());
        assertEquals(new Outcome.Killed("too late"), e.outcome());
    }

    @Test
    void usedUpFuelSuspendsAndMoreFuelLetsTheProgramGoOn() {
        Instance instance = new Instance(FIB, new Imports(), new Limit(1 << 20, 10, true));
        Execution e = instance.prepare("run", 20).fuel(1000);
        int stops = 0;
        while (e.run() == State.SUSPENDED) {
            assertEquals(Cause.FUEL_EXHAUSTED, e.cause());
            e.fuel(10_000);
            stops++;
        }
        assertTrue(stops > 5, "stops " + stops);
        assertEquals(6765, Mover.result(e));
    }

    @Test
    void fuelIsTheSameForEachRun() {
        long[] left = new long[2];
        for (int i = 0; i < 2; i++) {
            Instance instance = new Instance(FIB, new Imports(), new Limit(1 << 20, 10, true));
            Execution e = instance.prepare("run", 15).fuel(1_000_000);
            if (i == 1) {
                e.suspendAfter(100);
                assertEquals(State.SUSPENDED, e.run());
            }
            assertEquals(State.ENDED, e.run());
            left[i] = e.fuel();
        }
        assertEquals(left[0], left[1]);
    }

    @Test
    void anExhaustedStackTrapsAndTheInstanceCanBeUsedAgain() {
        Instance instance = Instance.of(FIB, new Imports());
        Execution e = instance.prepare("run", 200).stack(4096);
        assertEquals(State.ENDED, e.run());
        Outcome.Trapped t = assertInstanceOf(Outcome.Trapped.class, e.outcome());
        assertEquals(Trap.Kind.CALL_STACK_EXHAUSTED, t.trap().kind());
        assertEquals(55, instance.call("run", 10).getI(0));
    }

    @Test
    void anExhaustedStackSuspendsIfWantedAndResumesIntoTheSameState() {
        Execution e =
                Instance.of(FIB, new Imports()).prepare("run", 200).stack(4096).suspendOnOverflow();
        assertEquals(State.SUSPENDED, e.run());
        assertEquals(Cause.STACK_EXHAUSTED, e.cause());
        int depth = e.frames().size();
        assertEquals(State.SUSPENDED, e.run());
        assertEquals(depth, e.frames().size());
    }

    @Test
    void memoryDoesNotGrowPastItsLimitNorPastTheProcessBudget() {
        Memory limited = new Memory(new Limits(1, null), 3L * Module.PAGE);
        assertEquals(1, limited.grow(2));
        assertEquals(-1, limited.grow(1));
        long used = MemoryBudget.used();
        MemoryBudget.limit(used + 2L * Module.PAGE);
        try {
            Memory m = new Memory(new Limits(1, null), Integer.MAX_VALUE);
            assertEquals(-1, m.grow(5));
            assertThrows(LinkException.class, () -> new Memory(new Limits(10, null), Integer.MAX_VALUE));
        } finally {
            MemoryBudget.limit(Runtime.getRuntime().maxMemory() / 4 * 3);
        }
    }

    @Test
    void spinningProgramsShareOneThread() throws Exception {
        try (Scheduler scheduler = new Scheduler(1, 2)) {
            List<Execution> spinning = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Execution e = spin();
                spinning.add(e);
                scheduler.start(e);
            }
            Execution useful = Instance.of(FIB, new Imports()).prepare("run", 15);
            scheduler.start(useful);
            assertEquals(State.ENDED, useful.whenStopped().get(20, TimeUnit.SECONDS));
            assertEquals(610, Mover.result(useful));
            for (Execution e : spinning) {
                assertNotNull(e.state());
                e.kill("done");
                assertEquals(State.ENDED, e.whenStopped().get(20, TimeUnit.SECONDS));
            }
        }
    }

    private static Imports host(HostFunction g) {
        return new Imports().func("env", "g", new FuncType(List.of(ValType.I32), List.of(ValType.I32)), g);
    }

    @Test
    void aWaitingHostFunctionHoldsNoThread() throws Exception {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        HostFunction ask = c -> {
            if (!answer.isDone()) {
                throw c.waitFor(answer);
            }
            return Values.ofI(answer.join() + c.i32(0));
        };
        try (Scheduler scheduler = new Scheduler(1, 5)) {
            Execution waiting = Instance.of(CALLER, host(ask)).prepare("f", 7);
            scheduler.start(waiting);
            Execution other = Instance.of(FIB, new Imports()).prepare("run", 10);
            scheduler.start(other);
            assertEquals(State.ENDED, other.whenStopped().get(20, TimeUnit.SECONDS));
            assertEquals(State.WAITING, waiting.state());
            answer.complete(100);
            assertEquals(State.ENDED, waiting.whenStopped().get(20, TimeUnit.SECONDS));
            assertEquals(114, Mover.result(waiting));
        }
    }

    @Test
    void aSnapshotOfAWaitingProgramCallsTheHostAgain() {
        CompletableFuture<Integer> never = new CompletableFuture<>();
        Execution waiting = Instance.of(CALLER, host(c -> {
                    throw c.waitFor(never);
                }))
                .prepare("f", 7);
        assertEquals(State.WAITING, waiting.slice());
        byte[] saved = Snapshot.save(waiting, Map.of());
        Execution e = Snapshot.restore(Module.decode(saved), host(c -> Values.ofI(c.i32(0) * 2)), Limit.DEFAULT)
                .execution();
        assertNotNull(e);
        assertEquals(State.ENDED, e.run());
        assertEquals(21, Mover.result(e));
    }

    @Test
    void aHostFunctionMayCallBackAndTheCallCannotBeSuspended() {
        Instance fib = Instance.of(FIB, new Imports());
        Func run = fib.func("run");
        assertNotNull(run);
        Execution e = Instance.of(CALLER, host(c -> c.invoke(run, Values.ofI(c.i32(0)))))
                .prepare("f", 12);
        assertEquals(State.ENDED, e.run());
        assertEquals(144 + 12, Mover.result(e));
    }

    @Test
    void aFailingHostFunctionEndsTheProgramOnly() {
        Execution e = Instance.of(CALLER, host(c -> {
                    throw new IllegalStateException("broken");
                }))
                .prepare("f", 1);
        assertEquals(State.ENDED, e.run());
        assertEquals(
                "broken",
                assertInstanceOf(Outcome.Failed.class, e.outcome()).cause().getMessage());
    }

    @Test
    void aBreakpointStopsBeforeItsInstructionEachTime() {
        Instance instance = Instance.of(FIB, new Imports());
        int func = instance.func("run") == null
                ? 0
                : FIB.exports().stream()
                        .filter(x -> x.name().equals("run"))
                        .findFirst()
                        .orElseThrow()
                        .index();
        int start = FIB.body(func).start();
        Execution e = instance.prepare("run", 5);
        e.breakpoints().add(start);
        int stops = 0;
        while (e.run() == State.SUSPENDED) {
            assertEquals(Cause.BREAKPOINT, e.cause());
            assertEquals(start, e.frames().get(0).moduleOffset());
            stops++;
        }
        assertTrue(stops > 0);
        assertEquals(5, Mover.result(e));
    }

    @Test
    void aTrapLeavesMemoryReadable() {
        // i32.const 16, local.get 0, i32.store; unreachable
        Instance i = Instance.of(module(0, 0x41, 0x10, 0x20, 0x00, 0x36, 0x02, 0x00, 0x00, 0x0b), new Imports());
        assertThrows(Trap.class, () -> i.call("f", 77));
        assertEquals(77, i.memory.i32(16));
    }
}
