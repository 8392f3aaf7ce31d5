package io.polywire.wamp.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/** What a measurement saw. Thread-safe. */
final class Latencies {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};
    private static final int BAR = 50;

    private final Histogram nanos = new ConcurrentHistogram(60_000_000_000L, 3);
    private final LongAdder failures = new LongAdder();
    private volatile boolean measuring;
    private volatile boolean over;
    private volatile long began;
    private volatile long elapsed;

    void start() {
        began = System.nanoTime();
        measuring = true;
    }

    void stop() {
        measuring = false;
        over = true;
        elapsed = System.nanoTime() - began;
    }

    /** Whether nothing more is to be begun. */
    boolean over() {
        return over;
    }

    /** One operation has ended that began at this time of {@link System#nanoTime}. */
    void ended(long start) {
        if (measuring) {
            nanos.recordValue(Math.clamp(System.nanoTime() - start, 1, 60_000_000_000L));
        }
    }

    void failed() {
        failures.increment();
    }

    long failures() {
        return failures.sum();
    }

    private double perSecond() {
        return nanos.getTotalCount() * 1e9 / elapsed;
    }

    Map<String, @Nullable Object> json(String kind) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("kind", kind);
        object.put("count", nanos.getTotalCount());
        object.put("seconds", elapsed / 1e9);
        object.put("per_second", perSecond());
        object.put("failures", failures());
        Map<String, @Nullable Object> latency = new LinkedHashMap<>();
        latency.put("mean", nanos.getMean() / 1e3);
        for (double p : PERCENTILES) {
            latency.put(name(p), nanos.getValueAtPercentile(p) / 1e3);
        }
        object.put("latency_us", latency);
        return object;
    }

    String text(String kind, boolean histogram) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%s: %,.0f per second, %d failed%n", kind, perSecond(), failures()));
        text.append(String.format(Locale.ROOT, "latency in us: mean %,.1f", nanos.getMean() / 1e3));
        for (double p : PERCENTILES) {
            text.append(String.format(Locale.ROOT, ", %s %,.1f", name(p), nanos.getValueAtPercentile(p) / 1e3));
        }
        if (histogram && nanos.getTotalCount() > 0) {
            bars(text);
        }
        return text.toString();
    }

    private static String name(double percentile) {
        return percentile == 100
                ? "max"
                : "p" + (percentile == Math.rint(percentile) ? (long) percentile + "" : percentile + "");
    }

    private void bars(StringBuilder text) {
        long most = 0;
        for (HistogramIterationValue v : nanos.logarithmicBucketValues(1000, 2)) {
            most = Math.max(most, v.getCountAddedInThisIterationStep());
        }
        for (HistogramIterationValue v : nanos.logarithmicBucketValues(1000, 2)) {
            long count = v.getCountAddedInThisIterationStep();
            int length = (int) (BAR * count / Math.max(1, most));
            if (count > 0) {
                text.append(String.format(
                        Locale.ROOT,
                        "%n  <= %,10.0f us %,12d %s",
                        v.getValueIteratedTo() / 1e3,
                        count,
                        "#".repeat(length)));
            }
        }
    }
}
