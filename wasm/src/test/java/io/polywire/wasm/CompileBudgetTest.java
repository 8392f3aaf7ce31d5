package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wasm.Execution.State;
import io.polywire.wasm.compile.ModuleCode;
import io.polywire.wasm.compile.Spent;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ValType;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** No module keeps the compiler busy for long, and none fails for it. */
@Timeout(60)
class CompileBudgetTest {
    private static final int FUNCS = 18_000;

    /** All functions are of type i32 to i32; they are exported as f0, f1 if there are few. Imported: env.g, function 0. */
    private static Module module(
            int funcs, Consumer<ByteWriter> locals, Consumer<ByteWriter> body, Consumer<ByteWriter> last) {
        ByteWriter w = new ByteWriter().fixed(0x6d736100, 4).fixed(1, 4);
        w.section(1, new ByteWriter().u8(1).u8(0x60).u8(1).u8(0x7f).u8(1).u8(0x7f));
        w.section(2, new ByteWriter().u8(1).name("env").name("g").u8(0).u8(0));
        ByteWriter types = new ByteWriter().u32(funcs + 1);
        ByteWriter code = new ByteWriter().u32(funcs + 1);
        for (int i = 0; i <= funcs; i++) {
            types.u8(0);
            ByteWriter b = new ByteWriter();
            locals.accept(b);
            (i < funcs ? body : last).accept(b);
            b.u8(0x0b);
            code.u32(b.size()).bytes(b.toBytes());
        }
        w.section(3, types);
        w.section(7, new ByteWriter().u8(1).name("f").u8(0).u32(funcs + 1));
        w.section(10, code);
        return Module.decode(w.toBytes());
    }

    private static void times(ByteWriter w, int n, int... code) {
        for (int i = 0; i < n; i++) {
            for (int b : code) {
                w.u8(b);
            }
        }
    }

    private static Imports imports(HostFunction g) {
        return new Imports().func("env", "g", new FuncType(List.of(ValType.I32), List.of(ValType.I32)), g);
    }

    private static Limit limit(long compileBytes) {
        return new Limit(1 << 20, 10, false, compileBytes);
    }

    /** The last function calls all others, which add one each. */
    private static Module manyFunctions() {
        return module(
                FUNCS,
                l -> l.u8(0),
                b -> {
                    times(b, 30, 0x20, 0x00, 0x21, 0x00); // local.get 0, local.set 0
                    times(b, 1, 0x20, 0x00, 0x41, 0x01, 0x6a); // local.get 0, i32.const 1, i32.add
                },
                b -> {
                    b.u8(0x20).u8(0x00);
                    for (int i = 0; i < FUNCS; i++) {
                        b.u8(0x10).u32(1 + i);
                    }
                });
    }

    @Test
    void eighteenThousandFunctionsTakeNoMoreThanTheBudgetAndTheRestIsInterpreted() {
        Module m = manyFunctions();
        long budget = 3_000_000;
        Instance instance = new Instance(m, imports(c -> c.args()), limit(budget));
        assertEquals(7 + FUNCS, instance.call("f", 7).getI(0));
        long left = Spent.left(instance.code);
        assertTrue(left <= 0 && left > -Spent.STEP, "left: " + left);
        assertFalse(instance.code.isInterpreted(1), "the first function");
        assertTrue(instance.code.isInterpreted(FUNCS), "the last but one");
        assertEquals(9 + FUNCS, instance.call("f", 9).getI(0));
        assertEquals(left, Spent.left(instance.code), "what is left after another call");
    }

    @Test
    void withoutABudgetEverythingIsInterpreted() {
        Module fib = Module.decode(Kernels.bytes("fib"));
        Instance instance = new Instance(fib, new Imports(), limit(0));
        assertEquals(610, instance.call("run", 15).getI(0));
        assertEquals(0, Spent.left(instance.code));
    }

    @Test
    void aSuspendedProgramGoesOnWhenTheBudgetIsUsedUp() {
        Kernels.Kernel kernel = Kernels.ALL[1];
        int expected = Instance.of(kernel.module(), new Imports())
                .call("run", kernel.argument())
                .getI(0);
        Instance i = new Instance(kernel.module(), new Imports(), new Limit(1 << 26, 10, false, 1));
        Execution e = i.prepare("run", kernel.argument());
        e.suspendAfter(2000);
        assertEquals(State.SUSPENDED, e.run());
        assertEquals(State.ENDED, e.run());
        assertEquals(expected, Mover.result(e));
    }

