package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wasm.Execution.State;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ValType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who runs when, with more programs than threads. */
@Timeout(60)
class SchedulerTest {
    private static final FuncType TYPE = new FuncType(List.of(ValType.I32), List.of(ValType.I32));

    /** Code: local.get 0, call g; what g returns is the result. */
    private static final Module CALL = module(0x20, 0x00, 0x10, 0x00, 0x0b);

    /** Code: loop, local.get 0, call g, br_if 0, end, local.get 0: calls g until that returns 0. */
    private static final Module REPEAT = module(0x03, 0x40, 0x20, 0x00, 0x10, 0x00, 0x0d, 0x00, 0x0b, 0x20, 0x00, 0x0b);

    private final List<Execution> started = new ArrayList<>();

    private static Module module(int... code) {
        ByteWriter w = new ByteWriter().fixed(0x6d736100, 4).fixed(1, 4);
        w.section(1, new ByteWriter().u8(1).u8(0x60).u8(1).u8(0x7f).u8(1).u8(0x7f));
        w.section(2, new ByteWriter().u8(1).name("env").name("g").u8(0).u8(0));
        w.section(3, new ByteWriter().u8(1).u8(0));
        w.section(7, new ByteWriter().u8(1).name("f").u8(0).u8(1));
        ByteWriter body = new ByteWriter().u8(0);
        for (int b : code) {
            body.u8(b);
        }
        w.section(10, new ByteWriter().u8(1).u32(body.size()).bytes(body.toBytes()));
        return Module.decode(w.toBytes());
    }

    private Execution program(Module m, int argument, HostFunction g) {
        Execution e = Instance.of(m, new Imports().func("env", "g", TYPE, g)).prepare("f", argument);
        started.add(e);
        return e;
    }

    @AfterEach
    void killAll() {
        started.forEach(e -> e.kill("test ended"));
    }

    private static State stopped(Execution e) throws Exception {
        return e.whenStopped().get(30, TimeUnit.SECONDS);
    }

    @Test
    void aNewProgramRunsNextWhateverComputes() throws Exception {
        List<Integer> order = new ArrayList<>(); // who ran, one after the other; written by the only thread
        HostFunction mark = c -> {
            if (order.isEmpty() || order.getLast() != c.i32(0)) {
                order.add(c.i32(0));
            }
            return c.args();
        };
        CountDownLatch all = new CountDownLatch(3);
        int before = 0;
        try (Scheduler scheduler = new Scheduler(1, 2)) {
            for (int i = 1; i <= 8; i++) {
                scheduler.start(program(REPEAT, i, c -> {
                    int size = order.size();
                    Values v = mark.call(c);
                    if (order.size() > size && c.i32(0) == 8) {
                        all.countDown(); // each has computed for some slices
                    }
                    return v;
                }));
            }
            assertTrue(all.await(30, TimeUnit.SECONDS));
            for (int i = 100; i < 120; i++) {
                AtomicInteger mine = new AtomicInteger();
                Execution quick = program(CALL, i, c -> {
                    mine.set(order.size());
                    return mark.call(c);
                });
                CompletableFuture<Integer> asked = new CompletableFuture<>();
                Execution first = program(CALL, 99, c -> {
                    asked.complete(order.size()); // on the scheduler's thread: nobody else runs meanwhile
                    scheduler.start(quick);
                    return c.args();
                });
                scheduler.start(first);
                assertEquals(State.ENDED, stopped(quick));
                before = Math.max(before, mine.get() - asked.get(30, TimeUnit.SECONDS));
            }
        }
        assertEquals(0, before, "slices of others before a new program's first");
    }

    @Test
    void aProgramThatOftenWaitsButComputesUntilItsSliceEndsDoesNotAlwaysGoFirst() throws Exception {
        // it takes its whole slice and then "waits" for what is there already
        AtomicBoolean over = new AtomicBoolean();
        List<Integer> order = new ArrayList<>();
        HostFunction greedy = c -> {
            order.add(0);
            if (over.get()) {
                return Values.ofI(0);
            }
            long begun = c.execution().runNanos();
            while (c.execution().runNanos() - begun < 4_000_000) {
                Thread.onSpinWait();
            }
            throw c.waitFor(CompletableFuture.completedFuture(null));
        };
        CountDownLatch turns = new CountDownLatch(10);
        try (Scheduler scheduler = new Scheduler(1, 3)) {
            Execution first = program(REPEAT, 1, greedy);
            Execution second = program(REPEAT, 1, greedy);
            Execution computing = program(REPEAT, 1, c -> {
                if (order.isEmpty() || order.getLast() != 1) {
                    order.add(1);
                    turns.countDown();
                }
                return c.args();
            });
            scheduler.start(first);
            scheduler.start(second);
            scheduler.start(computing);
            assertTrue(turns.await(30, TimeUnit.SECONDS));
            over.set(true);
            assertEquals(State.ENDED, stopped(first));
        }
        long greedyTurns = order.subList(order.indexOf(1), order.lastIndexOf(1)).stream()
                .filter(x -> x == 0)
                .count();
        assertTrue(greedyTurns <= 4 * 10, "turns of the two others for ten: " + greedyTurns);
    }

