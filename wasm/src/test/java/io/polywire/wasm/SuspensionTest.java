package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.polywire.wasm.Execution.State;
import io.polywire.wasm.Kernels.Kernel;
import io.polywire.wasm.module.Module;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Stops programs at random moments; they go on as if nothing had happened. */
class SuspensionTest {
    /** Runs until the end, or until it has been suspended after a while. */
    private static State runFor(Execution e, long nanos) throws InterruptedException {
        Thread t = Thread.ofPlatform().start(e::run);
        LockSupport.parkNanos(nanos);
        e.suspend();
        t.join();
        return e.state();
    }

    private static int result(Execution e) {
        return assertInstanceOf(Outcome.Returned.class, e.outcome()).results().getI(0);
    }

    @ParameterizedTest
    @FieldSource("io.polywire.wasm.Kernels#ALL")
    void aProgramSuspendedAtRandomMomentsReturnsTheSame(Kernel kernel) throws InterruptedException {
        int expected = Instance.of(kernel.module(), new Imports())
                .call("run", kernel.argument())
                .getI(0);
        Random random = new Random(1);
        Execution e = Instance.of(kernel.module(), new Imports()).prepare("run", kernel.argument());
        int stops = 0;
        while (runFor(e, random.nextInt(1_500_000)) != State.ENDED) {
            stops++;
        }
        assertEquals(expected, result(e));
        System.out.println(kernel.name() + " stops " + stops);
    }

    @ParameterizedTest
    @FieldSource("io.polywire.wasm.Kernels#ALL")
    void aProgramMovedThroughSnapshotsReturnsTheSame(Kernel kernel) throws InterruptedException {
        int expected = Instance.of(kernel.module(), new Imports())
                .call("run", kernel.argument())
                .getI(0);
        Random random = new Random(2);
        Execution e = Instance.of(kernel.module(), new Imports()).prepare("run", kernel.argument());
        int stops = 0;
        while (runFor(e, random.nextInt(1_500_000)) != State.ENDED) {
            byte[] saved = Snapshot.save(e, Map.of());
            Execution restored = Snapshot.restore(Module.decode(saved), new Imports(), Limit.DEFAULT)
                    .execution();
            assertEquals(
                    e.frames().size(), restored == null ? 0 : restored.frames().size());
            if (restored != null) {
                e = restored;
            }
            stops++;
        }
        assertEquals(expected, result(e));
        System.out.println(kernel.name() + " moves " + stops);
    }
}
