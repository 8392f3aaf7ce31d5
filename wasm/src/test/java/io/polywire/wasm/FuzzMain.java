package io.polywire.wasm;

import io.polywire.wasm.Execution.State;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.Export;
import io.polywire.wasm.module.Module.Kind;
import io.polywire.wasm.module.ModuleException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fuzzes for a time: {@code FuzzMain SECONDS CORPUS FINDINGS [WASM-TOOLS]}.
 *
 * <p>Each round takes a module, from the folder CORPUS or made by {@code wasm-tools smith}, and does one of these:
 * damages it and decodes, links and runs what is accepted; stops it somewhere, damages the snapshot and goes on with
 * what is accepted; or, if {@code smith} made it, runs it in all ways ({@link Differential}) and compares; where Endive returns something
 * else, wasmtime decides (in the Python that the variable {@code PYTHON} names). Anything but
 * a clear refusal or a run within bounds is a finding: the input goes to the folder FINDINGS and the reason is printed.
 * A round of more than a minute of processor time is a finding too, and ends the process.
 */
final class FuzzMain {
    private static final Limit LIMIT = new Limit(1 << 24, 1000, true);
    private static final long HANG_NANOS = 60_000_000_000L;

    private final Random random;
    private final Path findings;
    private final @Nullable String smith;
    private final List<byte[]> corpus = new ArrayList<>();
    private final long[] rounds = new long[3];
    private final long[] accepted = new long[3];
    private byte[] input = new byte[0];
    private int found;
    private int disputes;
    private volatile long roundStart;

    private FuzzMain(long seed, Path findings, @Nullable String smith) {
        this.random = new Random(seed);
        this.findings = findings;
        this.smith = smith;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        String smith = args.length > 3 ? args[3] : null;
        int found = fuzz(Long.parseLong(args[0]), Path.of(args[1]), Path.of(args[2]), smith);
        System.exit(found == 0 ? 0 : 1);
    }

    /** Fuzzes for so many seconds of processor time and returns the number of findings. */
    static int fuzz(long seconds, Path corpus, Path findings, @Nullable String smith)
            throws IOException, InterruptedException {
        long seed = System.nanoTime();
        FuzzMain fuzz = new FuzzMain(seed, findings, smith);
        Files.createDirectories(fuzz.findings);
        try (Stream<Path> files = Files.walk(corpus)) {
            for (Path p : files.filter(f -> f.toString().endsWith(".wasm")).toList()) {
                fuzz.corpus.add(Files.readAllBytes(p));
            }
        }
        System.out.println("seed " + seed + ", " + fuzz.corpus.size() + " modules");
        fuzz.run(seconds);
        return fuzz.found;
    }

