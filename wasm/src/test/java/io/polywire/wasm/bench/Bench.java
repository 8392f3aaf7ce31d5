package io.polywire.wasm.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares the engine with native code, wasmtime and Endive in one run, and measures its latencies:
 * {@code Bench [latency | speed] [KERNEL...]}. Native code needs a C compiler ({@code CC}, else cc) and wasmtime a Python
 * that has it ({@code PYTHON}, else python3); what is missing is left out.
 */
public final class Bench {
    /**
     * A program to measure.
     *
     * @param argument of its function {@code run}
     * @param seconds CPU time for each engine, warm-up included
     */
    record Kernel(String name, int argument, int seconds) {}

    private static final List<Kernel> KERNELS = List.of(
            new Kernel("fib", 38, 2),
            new Kernel("sieve", 8_000_000, 2),
            new Kernel("nbody", 1_000_000, 2),
            new Kernel("sha256", 300_000, 2),
            new Kernel("sqlite", 20_000, 10));

    private Bench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(Arrays.asList(args));
        boolean latency = !words.remove("speed");
        boolean speed = !words.remove("latency");
        if (latency) {
            new Latency().run();
        }
        if (speed) {
            speed(KERNELS.stream()
                    .filter(k -> words.isEmpty() || words.contains(k.name()))
                    .toList());
        }
    }

    private static void speed(List<Kernel> kernels) throws IOException, InterruptedException {
        System.out.printf("%-10s", "ms of CPU");
        for (Engine e : Engine.values()) {
            System.out.printf("%12s", e.name().toLowerCase(Locale.ROOT));
        }
        System.out.println();
        List<Map<Engine, Double>> all = new ArrayList<>();
        for (Kernel k : kernels) {
            Map<Engine, Double> best = new EnumMap<>(Engine.class);
            System.out.printf("%-10s", k.name());
            for (Engine e : Engine.values()) {
                double ms = e.measure(k);
                if (ms > 0) {
                    best.put(e, ms);
                }
                System.out.printf("%12s", ms > 0 ? String.format(Locale.ROOT, "%.1f", ms) : "-");
                System.out.flush();
            }
            System.out.println();
            all.add(best);
        }
        for (Engine e : Engine.values()) {
            if (e != Engine.POLYWIRE) {
                ratio(all, e);
            }
        }
    }

    private static void ratio(List<Map<Engine, Double>> all, Engine other) {
        double logs = 0;
        int n = 0;
        for (Map<Engine, Double> m : all) {
            Double ours = m.get(Engine.POLYWIRE);
            Double theirs = m.get(other);
            if (ours != null && theirs != null) {
                logs += Math.log(ours / theirs);
                n++;
            }
        }
        if (n > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "polywire / %s, geometric mean of %d: %.2f%n",
                    other.name().toLowerCase(Locale.ROOT),
                    n,
                    Math.exp(logs / n));
        }
    }
}
