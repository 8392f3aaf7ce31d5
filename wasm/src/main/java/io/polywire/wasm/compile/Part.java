package io.polywire.wasm.compile;

import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a large function that has a method of its own, {@code f(long[] locals, Instance, int depth)}, or the
 * whole function. The operand stack is empty before and after it. The method returns 0 if the stretch ends where the
 * next instruction follows, else which of its {@link #exits} it leaves by.
 *
 * <p>The array holds the locals, as bits, and behind them the values that a branch out of the part takes along. A part
 * without children has the locals that it uses in variables and writes those that it changes back when it is left, in
 * whatever way; a part with children writes through and reads again what a child may have changed.
 */
final class Part {
    final int id;
    /** Offset of the first instruction. */
    final int start;
    /** Offset behind the last instruction. */
    final int end;
    /** Types that branches to the enclosing blocks take along, from the function's body inwards. */
    final List<List<ValType>> labels;
    /** Enclosing blocks, numbered like {@link #labels}, that it branches to, in ascending order. */
    final int[] exits;
    /** Whether the instruction behind it may be reached from inside. */
    final boolean fallsThrough;
    /** Parts directly inside, by the offset of their first instruction. */
    final Map<Integer, Part> children = new HashMap<>();

    /** Locals that the part itself uses, changes, and that only parts inside change. */
    final BitSet used = new BitSet();

    final BitSet changed = new BitSet();
    final BitSet changedInside = new BitSet();

    /** Whether there are loops in the part itself. */
    boolean loops;

    Part(
            Module module,
            int func,
            int id,
            int start,
            int end,
            List<List<ValType>> labels,
            BitSet exits,
            boolean fallsThrough,
            List<Part> inside) {
        this.id = id;
        this.start = start;
        this.end = end;
        this.labels = labels;
        this.exits = exits.stream().toArray();
        this.fallsThrough = fallsThrough;
        inside.forEach(p -> children.put(p.start, p));
        scan(module, func);
    }

    /** Finds locals and loops of the part itself; those of the parts inside are known. */
    private void scan(Module module, int func) {
        Body body = module.body(func);
        ByteReader in = module.reader(body.start(), body.end());
        in.seek(body.start() + start);
        while (in.pos() - body.start() < end) {
            Part child = children.get(in.pos() - body.start());
            if (child != null) {
                changedInside.or(child.changed);
                changedInside.or(child.changedInside);
                in.seek(body.start() + child.end);
                continue;
            }
            int op = Op.read(in);
            switch (op) {
                case Op.LOCAL_GET -> used.set(in.u32());
                case Op.LOCAL_SET, Op.LOCAL_TEE -> {
                    int local = in.u32();
                    used.set(local);
                    changed.set(local);
                }
                default -> {
                    Op.skipImmediates(in, op);
                    if (op == Op.LOOP) {
                        loops = true;
                    }
                }
            }
        }
    }

    /** Name of the method. */
    String method(int func) {
        return "f" + func + "p" + id;
    }

    /** Most values that a branch out of a part inside takes along. */
    int carried() {
        int most = 0;
        for (Part child : children.values()) {
            most = Math.max(most, child.carried());
            for (int exit : child.exits) {
                most = Math.max(most, child.labels.get(exit).size());
            }
        }
        return most;
    }

    boolean isLeaf() {
        return children.isEmpty();
    }

    /** The child in which a loop is, null if it is in this part itself. */
    @Nullable
    Part childWithLoop(int offset) {
        return children.values().stream()
                .filter(c -> c.start < offset && offset < c.end)
                .findFirst()
                .orElse(null);
    }
}
