package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wasm.Execution.State;
import io.polywire.wasm.Kernels.Kernel;
import io.polywire.wasm.module.Module;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Stops programs at hundreds of random moments; they go on as if nothing had happened. {@code WASM_MOVES} sets through
 * about how many JVM processes, a new one each time, a program goes.
 */
class SuspensionTest {
    private static final int MOVES = Integer.parseInt(System.getenv().getOrDefault("WASM_MOVES", "4"));

    private static Execution prepare(Kernel kernel) {
        return Instance.of(kernel.module(), new Imports()).prepare("run", kernel.argument());
    }

    private static int expected(Kernel kernel) {
        return Instance.of(kernel.module(), new Imports())
                .call("run", kernel.argument())
                .getI(0);
    }

    /** Polls until the next stop: often few, so that deep stacks and short loops are met, and sometimes many. */
    private static int polls(Random random, Kernel kernel) {
        int usual = kernel.polls() / 300;
        return random.nextInt(4) == 0 ? random.nextInt(3) : usual / 2 + random.nextInt(usual);
    }

    @ParameterizedTest
    @FieldSource("io.polywire.wasm.Kernels#ALL")
    void aProgramSuspendedAtRandomMomentsReturnsTheSame(Kernel kernel) {
        Random random = new Random(1);
        Execution e = prepare(kernel);
        int stops = 0;
        e.suspendAfter(polls(random, kernel));
        while (e.run() == State.SUSPENDED) {
            stops++;
            e.suspendAfter(polls(random, kernel));
        }
        assertEquals(expected(kernel), Mover.result(e));
        assertTrue(stops > 200, "stops: " + stops);
    }

    @ParameterizedTest
    @FieldSource("io.polywire.wasm.Kernels#ALL")
    void aProgramAndItsSnapshotsGoOnIndependently(Kernel kernel) {
        Random random = new Random(2);
        Execution e = prepare(kernel);
        int expected = expected(kernel);
        int copies = 0;
        e.suspendAfter(polls(random, kernel));
        while (e.run() == State.SUSPENDED) {
            if (random.nextInt(60) == 0) {
                Execution copy = Mover.restore(Snapshot.save(e, Map.of()));
                assertEquals(State.ENDED, copy.run());
                assertEquals(expected, Mover.result(copy));
                copies++;
            }
            e.suspendAfter(polls(random, kernel));
        }
        assertEquals(expected, Mover.result(e));
        assertTrue(copies > 0);
    }

    private static Process mover() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Mover.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @ParameterizedTest
    @FieldSource("io.polywire.wasm.Kernels#ALL")
    void aProgramMovedThroughANewJvmProcessEachTimeReturnsTheSame(Kernel kernel) throws Exception {
        Random random = new Random(5);
        Execution e = prepare(kernel);
        int most = Math.max(2, kernel.polls() / MOVES);
        e.suspendAfter(random.nextInt(most));
        assertEquals(State.SUSPENDED, e.run());
        byte[] saved = Snapshot.save(e, Map.of());
        int processes = 0;
        while (true) {
            Process other = mover();
            processes++;
            try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(other.getOutputStream()));
                    DataInputStream in = new DataInputStream(other.getInputStream())) {
                out.writeInt(saved.length);
                out.write(saved);
                out.writeInt(random.nextInt(most));
                out.writeInt(0);
                out.flush();
                int length = in.readInt();
                if (length == 0) {
                    assertEquals(expected(kernel), in.readInt());
                    assertEquals(0, other.waitFor());
                    break;
                }
                saved = in.readNBytes(length);
                assertEquals(0, other.waitFor());
            }
        }
        System.out.println(kernel.name() + ": " + processes + " processes");
        assertTrue(processes >= MOVES / 2, "processes: " + processes);
    }

    @ParameterizedTest
    @FieldSource("io.polywire.wasm.Kernels#ALL")
    void aProgramMovedBetweenJvmProcessesReturnsTheSame(Kernel kernel) throws IOException, InterruptedException {
        Random random = new Random(3);
        Process other = mover();
        int moves = 0;
        int result = 0;
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(other.getOutputStream()));
                DataInputStream in = new DataInputStream(other.getInputStream())) {
            Execution e = prepare(kernel);
            e.suspendAfter(polls(random, kernel));
            while (e.run() == State.SUSPENDED) {
                byte[] saved = Snapshot.save(e, Map.of());
                out.writeInt(saved.length);
                out.write(saved);
                out.writeInt(polls(random, kernel));
                out.flush();
                moves++;
                int length = in.readInt();
                if (length == 0) {
                    result = in.readInt();
                    break;
                }
                e = Mover.restore(in.readNBytes(length));
                e.suspendAfter(polls(random, kernel));
            }
            if (e.state() == State.ENDED) {
                result = Mover.result(e);
            }
            out.writeInt(0);
        }
        assertEquals(0, other.waitFor());
        assertEquals(expected(kernel), result);
        assertTrue(moves > 100, "moves: " + moves);
    }

    @ParameterizedTest
    @FieldSource("io.polywire.wasm.Kernels#ALL")
    void aSnapshotIsAValidModuleThatKeepsItsOrigin(Kernel kernel) {
        Execution e = prepare(kernel);
        e.suspendAfter(1);
        assertEquals(State.SUSPENDED, e.run());
        Module snapshot = Module.decode(Snapshot.save(e, Map.of()));
        assertEquals(kernel.module().codeHash(), snapshot.codeHash());
        assertTrue(Snapshot.isSnapshot(snapshot));
    }

    @ParameterizedTest
    @FieldSource("io.polywire.wasm.Kernels#ALL")
    void aSnapshotOfASnapshotIsTheSame(Kernel kernel) {
        Execution e = prepare(kernel);
        e.suspendAfter(50);
        assertEquals(State.SUSPENDED, e.run());
        byte[] first = Snapshot.save(e, Map.of());
        assertArrayEquals(first, Snapshot.save(Mover.restore(first), Map.of()));
    }
}