    /** A function that is small and legal, and would make a compiler do much. */
    record Shape(String name, Consumer<ByteWriter> locals, Consumer<ByteWriter> body) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final Shape[] SHAPES = {
        new Shape("additions", l -> l.u8(0), b -> {
            b.u8(0x20).u8(0);
            times(b, 80_000, 0x20, 0, 0x6a);
        }),
        new Shape("nothing", l -> l.u8(0), b -> {
            times(b, 250_000, 0x01);
            b.u8(0x20).u8(0);
        }),
        new Shape("deep operands and calls", l -> l.u8(0), b -> {
            times(b, 40_000, 0x41, 5); // i32.const 5
            times(b, 40_000, 0x10, 1); // call 1
            times(b, 39_999, 0x1a); // drop
        }),
        new Shape("deep operands and blocks", l -> l.u8(0), b -> {
            times(b, 40_000, 0x41, 5);
            times(b, 40_000, 0x02, 0x40, 0x0b); // block, end
            times(b, 39_999, 0x1a);
        }),
        new Shape("deep operands and nesting", l -> l.u8(0), b -> {
            times(b, 40_000, 0x41, 5);
            times(b, 40_000, 0x02, 0x40);
            times(b, 40_000, 0x0b);
            times(b, 39_999, 0x1a);
        }),
        new Shape("deep operands and locals", l -> l.u8(0), b -> {
            times(b, 40_000, 0x20, 0);
            times(b, 40_000, 0x41, 0, 0x21, 0); // i32.const 0, local.set 0
            times(b, 39_999, 0x1a);
        }),
        new Shape("nested loops", l -> l.u8(0), b -> {
            times(b, 900, 0x03, 0x40);
            times(b, 900, 0x41, 0, 0x0d, 0, 0x0b); // i32.const 0, br_if 0, end
            b.u8(0x20).u8(0);
        }),
        new Shape("many nested loops", l -> l.u8(0), b -> {
            times(b, 40_000, 0x03, 0x40);
            times(b, 40_000, 0x41, 0, 0x0d, 0, 0x0b);
            b.u8(0x20).u8(0);
        }),
        new Shape("many locals and branches", l -> l.u8(1).u32(3000).u8(0x6f), b -> {
            times(b, 6000, 0x02, 0x40, 0x20, 0, 0x0d, 0, 0x0b); // block, local.get 0, br_if 0, end
            b.u8(0x20).u8(0);
        }),
        new Shape("branch tables", l -> l.u8(0), b -> {
            times(b, 50, 0x02, 0x40);
            for (int k = 0; k < 80; k++) {
                b.u8(0x02).u8(0x40).u8(0x41).u8(0).u8(0x0e).u32(2000); // block, i32.const 0, br_table
                for (int i = 0; i <= 2000; i++) {
                    b.u32(i % 50);
                }
                b.u8(0x0b);
            }
            times(b, 50, 0x0b);
            b.u8(0x20).u8(0);
        })
    };

    @ParameterizedTest
    @FieldSource("SHAPES")
    void noFunctionTakesMoreThanItsShareOfTheBudget(Shape shape) {
        Module m = module(1, shape.locals(), shape.body(), b -> b.u8(0x20).u8(0));
        ModuleCode code = ModuleCode.of(m, false, 100 << 20);
        long spent = Spent.on(code, 1);
        assertTrue(spent <= (2 << 20) + Spent.STEP, "spent: " + spent);
        assertNotNull(code.group(1));
    }

    @Test
    void aProgramKilledWhileAClassIsMadeForItDoesNotWaitForIt() {
        // a small function calls the host, which kills the program, and then a large one, whose class is not there
        Module m = module(
                1,
                l -> l.u8(0),
                b -> {
                    b.u8(0x20).u8(0);
                    times(b, 6000, 0x20, 0, 0x6a);
                },
                b -> b.u8(0x20).u8(0).u8(0x10).u8(0).u8(0x10).u8(1));
        Instance instance = new Instance(
                m,
                imports(c -> {
                    c.execution().kill("enough");
                    return c.args();
                }),
                limit(10 << 20));
        Execution e = instance.prepare("f", 3);
        assertEquals(State.ENDED, e.run());
        assertEquals(new Outcome.Killed("enough"), e.outcome());
        long spent = (10 << 20) - Spent.left(instance.code);
        long all = Spent.on(ModuleCode.of(m, false, 11 << 20), 1);
        assertTrue(spent < all / 3, "spent before it ended: " + spent + " of " + all);

        Instance other = new Instance(m, imports(c -> c.args()), limit(10 << 20));
        assertEquals(3 + 6000 * 3, other.call("f", 3).getI(0), "the next program gets the class");
        assertFalse(other.code.isInterpreted(1));
    }
}
