package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Runs {@link Simulation} over many seeds.
 *
 * <p>{@code -Dsimulation.seeds=10000} runs more of them, {@code -Dsimulation.seed=17} replays one.
 */
class SimulationTest {
    private static final int STEPS = 1_000;

    @Test
    void theInvariantsOfARealmHoldWhateverItsPeersDo() {
        Long one = Long.getLong("simulation.seed");
        long first = one == null ? 1 : one;
        long last = one == null ? Long.getLong("simulation.seeds", 200) : one;
        long answered = 0;
        for (long seed = first; seed <= last; seed++) {
            Simulation simulation = new Simulation(seed);
            try {
                simulation.run(STEPS);
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError(
                        "seed " + seed + " fails at step " + simulation.step() + " (" + simulation.doing()
                                + "); replay it with -Dsimulation.seed=" + seed,
                        failure);
            }
            answered += simulation.answered();
        }
        assertTrue(answered > 20 * (last - first + 1), "the simulation hardly does anything");
    }

    @Test
    void aSeedReplaysTheSameRun() {
        assertEquals(trace(5), trace(5));
    }

    private static String trace(long seed) {
        Simulation simulation = new Simulation(seed);
        simulation.run(STEPS);
        return simulation.trace();
    }
}
