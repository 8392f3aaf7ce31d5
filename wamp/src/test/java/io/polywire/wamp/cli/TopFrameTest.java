package io.polywire.wamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TopFrameTest {
    private static TopFrame.Row row(@Nullable Object... pairs) {
        Map<String, @Nullable Object> map = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return TopFrame.Row.of(map);
    }

    private static Map<String, @Nullable Object> members(@Nullable Object... pairs) {
        return row(pairs).members();
    }

    private static TopFrame.Look look(long millis, long calls, long slowCalls) {
        return new TopFrame.Look(
                row(
                        "time_ms", millis,
                        "server",
                                members("version", "9.9", "started_ms", 0L, "cpu_seconds", millis / 2000.0, "cpus", 2L),
                        "totals", members("calls", calls, "sessions", 2L, "bytes_in", calls * 1024)),
                List.of(
                        row("realm", "r", "registration", 1L, "procedure", "a.slow", "calls", slowCalls, "errors", 7L),
                        row("realm", "r", "registration", 2L, "procedure", "b.fast", "calls", calls, "errors", 0L)),
                new ArrayList<>(List.of(row("realm", "r", "session", 5L, "authid", "alice", "queued_bytes", 2048L))));
    }

    private static List<String> frame(int order) {
        return TopFrame.of(look(10_000, 100, 0), look(12_000, 700, 2), order, 120, 30);
    }

    @Test
    void ratesAreWhatHasGrownBetweenTwoLooksInTheServersTime() {
        List<String> lines = frame(0);
        assertTrue(lines.get(2).startsWith("calls/s 300.0 "), lines.get(2));
        assertTrue(lines.get(2).contains("in 300.0 KiB/s"), lines.get(2));
        assertTrue(lines.get(2).contains("cpu 0.50 of 2"), lines.get(2));
    }

    @Test
    void theOrderIsByRateThenByErrorsThenByName() {
        assertTrue(frame(0).get(5).startsWith("b.fast"), frame(0).get(5));
        assertTrue(frame(1).get(5).startsWith("a.slow"), frame(1).get(5));
        assertTrue(frame(2).get(5).startsWith("a.slow"), frame(2).get(5));
        assertEquals(frame(0).get(5), frame(3).get(5));
    }

    @Test
    void aPictureFitsTheTerminal() {
        for (int width : List.of(40, 80, 200)) {
            for (int height : List.of(10, 24)) {
                List<String> lines = TopFrame.of(look(1, 1, 1), look(2, 2, 2), 0, width, height);
                assertTrue(lines.size() <= height, lines.size() + " lines");
                assertTrue(lines.stream().allMatch(line -> line.length() <= width), String.join("\n", lines));
            }
        }
    }

    @Test
    void whatIsNewHasNoRateYet() {
        TopFrame.Look empty = new TopFrame.Look(look(1000, 1, 1).stats(), List.of(), List.of());
        List<String> lines = TopFrame.of(empty, look(2000, 500, 5), 0, 120, 30);
        assertTrue(lines.get(5).contains(" 0.0 "), lines.get(5));
    }
}
