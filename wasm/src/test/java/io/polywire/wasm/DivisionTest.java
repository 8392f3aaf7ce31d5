package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wasm.Execution.State;
import io.polywire.wasm.Kernels.Kernel;
import io.polywire.wasm.compile.Division;
import io.polywire.wasm.module.Module;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Large functions become several methods, and nobody notices. */
class DivisionTest {
    private static final Module SQLITE = Module.decode(Kernels.bytes("sqlite"));

    @Test
    void noMethodIsTooLargeForTheJitCompiler() {
        int largest = Division.largestMethod(SQLITE);
        assertTrue(largest <= 8000, "largest method: " + largest);
    }

    @ParameterizedTest
    @FieldSource("io.polywire.wasm.Kernels#ALL")
    void aDividedProgramSuspendedAndMovedAtRandomMomentsReturnsTheSame(Kernel kernel) {
        Instance whole = Instance.of(kernel.module(), new Imports());
        int expected = whole.call("run", kernel.argument()).getI(0);
        int actual = Division.into(200, () -> {
            Instance i = Instance.of(kernel.module(), new Imports());
            return run(i.prepare("run", kernel.argument()), kernel.polls() / 100);
        });
        assertEquals(expected, actual);
    }

    @Test
    void sqliteSuspendedAndMovedAtRandomMomentsReturnsTheSame() {
        int expected = Instance.of(SQLITE, new Imports()).call("run", 100).getI(0);
        assertEquals(expected, run(Instance.of(SQLITE, new Imports()).prepare("run", 100), 800));
    }

    private static int run(Execution start, int polls) {
        Random random = new Random(4);
        Execution e = start;
        int stops = 0;
        e.suspendAfter(random.nextInt(polls));
        while (e.run() == State.SUSPENDED) {
            if (stops++ % 4 == 0) {
                e = Mover.restore(Snapshot.save(e, Map.of()));
            }
            e.suspendAfter(random.nextInt(polls));
        }
        assertTrue(stops > 50, "stops: " + stops);
        return Mover.result(e);
    }
}
