package io.polywire.server.watch;

import io.polywire.router.Inspector.Totals;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last hour: a row of numbers every {@value #SECONDS} seconds. Thread-safe; its own virtual thread looks.
 */
public final class Recorder implements AutoCloseable {
    private static final int SECONDS = 5;
    private static final int ROWS = (int) Duration.ofHours(1).toSeconds() / SECONDS;
    private static final List<String> COLUMNS = List.of(
            "time_ms",
            "sessions",
            "calls",
            "errors",
            "publications",
            "events",
            "dropped_events",
            "bytes_in",
            "bytes_out",
            "cpu_seconds",
            "rss_bytes",
            "heap_bytes");

    private final Watch watch;
    private final ArrayDeque<double[]> rows = new ArrayDeque<>();
    private final CountDownLatch stop = new CountDownLatch(1);

    public Recorder(Watch watch) {
        this.watch = watch;
    }

    /** Begins to look. */
    public void start() {
        Thread.ofVirtual().name("polywire-recorder").start(() -> {
            try {
                while (!stop.await(SECONDS, TimeUnit.SECONDS)) {
                    record(watch.look());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                System.getLogger("io.polywire.server").log(Level.WARNING, "no statistics are recorded any more", e);
            }
        });
    }

    void record(Watch.Look look) {
        List<Totals> realms = look.realms();
        double[] row = {
            look.time(),
            Views.sum(realms, Totals::sessions),
            Views.sum(realms, Totals::calls),
            Views.sum(realms, Totals::errors),
            Views.sum(realms, Totals::publications),
            Views.sum(realms, Totals::events),
            Views.sum(realms, Totals::droppedEvents),
            look.octetsIn(),
            look.octetsOut(),
            look.process().cpu().toMillis() / 1000.0,
            look.process().residentBytes(),
            look.process().heapBytes()
        };
        synchronized (rows) {
            rows.addLast(row);
            if (rows.size() > ROWS) {
                rows.removeFirst();
            }
        }
    }

    /** All rows, oldest first: of what has happened the counters, so that differences are rates. */
    Map<String, @Nullable Object> history() {
        List<List<Object>> all = new ArrayList<>();
        synchronized (rows) {
            for (double[] row : rows) {
                List<Object> values = new ArrayList<>(row.length);
                for (double value : row) {
                    boolean whole = value == Math.rint(value);
                    if (whole) {
                        values.add((long) value);
                    } else {
                        values.add(value);
                    }
                }
                all.add(values);
            }
        }
        Map<String, @Nullable Object> history = new LinkedHashMap<>();
        history.put("interval_ms", SECONDS * 1000L);
        history.put("columns", COLUMNS);
        history.put("rows", all);
        return history;
    }

    @Override
    public void close() {
        stop.countDown();
    }
}
