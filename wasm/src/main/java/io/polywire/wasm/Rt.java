package io.polywire.wasm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What generated code calls. Not for other use: nothing here checks what validation has already established. */
public final class Rt {
    /** Iterations of a small loop between two polls. */
    static final int QUANTUM = 4096;

    /** Bytes or elements of a bulk operation that count as one unit of the poll counter. */
    private static final int WORK_SHIFT = 9;

    /** Bytes of a memory that are filled or copied at a time. */
    private static final int CHUNK = 4 << 20;

    private Rt() {}

    /** At the entry of a function whose stack budget is below the limit. */
    public static void entry(Instance instance, int depth) {
        instance.exec().entry(instance, depth);
    }

    /** Once in a while in loops; returns the new value of the poll counter. */
    public static int poll(Instance instance) {
        Execution e = instance.exec();
        e.poll();
        return e.quantum();
    }

    /** Takes fuel. */
    public static void charge(Instance instance, int cost) {
        instance.exec().charge(cost);
    }

    public static Trap unreachable() {
        return new Trap(Trap.Kind.UNREACHABLE);
    }

    public static Func func(Instance instance, int index) {
        return instance.func(index);
    }

    public static Object refFunc(Instance instance, int index) {
        return instance.func(index);
    }

    /** The function that an indirect call means. */
    public static Func indirect(int index, Instance instance, int table, int type) {
        @Nullable Object[] elements = instance.tables[table].elements;
        if (Integer.compareUnsigned(index, elements.length) >= 0) {
            throw new Trap(Trap.Kind.UNDEFINED_ELEMENT);
        }
        Func f = (Func) elements[index];
        if (f == null) {
            throw new Trap(Trap.Kind.UNINITIALIZED_ELEMENT);
        }
        if (f.isOther(instance.types[type])) {
            throw new Trap(Trap.Kind.SIGNATURE_MISMATCH);
        }
        return f;
    }

    /** Calls any function; for those of the host, of other instances, or not called before. */
    public static Values invoke(Values args, Func f, Instance caller, int depth) {
        Execution e = caller.exec();
        Instance callee = f.instance;
        if (callee != caller) {
            e.enter(callee);
        }
        if (f.host != null) {
            return e.callHost(f, f.host, args, depth);
        }
        Values results = callee.call(f.index, args, depth);
        if (f.code == null && !callee.code.isInterpreted(f.index) && !e.debugging()) {
            f.code = callee.code.group(f.index);
        }
        return results;
    }

    /** Calls a function that has no JVM method. */
    public static Values interpret(Values args, Instance instance, int func, int depth) {
        return trampoline(Interpreter.call(instance, func, args, depth), instance, depth);
    }

    public static void tailCall(Values args, Func f, Instance instance) {
        instance.exec().tail(f, args);
    }

    public static boolean hasTail(Instance instance) {
        return instance.exec().hasTail();
    }

    /** Makes the pending tail call, and those that follow from it. */
    public static Values trampoline(Instance instance, int depth) {
        return trampoline(Values.none(), instance, depth);
    }

    static Values trampoline(Values results, Instance instance, int depth) {
        Execution e = instance.exec();
        Values last = results;
        while (e.hasTail()) {
            Values args = e.tailArgs();
            Func f = e.takeTail();
            if (f.instance != instance) {
                e.enter(f.instance);
            }
            last = f.host != null ? e.callHost(f, f.host, args, depth) : f.instance.callBody(f.index, args, depth);
        }
        return last;
    }

    public static @Nullable Object tableGet(int index, Instance instance, int table, int unused) {
        @Nullable Object[] elements = instance.tables[table].elements;
        if (Integer.compareUnsigned(index, elements.length) >= 0) {
            throw new Trap(Trap.Kind.TABLE_OUT_OF_BOUNDS);
        }
        return elements[index];
    }

    public static void tableSet(int index, @Nullable Object ref, Instance instance, int table, int unused) {
        @Nullable Object[] elements = instance.tables[table].elements;
        if (Integer.compareUnsigned(index, elements.length) >= 0) {
            throw new Trap(Trap.Kind.TABLE_OUT_OF_BOUNDS);
        }
        elements[index] = ref;
    }

    public static int tableSize(Instance instance, int table, int unused) {
        return instance.tables[table].size();
    }

    public static int tableGrow(@Nullable Object ref, int more, Instance instance, int table, int unused) {
        return instance.tables[table].grow(more, ref);
    }

    public static int tableFill(int at, @Nullable Object ref, int n, Instance instance, int table, int unused) {
        Table t = instance.tables[table];
        t.check(at, n);
        Arrays.fill(t.elements, at, at + n, ref);
        return n >>> WORK_SHIFT;
    }

    public static int tableCopy(int to, int from, int n, Instance instance, int target, int source) {
        Table t = instance.tables[target];
        Table s = instance.tables[source];
        s.check(from, n);
        t.check(to, n);
        System.arraycopy(s.elements, from, t.elements, to, n);
        return n >>> WORK_SHIFT;
    }

    public static int tableInit(int to, int from, int n, Instance instance, int segment, int table) {
        instance.initTable(to, from, n, segment, table);
        return n >>> WORK_SHIFT;
    }

    public static void elemDrop(Instance instance, int segment, int unused) {
        instance.droppedElements[segment] = true;
    }

    public static int memorySize(Instance instance, int memory, int unused) {
        return instance.memories[memory].pages();
    }

    public static int memoryGrow(int pages, Instance instance, int memory, int unused) {
        return instance.memories[memory].grow(pages);
    }

    public static int memoryFill(int at, int value, int n, Instance instance, int memory, int unused) {
        Memory m = instance.memories[memory];
        m.check(at, n);
        for (int left = n; left > 0; left -= CHUNK) {
            int from = at + n - left;
            Arrays.fill(m.bytes, from, from + Math.min(CHUNK, left), (byte) value);
            checkpoint(instance, n);
        }
        return n >>> WORK_SHIFT;
    }

    public static int memoryCopy(int to, int from, int n, Instance instance, int target, int source) {
        Memory t = instance.memories[target];
        Memory s = instance.memories[source];
        s.check(from, n);
        t.check(to, n);
        boolean forwards = s != t || to <= from;
        for (int left = n; left > 0; left -= CHUNK) {
            int length = Math.min(CHUNK, left);
            int at = forwards ? n - left : left - length;
            System.arraycopy(s.bytes, from + at, t.bytes, to + at, length);
            checkpoint(instance, n);
        }
        return n >>> WORK_SHIFT;
    }

    /** Between pieces of a large operation: a killed program does not go on. */
    private static void checkpoint(Instance instance, int n) {
        if (n > CHUNK) {
            instance.exec().stopIfKilled();
        }
    }

    public static int memoryInit(int to, int from, int n, Instance instance, int segment, int memory) {
        instance.initMemory(to, from, n, segment, memory);
        return n >>> WORK_SHIFT;
    }

    public static void dataDrop(Instance instance, int segment, int unused) {
        instance.droppedData[segment] = true;
    }
}