    @Test
    void whenNoThreadIsFreeKillAndSuspendTakeEffectAtOnce() throws Exception {
        CountDownLatch busy = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        HostFunction block = c -> {
            busy.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the scheduler is closed
            }
            return c.args();
        };
        try (Scheduler scheduler = new Scheduler(2, 5)) {
            scheduler.start(program(CALL, 1, block));
            scheduler.start(program(CALL, 2, block));
            assertTrue(busy.await(30, TimeUnit.SECONDS));
            Execution killed = program(CALL, 3, c -> c.args());
            Execution suspended = program(CALL, 4, c -> c.args());
            scheduler.start(killed);
            scheduler.start(suspended);
            killed.kill("no");
            suspended.suspend();
            assertEquals(State.ENDED, killed.state());
            assertEquals(State.SUSPENDED, suspended.state());
            suspended.resume();
            assertEquals(State.READY, suspended.state());
            release.countDown();
            assertEquals(State.ENDED, stopped(suspended));
            assertEquals(4, Mover.result(suspended));
        }
    }

    @Test
    void aProgramSuspendedAndResumedWhileItIsQueuedIsQueuedOnce() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (Scheduler scheduler = new Scheduler(1, 5)) {
            scheduler.start(program(CALL, 1, c -> {
                busy.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // the scheduler is closed
                }
                return c.args();
            }));
            assertTrue(busy.await(30, TimeUnit.SECONDS));
            Execution e = program(CALL, 5, c -> c.args());
            scheduler.start(e);
            for (int i = 0; i < 100; i++) {
                e.suspend();
                e.resume();
            }
            assertEquals(1, scheduler.queued());
            release.countDown();
            assertEquals(State.ENDED, stopped(e));
            assertEquals(5, Mover.result(e));
        }
    }

    @Test
    void twoHundredWaitingProgramsHoldNoThread() throws Exception {
        CompletableFuture<Void> event = new CompletableFuture<>();
        AtomicInteger waiting = new AtomicInteger();
        try (Scheduler scheduler = new Scheduler(1, 5)) {
            List<Execution> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Execution e = program(CALL, i, c -> {
                    if (!event.isDone()) {
                        waiting.incrementAndGet();
                        throw c.waitFor(event);
                    }
                    return c.args();
                });
                all.add(e);
                scheduler.start(e);
            }
            Execution last = program(CALL, 7, c -> c.args());
            scheduler.start(last);
            assertEquals(State.ENDED, stopped(last)); // behind all others in the queue
            assertEquals(200, waiting.get());
            assertEquals(0, scheduler.queued());
            event.complete(null);
            for (int i = 0; i < 200; i++) {
                assertEquals(State.ENDED, stopped(all.get(i)));
                assertEquals(i, Mover.result(all.get(i)));
            }
        }
    }

    @Test
    void suspendingAndResumingInHasteHarmsNoProgram() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (Scheduler scheduler = new Scheduler(2, 1)) {
            List<Execution> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Execution e = program(REPEAT, 1, c -> Values.ofI(over.get() ? 0 : 1));
                all.add(e);
                scheduler.start(e);
            }
            for (int i = 0; i < 1000; i++) {
                Execution e = all.get(i % 3);
                e.suspend();
                while (e.state() == State.RUNNING) {
                    Thread.onSpinWait();
                }
                e.resume();
            }
            over.set(true);
            for (Execution e : all) {
                while (stopped(e) == State.SUSPENDED) {
                    e.resume(); // the last request came after the last resume
                }
                assertEquals(1, Mover.result(e));
            }
        }
    }

    @Test
    void aListenerThatFailsCostsNoThread() throws Exception {
        try (Scheduler scheduler = new Scheduler(1, 5)) {
            Execution e = program(CALL, 1, c -> c.args());
            var _ = e.whenStopped().thenRun(() -> {
                throw new IllegalStateException("listener");
            });
            scheduler.start(e);
            Execution next = program(CALL, 2, c -> c.args());
            scheduler.start(next);
            assertEquals(State.ENDED, stopped(next));
        }
    }
}
