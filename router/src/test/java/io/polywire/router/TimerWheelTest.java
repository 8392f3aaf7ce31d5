package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private final TimerWheel wheel = new TimerWheel(1_000_003);
    private final List<String> ran = new ArrayList<>();

    @Test
    void aTimerNeverRunsBeforeItsTimeAndAtMostOneTickAfter() {
        wheel.schedule(1_000_003, 42, () -> ran.add("x"));
        wheel.advance(1_000_044);
        assertEquals(List.of(), ran);
        wheel.advance(1_000_045 + TimerWheel.TICK_MILLIS);
        assertEquals(List.of("x"), ran);
        assertTrue(wheel.idle());
    }

    @Test
    void aCancelledTimerDoesNotRun() {
        Environment.Timer timer = wheel.schedule(1_000_003, 10, () -> ran.add("x"));
        timer.cancel();
        timer.cancel();
        wheel.advance(2_000_000);
        assertEquals(List.of(), ran);
        assertTrue(wheel.idle());
    }

    @Test
    void aTimerLongerThanATurnOfTheWheelWaitsForItsTurn() {
        wheel.schedule(1_000_003, 3_600_000, () -> ran.add("hour"));
        for (long t = 1_000_003; t < 4_600_003; t += 977) {
            wheel.advance(t);
            assertEquals(List.of(), ran);
        }
        wheel.advance(4_600_010);
        assertEquals(List.of("hour"), ran);
    }

    @Test
    void afterALongStopEveryDueTimerRuns() {
        wheel.schedule(1_000_003, 10, () -> ran.add("a"));
        wheel.schedule(1_000_003, 6_000, () -> ran.add("b"));
        wheel.advance(9_000_000);
        assertEquals(2, ran.size());
        wheel.schedule(9_000_000, 5, () -> ran.add("c"));
        wheel.advance(9_000_010);
        assertEquals("c", ran.getLast());
    }

    @Test
    void aTaskMayStartAndCancelTimersOfItsOwnTick() {
        Environment.Timer[] other = new Environment.Timer[1];
        wheel.schedule(1_000_003, 10, () -> {
            ran.add("first");
            other[0].cancel();
            wheel.schedule(1_000_013, 10, () -> ran.add("next"));
        });
        other[0] = wheel.schedule(1_000_003, 11, () -> ran.add("second"));
        // both are in one slot, the later one is walked first: only what has not run yet can be cancelled
        wheel.advance(1_000_020);
        wheel.advance(1_000_040);
        assertTrue(ran.contains("first"));
        assertTrue(ran.contains("next"));
        assertTrue(wheel.idle());
    }

    @Test
    void manyTimersRunAtTheirTimesWhateverTheOrder() {
        Random random = new Random(7);
        TreeMap<Integer, Long> due = new TreeMap<>();
        List<Integer> done = new ArrayList<>();
        long now = 1_000_003;
        for (int i = 0; i < 5_000; i++) {
            int id = i;
            long delay = random.nextInt(20_000);
            Environment.Timer timer = wheel.schedule(now, delay, () -> done.add(id));
            if (i % 3 == 0) {
                timer.cancel();
            } else {
                due.put(id, now + delay);
            }
        }
        for (; now < 1_030_000; now += 1 + random.nextInt(40)) {
            wheel.advance(now);
            for (int id : done) {
                assertTrue(due.getOrDefault(id, Long.MAX_VALUE) <= now);
                due.remove(id);
            }
            done.clear();
            long late = now - 2 * TimerWheel.TICK_MILLIS;
            assertFalse(due.values().stream().anyMatch(time -> time < late));
        }
        assertTrue(due.isEmpty());
        assertTrue(wheel.idle());
    }
}
