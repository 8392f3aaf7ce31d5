package io.polywire.wasm;

import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.ExternType.GlobalType;
import io.polywire.wasm.module.ExternType.TableType;
import io.polywire.wasm.module.Limits;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.ConstExpr;
import io.polywire.wasm.module.Module.Custom;
import io.polywire.wasm.module.Module.DataSegment;
import io.polywire.wasm.module.Module.ElementSegment;
import io.polywire.wasm.module.Module.Mode;
import io.polywire.wasm.module.Module.Section;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.SegmentUse;
import io.polywire.wasm.module.ValType;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@link Snapshot}s. Indices keep their meaning: segments that are used up stay as empty or declarative ones if
 * the code refers to them or to later ones, present contents are appended as active segments.
 */
final class SnapshotWriter {
    /** Zero bytes in a row that are worth a new data segment. */
    private static final int ZERO_RUN = 64;

    /** Most data segments for one memory. */
    private static final int MAX_RUNS = 20_000;

    private final Instance instance;
    private final Module module;
    private final SegmentUse use;
    private int dataCount;

    SnapshotWriter(Instance instance) {
        this.instance = instance;
        this.module = instance.module();
        this.use = SegmentUse.of(module);
    }

    byte[] write(@Nullable Execution execution, Map<String, byte[]> custom) {
        check();
        ByteWriter out = new ByteWriter();
        out.fixed(0x6d736100, 4).fixed(1, 4);
        ByteWriter data = data();
        copy(out, 1, 2, 3);
        tables(out);
        memories(out);
        globals(out);
        copy(out, 7);
        elements(out);
        if (module.hasDataCount()) {
            out.section(12, new ByteWriter().u32(dataCount));
        }
        copy(out, 10);
        if (dataCount > 0) {
            out.section(11, data);
        }
        for (Custom c : module.customs()) {
            if (!c.name().equals(Snapshot.SECTION) && !custom.containsKey(c.name())) {
                out.section(0, new ByteWriter().name(c.name()).bytes(module.bytes(c.start(), c.length())));
            }
        }
        custom.forEach(
                (name, bytes) -> out.section(0, new ByteWriter().name(name).bytes(bytes)));
        out.section(0, new ByteWriter().name(Snapshot.SECTION).bytes(stack(execution)));
        return out.toBytes();
    }

    private void check() {
        if (module.importedMemories() > 0 || module.importedTables() > 0) {
            throw new SnapshotException("imported memories and tables cannot be saved");
        }
        for (GlobalType g : module.globals().subList(0, module.importedGlobals())) {
            if (g.mutable()) {
                throw new SnapshotException("imported mutable globals cannot be saved");
            }
        }
    }

    private void copy(ByteWriter out, int... ids) {
        for (int id : ids) {
            for (Section s : module.sections()) {
                if (s.id() == id) {
                    out.u8(id).u32(s.length()).bytes(module.bytes(s.start(), s.length()));
                }
            }
        }
    }

    private static void limits(ByteWriter out, long size, Limits declared) {
        Long max = declared.max();
        out.u8(max == null ? 0 : 1).u32((int) size);
        if (max != null) {
            out.u32((int) (long) max);
        }
    }

    private void tables(ByteWriter out) {
        if (instance.tables.length > 0) {
            ByteWriter w = new ByteWriter().u32(instance.tables.length);
            for (Table t : instance.tables) {
                w.u8(t.type().element().code());
                limits(w, t.size(), t.type().limits());
            }
            out.section(4, w);
        }
    }

    private void memories(ByteWriter out) {
        if (instance.memories.length > 0) {
            ByteWriter w = new ByteWriter().u32(instance.memories.length);
            for (Memory m : instance.memories) {
                limits(w, m.pages(), m.limits());
            }
            out.section(5, w);
        }
    }

    private void globals(ByteWriter out) {
        int n = module.globalInits().size();
        if (n > 0) {
            ByteWriter w = new ByteWriter().u32(n);
            for (int i = module.importedGlobals(); i < instance.globals.length; i++) {
                Global g = instance.globals[i];
                w.u8(g.type().type().code()).u8(g.type().mutable() ? 1 : 0);
                constant(w, g.type().type(), g.bits, g.ref);
            }
            out.section(6, w);
        }
    }

    private void constant(ByteWriter w, ValType type, long bits, @Nullable Object ref) {
        switch (type) {
            case I32 -> w.u8(Op.I32_CONST).s64(bits);
            case I64 -> w.u8(Op.I64_CONST).s64(bits);
            case F32 -> w.u8(Op.F32_CONST).fixed(bits, 4);
            case F64 -> w.u8(Op.F64_CONST).fixed(bits, 8);
            case FUNCREF, EXTERNREF -> {
                int f = reference(ref);
                if (f < 0) {
                    w.u8(Op.REF_NULL).u8(type.code());
                } else {
                    w.u8(Op.REF_FUNC).u32(f);
                }
            }
        }
        w.u8(Op.END);
    }

    /** Index of a function in this instance, -1 for null. */
    private int reference(@Nullable Object ref) {
        if (ref == null) {
            return -1;
        }
        if (ref instanceof Func f) {
            int index = instance.indexOf(f);
            if (index >= 0) {
                return index;
            }
            throw new SnapshotException("a reference to another instance's function cannot be saved");
        }
        throw new SnapshotException("a reference of the host cannot be saved");
    }

