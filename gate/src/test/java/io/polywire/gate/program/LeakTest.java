package io.polywire.gate.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wasm.MemoryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that vanish at any moment, and programs that do harm, leave nothing behind. */
@Timeout(120)
class LeakTest {
    @Test
    void nothingIsLeftOfProgramsWhoseClientsVanish() throws Exception {
        Random random = new Random(3);
        long budget = MemoryBudget.used();
        String[][] functions = {
            {"hello", "main"},
            {"echo", "main"},
            {"echo", "serve"},
            {"spin", "main"},
            {"spin", "idle"},
            {"traps", "grow"},
            {"counter", "serve"},
            {"exit", "bad_code"}
        };
        try (Programs programs = new Programs(ProgramLimits.DEFAULT, List.of(), 2)) {
            int threads = Thread.activeCount();
            List<Guest> all = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                String[] f = functions[random.nextInt(functions.length)];
                Guest g = programs.create(Wasm.program(f[0]), Launch.of(f[1]).asCall());
                all.add(g);
                TestPeer peer = random.nextBoolean() ? TestPeer.open("abc") : TestPeer.sends(new byte[50_000]);
                if (random.nextInt(4) > 0) {
                    peer.connect(g);
                }
                if (random.nextInt(8) > 0) {
                    g.start();
                }
                switch (random.nextInt(5)) {
                    case 0 -> g.kill();
                    case 1 -> g.suspend();
                    case 2 -> {
                        var _ = g.snapshot();
                    }
                    default -> {}
                }
                if (random.nextBoolean() && peer.isAttached()) {
                    peer.stream().lost();
                }
            }
            all.forEach(Guest::close);
            for (Guest g : all) {
                Wasm.end(g);
            }
            assertEquals(0, programs.running());
            // Less than before is no leak: memory of tests before this one may have been collected meanwhile.
            assertTrue(MemoryBudget.used() <= budget, MemoryBudget.used() + " octets, before " + budget);
            assertTrue(Thread.activeCount() <= threads, "threads");
        }
    }

    @Test
    void aProgramThatFloodsItsOutputWaitsForItsClient() throws Exception {
        try (Programs programs = new Programs(ProgramLimits.DEFAULT, List.of(), 2)) {
            Guest g = programs.create(Wasm.program("echo"), Launch.of("main").asCall());
            StuckPeer peer = new StuckPeer();
            g.connect(peer);
            g.start();
            peer.feed(4 << 20);
            assertTrue(peer.taken() <= 128 << 10, "output without consumption: " + peer.taken());
            assertEquals("RUNNING", g.status().state().name());
            g.close();
            Wasm.end(g);
        }
    }
}