    /** Runs for so many seconds of this thread's processor time. */
    private void run(long seconds) throws IOException, InterruptedException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Thread worker = Thread.currentThread();
        watch(threads, worker);
        long begin = System.nanoTime();
        long next = 60;
        while (true) {
            long cpu = threads.getCurrentThreadCpuTime();
            roundStart = cpu;
            if (cpu / 1_000_000_000 >= seconds) {
                break;
            }
            if (cpu / 1_000_000_000 >= next) {
                report(cpu, begin);
                next += 60;
            }
            round();
        }
        report(threads.getCurrentThreadCpuTime(), begin);
    }

    private void report(long cpu, long begin) {
        System.out.printf(
                "%d s of CPU, %d s: modules %d (%d accepted), snapshots %d (%d), differential %d (%d stops, Endive wrong in %d), %d findings%n",
                cpu / 1_000_000_000,
                (System.nanoTime() - begin) / 1_000_000_000,
                rounds[0],
                accepted[0],
                rounds[1],
                accepted[1],
                rounds[2],
                accepted[2],
                disputes,
                found);
    }

    private void watch(ThreadMXBean threads, Thread worker) {
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    Thread.sleep(5000);
                } catch (InterruptedException e) {
                    return;
                }
                if (threads.getThreadCpuTime(worker.threadId()) - roundStart > HANG_NANOS) {
                    Throwable where = new IllegalStateException("hangs");
                    where.setStackTrace(worker.getStackTrace());
                    finding("hang", where);
                    Runtime.getRuntime().halt(3);
                }
            }
        });
    }

    private void round() throws IOException, InterruptedException {
        int kind = random.nextInt(smith == null ? 2 : 3);
        byte[] module = smith != null && (kind == 2 || random.nextInt(3) == 0)
                ? generate()
                : corpus.get(random.nextInt(corpus.size()));
        input = module;
        rounds[kind]++;
        try {
            switch (kind) {
                case 0 -> damaged(module);
                case 1 -> snapshot(module);
                default -> differential(module);
            }
        } catch (ModuleException | LinkException | SnapshotException | Trap refused) {
            if (refused.getMessage() == null || refused.getMessage().isEmpty()) {
                finding("silent", refused);
            }
        } catch (Throwable t) {
            finding(t.getClass().getSimpleName(), t);
        }
    }

    private synchronized void finding(String what, Throwable t) {
        found++;
        Path file = findings.resolve(what + "-" + System.nanoTime() + ".wasm");
        try {
            Files.write(file, input);
        } catch (IOException e) {
            System.out.println(e);
        }
        System.out.println("FINDING " + file);
        t.printStackTrace(System.out);
    }

    private byte[] generate() throws IOException, InterruptedException {
        byte[] seed = new byte[200 + random.nextInt(random.nextInt(5) == 0 ? 20_000 : 3000)];
        random.nextBytes(seed);
        int functions = 1 + random.nextInt(8);
        Process p = new ProcessBuilder(
                        String.valueOf(smith),
                        "smith",
                        "--ensure-termination",
                        "--canonicalize-nans=true",
                        "--simd-enabled=false",
                        "--relaxed-simd-enabled=false",
                        "--gc-enabled=false",
                        "--exceptions-enabled=false",
                        "--threads-enabled=false",
                        "--memory64-enabled=false",
                        "--custom-page-sizes-enabled=false",
                        "--max-imports=0",
                        "--allow-start-export=false",
                        "--min-funcs=" + functions,
                        "--export-everything=true",
                        "--max-memories=" + (1 + random.nextInt(2)),
                        "--min-memories=1",
                        "--max-memory32-bytes=" + (1 << 22),
                        "--memory-max-size-required=true",
                        "--disallow-traps=" + random.nextBoolean(),
                        "--tail-call-enabled=" + random.nextBoolean(),
                        "--max-instructions=" + (random.nextInt(4) == 0 ? 3000 : 300))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var out = p.getOutputStream()) {
            out.write(seed);
        }
        byte[] made = p.getInputStream().readAllBytes();
        p.waitFor();
        return made.length == 0 ? corpus.get(0) : made;
    }

    private byte[] damage(byte[] original, int from) {
        byte[] b = Arrays.copyOf(original, Math.max(original.length, from + 1));
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = from + random.nextInt(b.length - from);
            switch (random.nextInt(5)) {
                case 0 -> b[at] = (byte) random.nextInt(256);
                case 1 -> b[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> b[at] = (byte) (random.nextBoolean() ? 0xff : 0x80);
                case 3 -> b = Arrays.copyOf(b, at + 1);
                default -> {
                    int to = from + random.nextInt(b.length - from);
                    int length = Math.min(1 + random.nextInt(16), b.length - Math.max(at, to));
                    System.arraycopy(b.clone(), at, b, to, length);
                }
            }
        }
        return b;
    }

    private void damaged(byte[] module) {
        input = damage(module, random.nextInt(10) == 0 ? 0 : 8);
        Module m = Module.decode(input);
        accepted[0]++;
        Instance instance = new Instance(m, new Imports(), LIMIT);
        runAll(instance, m);
    }

    private void runAll(Instance instance, Module m) {
        int calls = 0;
        for (Export e : m.exports()) {
            if (e.kind() == Kind.FUNC && calls++ < 8) {
                run(call(instance, e));
            }
        }
    }

    private Execution call(Instance instance, Export e) {
        Func f = instance.func(e.index());
        Values v = Values.of(f.type().params().size());
        f.type().params().forEach(t -> v.add(t, t.isWide() ? random.nextLong() : random.nextInt(100), null));
        return new Execution(f, v);
    }

    /** Runs for a little while; whatever it does stays inside. */
    private static void run(Execution e) {
        e.stack(1 << 16).fuel(50_000).run();
        if (e.outcome() instanceof Outcome.Failed f && !(f.cause() instanceof OutOfMemoryError)) {
            throw new IllegalStateException("engine failed", f.cause());
        }
    }

    private void snapshot(byte[] module) {
        Execution e = suspended(module);
        for (int tries = 0; e == null && tries < 50; tries++) {
            input = corpus.get(random.nextInt(corpus.size()));
            try {
                e = suspended(input);
            } catch (ModuleException | LinkException | Trap refused) {
                // one of the invalid modules in the corpus
            }
        }
        if (e == null) {
            return;
        }
        byte[] saved = Snapshot.save(e, Map.of());
        byte[] section = Module.decode(saved).custom(Snapshot.SECTION);
        int stack = saved.length - (section == null ? 0 : section.length);
        input = damage(saved, random.nextInt(3) == 0 ? 8 : stack);
        Snapshot.Restored r = Snapshot.restore(Module.decode(input), new Imports(), LIMIT);
        accepted[1]++;
        Execution x = r.execution();
        if (x != null) {
            run(x);
        }
    }

    /** A program of this module that is suspended somewhere; null if it ended before. */
    private @Nullable Execution suspended(byte[] module) {
        Module m = Module.decode(module);
        List<Export> functions =
                m.exports().stream().filter(e -> e.kind() == Kind.FUNC).toList();
        if (functions.isEmpty()) {
            return null;
        }
        Instance instance = new Instance(m, new Imports(), LIMIT);
        Execution e = call(instance, functions.get(random.nextInt(functions.size())));
        e.stack(1 << 16).fuel(100_000).suspendAfter(random.nextInt(random.nextBoolean() ? 5 : 200));
        return e.run() == State.SUSPENDED ? e : null;
    }

    /** Whether wasmtime, if there is one, returns what we do: the other engine is wrong then. */
    private boolean confirmed(Differential d, byte[] module) throws IOException, InterruptedException {
        Path file = findings.resolve("disputed.wasm");
        Files.write(file, module);
        Path script = findings.resolve("third-opinion.py");
        try (InputStream in = FuzzMain.class.getResourceAsStream("/third-opinion.py")) {
            Files.write(script, in == null ? new byte[0] : in.readAllBytes());
        }
        String python = System.getenv().getOrDefault("PYTHON", "python3");
        Process p = new ProcessBuilder(python, script.toString(), file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = p.getOutputStream()) {
            out.write(d.calls().getBytes(StandardCharsets.UTF_8));
        }
        String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean same = p.waitFor() == 0 && text.equals(String.join("\n", d.results()) + "\n");
        disputes += same ? 1 : 0;
        if (!same) {
            System.out.println("wasmtime:\n" + text);
        }
        return same;
    }

    private void differential(byte[] module) throws IOException, InterruptedException {
        Differential d = new Differential(module, Arrays.hashCode(module));
        String difference = d.difference();
        accepted[2] += d.suspensions();
        if (!difference.isEmpty() && !(difference.contains("\nendive ") && confirmed(d, module))) {
            throw new AssertionError(difference);
        }
    }
}