    private void elements(ByteWriter out) {
        ByteWriter w = new ByteWriter();
        int n = 0;
        for (int i = 0; i < use.elements(); i++) {
            ElementSegment s = module.elements().get(i);
            boolean alive = s.mode() == Mode.PASSIVE && !instance.droppedElements[i];
            segment(w, s, alive);
            n++;
        }
        Set<Integer> declared = new TreeSet<>(use.functions());
        module.globalInits().forEach(g -> declare(g.init(), declared));
        if (!declared.isEmpty()) {
            w.u32(3).u8(0).u32(declared.size());
            declared.forEach(w::u32);
            n++;
        }
        for (int t = 0; t < instance.tables.length; t++) {
            n += contents(w, t, instance.tables[t]);
        }
        if (n > 0) {
            out.section(9, new ByteWriter().u32(n).bytes(w.toBytes()));
        }
    }

    private void segment(ByteWriter w, ElementSegment s, boolean alive) {
        List<Integer> funcs = s.funcs();
        List<ConstExpr> exprs = s.exprs();
        if (funcs != null) {
            w.u32(alive ? 1 : 3).u8(0).u32(funcs.size());
            funcs.forEach(w::u32);
        } else if (exprs != null) {
            w.u32(alive ? 5 : 7).u8(s.type().code()).u32(exprs.size());
            for (ConstExpr e : exprs) {
                w.bytes(module.bytes(e.start(), e.end() - e.start()));
            }
        }
    }

    private void declare(ConstExpr expr, Set<Integer> into) {
        ByteReader in = module.reader(expr.start(), expr.end());
        while (!in.atEnd()) {
            int op = Op.read(in);
            if (op == Op.REF_FUNC) {
                into.add(in.u32());
            } else {
                Op.skipImmediates(in, op);
            }
        }
    }

    /** Writes the elements of a table that are not null; returns the number of segments. */
    private int contents(ByteWriter w, int index, Table table) {
        int segments = 0;
        TableType type = table.type();
        for (int i = 0; i < table.size(); ) {
            if (table.get(i) == null) {
                i++;
                continue;
            }
            int end = i;
            while (end < table.size() && table.get(end) != null) {
                end++;
            }
            w.u32(6).u32(index).u8(Op.I32_CONST).s64(i).u8(Op.END);
            w.u8(type.element().code()).u32(end - i);
            for (; i < end; i++) {
                constant(w, type.element(), 0, table.get(i));
            }
            segments++;
        }
        return segments;
    }

    private ByteWriter data() {
        ByteWriter w = new ByteWriter();
        for (int i = 0; i < use.data(); i++) {
            DataSegment s = module.data().get(i);
            boolean alive = s.mode() == Mode.PASSIVE && !instance.droppedData[i];
            int length = alive ? s.length() : 0;
            w.u32(1).u32(length).bytes(module.bytes(s.start(), length));
            dataCount++;
        }
        for (int m = 0; m < instance.memories.length; m++) {
            image(w, m, instance.memories[m].bytes);
        }
        return new ByteWriter().u32(dataCount).bytes(w.toBytes());
    }

    private void image(ByteWriter w, int memory, byte[] bytes) {
        int shortest = ZERO_RUN;
        while (runs(null, memory, bytes, shortest) > MAX_RUNS) {
            shortest *= 4;
        }
        dataCount += runs(w, memory, bytes, shortest);
    }

    /** Finds the parts of a memory between runs of zeros, writes them if there is a writer, and counts them. */
    private static int runs(@Nullable ByteWriter w, int memory, byte[] bytes, int shortest) {
        int count = 0;
        int at = skipZeros(bytes, 0);
        while (at < bytes.length) {
            int end = at;
            int next = at;
            while (next < bytes.length) {
                if (bytes[next] != 0) {
                    end = ++next;
                } else {
                    int zerosEnd = skipZeros(bytes, next);
                    if (zerosEnd - next >= shortest || zerosEnd == bytes.length) {
                        next = zerosEnd;
                        break;
                    }
                    next = zerosEnd;
                }
            }
            if (w != null) {
                w.u32(2).u32(memory).u8(Op.I32_CONST).s64(at).u8(Op.END);
                w.u32(end - at).bytes(bytes, at, end - at);
            }
            count++;
            at = next;
        }
        return count;
    }

    private static int skipZeros(byte[] bytes, int from) {
        int i = from;
        while (i + 8 <= bytes.length && (long) Memory.LONG.get(bytes, i) == 0) {
            i += 8;
        }
        while (i < bytes.length && bytes[i] == 0) {
            i++;
        }
        return i;
    }

    private byte[] stack(@Nullable Execution e) {
        ByteWriter w = new ByteWriter().u32(Snapshot.VERSION);
        w.bytes(HexFormat.of().parseHex(module.codeHash()));
        w.u32(e == null ? 0 : e.stackWords()).s64(e == null ? 0 : e.fuel());
        List<Frame> frames = e == null ? List.of() : e.stack();
        w.u32(frames.size());
        for (Frame f : frames) {
            if (f.instance() != instance) {
                throw new SnapshotException("functions of several instances are on the stack");
            }
            frame(w, f);
        }
        return w.toBytes();
    }

    private void frame(ByteWriter w, Frame f) {
        List<ValType> types = SnapshotReader.types(module, f.func(), f.offset(), f.awaiting(), f.size());
        if (types == null) {
            throw new SnapshotException("frame of function " + f.func() + " does not fit its code");
        }
        w.u32(f.func()).u32(f.offset()).u8(f.awaiting() ? 1 : 0).u32(types.size());
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i).isRef()) {
                w.u32(reference(f.getR(i)) + 1);
            } else {
                w.s64(types.get(i) == ValType.I32 || types.get(i) == ValType.F32 ? f.getI(i) : f.getL(i));
            }
        }
    }
}
