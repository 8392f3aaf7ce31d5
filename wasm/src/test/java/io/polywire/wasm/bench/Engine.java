package io.polywire.wasm.bench;

import io.polywire.wasm.Imports;
import io.polywire.wasm.Instance;
import io.polywire.wasm.bench.Bench.Kernel;
import io.polywire.wasm.module.Module;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.ExportFunction;
import run.endive.wasm.Parser;

/** Ways to run a kernel. */
enum Engine {
    NATIVE {
        @Override
        double measure(Kernel k) throws IOException, InterruptedException {
            if (k.name().equals("sqlite")) {
                return -1; // its own source is not part of this project
            }
            Path folder = Files.createTempDirectory("bench");
            Path source = folder.resolve("kernel.c");
            Path program = folder.resolve("kernel");
            Files.write(source, resource(k.name() + ".c"));
            Files.writeString(source, DRIVER, StandardOpenOption.APPEND);
            String cc = System.getenv().getOrDefault("CC", "cc");
            if (output(List.of(cc, "-O2", "-w", "-o", program.toString(), source.toString(), "-lm")) == null) {
                return -1;
            }
            return number(output(List.of(program.toString(), "" + k.argument(), "" + k.seconds())));
        }
    },
    WASMTIME {
        @Override
        double measure(Kernel k) throws IOException, InterruptedException {
            Path file = Files.createTempFile("bench", ".wasm");
            Files.write(file, wasm(k));
            String python = System.getenv().getOrDefault("PYTHON", "python3");
            double ms =
                    number(output(List.of(python, "-c", PYTHON, file.toString(), "" + k.argument(), "" + k.seconds())));
            Files.delete(file);
            return ms;
        }
    },
    POLYWIRE {
        @Override
        double measure(Kernel k) throws IOException {
            Instance i = Instance.of(Module.decode(wasm(k)), new Imports());
            return best(k, n -> i.call("run", n).getI(0));
        }
    },
    ENDIVE {
        @Override
        double measure(Kernel k) throws IOException {
            var i = run.endive.runtime.Instance.builder(Parser.parse(wasm(k)))
                    .withMachineFactory(MachineFactoryCompiler::compile)
                    .build();
            ExportFunction f = i.export("run");
            return best(k, n -> (int) f.apply(n)[0]);
        }
    };

    private static final String DRIVER = """

            #include <stdio.h>
            #include <stdlib.h>
            #include <time.h>
            int main(int n, char **args) {
              double best = 1e9, all = 0;
              volatile int sink;
              while (all < atof(args[2])) {
                clock_t t = clock();
                sink = run(atoi(args[1]));
                double s = (double)(clock() - t) / CLOCKS_PER_SEC;
                all += s;
                if (s < best) best = s;
              }
              printf("%f\\n", best * 1000);
            }
            """;

    private static final String PYTHON = """
            import sys, time, wasmtime
            store = wasmtime.Store()
            module = wasmtime.Module(store.engine, open(sys.argv[1], 'rb').read())
            run = wasmtime.Instance(store, module, []).exports(store)['run']
            best, all = 1e9, 0
            while all < float(sys.argv[3]):
                t = time.thread_time()
                run(store, int(sys.argv[2]))
                t = time.thread_time() - t
                best, all = min(best, t), all + t
            print(best * 1000)
            """;

    /** Milliseconds of CPU of the best run; -1 if this engine is not there. */
    abstract double measure(Kernel k) throws IOException, InterruptedException;

    static byte[] wasm(Kernel k) throws IOException {
        return resource(k.name() + ".wasm");
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = Engine.class.getResourceAsStream("/kernels/" + name)) {
            if (in == null) {
                throw new IOException("no " + name);
            }
            return in.readAllBytes();
        }
    }

    private static double best(Kernel k, IntUnaryOperator run) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        long start = threads.getCurrentThreadCpuTime();
        int result = 0;
        for (boolean first = true; threads.getCurrentThreadCpuTime() - start < k.seconds() * 1_000_000_000L; ) {
            long t = threads.getCurrentThreadCpuTime();
            int r = run.applyAsInt(k.argument());
            best = Math.min(best, threads.getCurrentThreadCpuTime() - t);
            if (!first && r != result) {
                throw new IllegalStateException(k.name() + " returned " + r + " after " + result);
            }
            result = r;
            first = false;
        }
        return best / 1e6;
    }

    private static @Nullable String output(List<String> command) throws IOException, InterruptedException {
        try {
            Process p = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return p.waitFor() == 0 ? out.strip() : null;
        } catch (IOException missing) {
            return null;
        }
    }

    private static double number(@Nullable String text) {
        return text == null ? -1 : Double.parseDouble(text);
    }
}
