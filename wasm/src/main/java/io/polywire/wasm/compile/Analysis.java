package io.polywire.wasm.compile;

import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What has to be known of a function before its code is made. All offsets are relative to the body's first instruction.
 *
 * @param loops cost of one iteration of each loop, by the offset of the first instruction inside the loop
 * @param entryCost number of instructions outside of loops
 * @param usesMemory whether the function touches linear memory
 * @param selfTail whether it calls itself in tail position
 * @param tailCalls whether it has tail calls to other functions or through tables
 * @param wide whether it, or a function that it calls, has more parameters than a JVM method can take
 */
public record Analysis(
        Map<Integer, Integer> loops,
        int entryCost,
        boolean usesMemory,
        boolean selfTail,
        boolean tailCalls,
        boolean wide) {
    /** JVM argument slots that parameters may take: 255 less those of instance, depth and function. */
    private static final int MAX_SLOTS = 250;

    /** Instructions inside one loop. */
    private static final class Counter {
        final int offset;
        int count = 1;

        Counter(int offset) {
            this.offset = offset;
        }
    }

    /** Analyses a validated function. */
    public static Analysis of(Module module, int func) {
        Body body = module.body(func);
        ByteReader in = module.reader(body.start(), body.end());
        Map<Integer, Integer> loops = new HashMap<>();
        Deque<Counter> blocks = new ArrayDeque<>();
        Counter entry = new Counter(0);
        blocks.push(entry);
        boolean memory = false;
        boolean self = false;
        boolean tails = false;
        boolean wide = isWide(module.funcType(func));
        while (!in.atEnd()) {
            int op = Op.read(in);
            Counter top = blocks.element();
            top.count++;
            switch (op) {
                case Op.CALL, Op.RETURN_CALL -> {
                    int callee = in.u32();
                    wide |= isWide(module.funcType(callee));
                    tails |= op == Op.RETURN_CALL && callee != func;
                    self |= op == Op.RETURN_CALL && callee == func;
                }
                case Op.CALL_INDIRECT, Op.RETURN_CALL_INDIRECT -> {
                    wide |= isWide(module.types().get(in.u32()));
                    in.u32();
                    tails |= op == Op.RETURN_CALL_INDIRECT;
                }
                default -> {
                    Op.skipImmediates(in, op);
                    memory |= Op.isAccess(op);
                    switch (op) {
                        case Op.LOOP -> blocks.push(new Counter(in.pos() - body.start()));
                        case Op.BLOCK, Op.IF -> blocks.push(top);
                        case Op.END -> {
                            blocks.pop();
                            Counter outer = blocks.peek();
                            if (top != entry && top != outer) {
                                loops.put(top.offset, top.count);
                            }
                        }
                        default -> {}
                    }
                }
            }
        }
        return new Analysis(loops, entry.count, memory, self, tails, wide);
    }

    /** Whether a function of this type cannot be a JVM method. */
    static boolean isWide(FuncType type) {
        int slots = 0;
        for (ValType t : type.params()) {
            slots += t.isWide() ? 2 : 1;
        }
        return slots > MAX_SLOTS;
    }
}
