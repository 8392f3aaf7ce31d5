package io.polywire.gate.program;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Speed of launching, of streams and of many programs at once; prints figures. */
final class ProgramsBench {
    private ProgramsBench() {}

    public static void main(String[] args) throws Exception {
        try (Programs programs = new Programs(ProgramLimits.DEFAULT, List.of(), 2)) {
            hello(programs);
            echo(programs);
            crowd(programs);
            suspended(programs);
        }
        System.exit(0);
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static void callHello(Programs programs, Program hello) throws Exception {
        Guest g = programs.create(hello, Launch.of("main").asCall());
        TestPeer peer = TestPeer.open("").connect(g);
        g.start();
        peer.bytes();
        Wasm.end(g);
        g.close();
    }

    private static void hello(Programs programs) throws Exception {
        Program hello = Wasm.program("hello");
        for (int i = 0; i < 15_000; i++) {
            callHello(programs, hello);
        }
        int n = 5_000;
        long[] nanos = new long[n];
        long cpu = cpu();
        for (int i = 0; i < n; i++) {
            long t = System.nanoTime();
            callHello(programs, hello);
            nanos[i] = System.nanoTime() - t;
        }
        cpu = cpu() - cpu;
        Arrays.sort(nanos);
        System.out.printf(
                "hello, called: median %d us, p99 %d us, CPU %d us%n",
                nanos[n / 2] / 1000, nanos[n * 99 / 100] / 1000, cpu / n / 1000);
    }

    private static void echo(Programs programs) throws Exception {
        byte[] input = new byte[64 << 20];
        for (int i = 0; i < 4; i++) {
            Guest g = programs.create(Wasm.program("echo"), Launch.of("main").asCall());
            TestPeer peer = TestPeer.sends(input).connect(g);
            long t = System.nanoTime();
            g.start();
            int n = peer.bytes().length;
            System.out.printf("echo: %d MB/s%n", n * 1000L / (System.nanoTime() - t));
            g.close();
        }
    }

    private static void crowd(Programs programs) throws Exception {
        List<Guest> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(programs.launch(Wasm.program("hello"), Launch.of("serve")));
        }
        for (int i = 0; i < 8; i++) {
            all.add(programs.launch(Wasm.program("spin"), Launch.of("main")));
        }
        Program hello = Wasm.program("hello");
        int n = 500;
        long[] nanos = new long[n];
        for (int i = 0; i < n; i++) {
            long t = System.nanoTime();
            callHello(programs, hello);
            nanos[i] = System.nanoTime() - t;
        }
        Arrays.sort(nanos);
        System.out.printf(
                "hello with 200 blocked and 8 spinning: median %d us, p99 %d us, worst %d us%n",
                nanos[n / 2] / 1000, nanos[n * 99 / 100] / 1000, nanos[n - 1] / 1000);
        all.forEach(Guest::close);
    }

    private static void suspended(Programs programs) throws Exception {
        Program counter = Wasm.program("counter");
        System.gc();
        long before = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        int threads = Thread.activeCount();
        List<Guest> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Guest g = programs.launch(counter, Launch.of("serve"));
            g.suspend();
            Wasm.end(g);
            all.add(g);
        }
        System.gc();
        long after = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        System.out.printf(
                "1000 suspended: %d KB each, of which memory 192 KB; threads %d, then %d%n",
                (after - before) / 1000 / 1024, threads, Thread.activeCount());
        all.forEach(Guest::close);
    }
}
