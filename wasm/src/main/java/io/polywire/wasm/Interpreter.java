package io.polywire.wasm;

import io.polywire.wasm.compile.Analysis;
import io.polywire.wasm.compile.ModuleCode;
import io.polywire.wasm.compile.Resumer;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Executes one function from its {@link InterpreterCode}: functions that do not fit into a JVM method, all functions
 * while there are breakpoints, and the rest of a function that was suspended. A resumed function that stays in a loop
 * goes over to compiled code at the loop's head.
 */
final class Interpreter {
    /** Iterations after which a resumed loop is compiled. */
    private static final int HOT = 300;

    /** Instructions in a loop that make one unit of its weight. */
    private static final int WEIGHT = 8;

    private final Instance instance;
    private final Execution execution;
    private final InterpreterCode code;
    private final long[] s;
    private final @Nullable Object @Nullable [] r;
    private final int depth;
    private boolean debugging;
    private int counter;

    private Interpreter(Instance instance, int func, int depth) {
        this.instance = instance;
        this.execution = instance.exec();
        this.code = instance.code.interpreterCode(
                func,
                InterpreterCode.class,
                f -> new InterpreterCode(instance.module(), f, analysis(instance, f), instance.code.usesRefs()));
        this.s = new long[code.maxHeight + 1];
        this.r = code.refs ? new Object[code.maxHeight + 1] : null;
        this.depth = depth - ModuleCode.frameCost(code.locals.length);
        this.debugging = execution.debugging();
        this.counter = execution.quantum();
    }

    private static Analysis analysis(Instance instance, int func) {
        return instance.code.analysis(func);
    }

    /** Calls a function; a tail call in which it ends is left to the caller. */
    static Values call(Instance instance, int func, Values args, int depth) {
        Interpreter i = new Interpreter(instance, func, depth);
        List<ValType> params = i.code.type.params();
        for (int k = 0; k < params.size(); k++) {
            i.put(k, args.bits(k), params.get(k).isRef() ? args.getR(k) : null);
        }
        int sp = i.code.locals.length;
        try {
            if (depth < instance.limit) {
                i.execution.entry(instance, depth);
            }
            i.charge(i.code.entryCost);
        } catch (Suspend suspend) {
            i.save(suspend, 0, false, sp);
            throw suspend;
        }
        return i.run(0, sp);
    }

    /** Continues a function; {@code result} are the results of the call that the frame waits for. */
    static Values resume(Frame frame, Values result, int depth) {
        Instance instance = frame.instance();
        Interpreter i = new Interpreter(instance, frame.func(), depth);
        int sp = frame.size();
        for (int k = 0; k < sp; k++) {
            i.put(k, frame.bits(k), frame.getR(k));
        }
        int pc = i.code.position(frame.offset());
        if (frame.awaiting()) {
            while (i.code.op[pc] == Op.LOOP) {
                pc++; // a loop that begins with the call stands at the same offset
            }
            sp = i.push(result, i.callee(pc).results(), sp);
            pc++;
        }
        return i.run(pc, sp);
    }

    private void put(int at, long bits, @Nullable Object ref) {
        s[at] = bits;
        if (r != null) {
            r[at] = ref;
        }
    }

    private int push(Values v, List<ValType> types, int sp) {
        for (int k = 0; k < types.size(); k++) {
            if (types.get(k).isRef()) {
                put(sp + k, 0, v.getR(k));
            } else {
                s[sp + k] = v.bits(k);
            }
        }
        return sp + types.size();
    }

    private Values take(List<ValType> types, int from) {
        Values v = Values.of(types.size());
        for (int k = 0; k < types.size(); k++) {
            v.add(types.get(k), s[from + k], r == null ? null : r[from + k]);
        }
        return v;
    }

    private FuncType callee(int pc) {
        return code.op[pc] == Op.CALL || code.op[pc] == Op.RETURN_CALL
                ? code.module.funcType(code.a[pc])
                : code.module.types().get(code.a[pc]);
    }

    private void save(Suspend suspend, int offset, boolean awaiting, int sp) {
        suspend.add(Frame.of(
                instance,
                code.func,
                offset,
                awaiting,
                code.locals.length,
                Arrays.copyOf(s, sp),
                r == null ? null : Arrays.copyOf(r, sp)));
    }

    private void charge(int cost) {
        if (instance.metered()) {
            execution.charge(cost);
        }
    }

    private Values run(int start, int height) {
        int[] ops = code.op;
        int[] a = code.a;
        int pc = start;
        int sp = height;
        byte[] memory = instance.memory.bytes;
        while (true) {
            if (debugging) {
                breakpoint(pc, sp);
            }
            int i = pc++;
            int op = ops[i];
            switch (op) {
                case Op.LOCAL_GET -> {
                    s[sp] = s[a[i]];
                    if (r != null) {
                        r[sp] = r[a[i]];
                    }
                    sp++;
                }
                case Op.LOCAL_SET -> {
                    s[a[i]] = s[--sp];
                    if (r != null) {
                        r[a[i]] = r[sp];
                    }
                }
                case Op.LOCAL_TEE -> {
                    s[a[i]] = s[sp - 1];
                    if (r != null) {
                        r[a[i]] = r[sp - 1];
                    }
                }
                case Op.I32_CONST, Op.I64_CONST, Op.F32_CONST, Op.F64_CONST -> s[sp++] = code.c[i];
                case Op.I32_ADD -> {
                    s[sp - 2] = (int) (s[sp - 2] + s[sp - 1]);
                    sp--;
                }
                case Op.IF -> {
                    if ((int) s[--sp] == 0) {
                        pc = a[i];
                    }
                }
                case InterpreterCode.JUMP -> pc = code.targets.get(a[i]).pc();
                case Op.BR -> {
                    InterpreterCode.Target t = code.targets.get(a[i]);
                    sp = jump(t, sp);
                    pc = t.pc();
                }
                case Op.BR_IF -> {
                    if ((int) s[--sp] != 0) {
                        InterpreterCode.Target t = code.targets.get(a[i]);
                        sp = jump(t, sp);
                        pc = t.pc();
                    }
                }
                case Op.BR_TABLE -> {
                    InterpreterCode.Target[] all = code.tables.get(a[i]);
                    int n = (int) s[--sp];
                    InterpreterCode.Target t = all[Integer.compareUnsigned(n, all.length - 1) < 0 ? n : all.length - 1];
                    sp = jump(t, sp);
                    pc = t.pc();
                }
                case Op.LOOP -> {
                    Resumer compiled = loop(i, sp);
                    if (compiled != null) {
                        return goOver(compiled, i, sp);
                    }
                }
                case Op.RETURN -> {
                    List<ValType> results = code.type.results();
                    return take(results, sp - results.size());
                }
                case Op.CALL, Op.CALL_INDIRECT -> {
                    sp = call(i, sp);
                    memory = instance.memory.bytes;
                }
                case Op.RETURN_CALL, Op.RETURN_CALL_INDIRECT -> {
                    tailCall(i, sp);
                    return Values.none();
                }
                default -> {
                    if (Op.isAccess(op)) {
                        sp = access(op, a[i], code.b[i] == 0 ? memory : instance.memories[code.b[i]].bytes, sp);
                    } else if (Op.isNumeric(op)) {
                        if (Arithmetic.isUnary(op)) {
                            s[sp - 1] = Arithmetic.unary(op, s[sp - 1]);
                        } else {
                            s[sp - 2] = Arithmetic.binary(op, s[sp - 2], s[sp - 1]);
                            sp--;
                        }
                    } else {
                        sp = other(i, op, sp);
                        memory = instance.memory.bytes;
                    }
                }
            }
        }
    }

    private void breakpoint(int pc, int sp) {
        int at = instance.module().body(code.func).start() + code.offset[pc]; // the code may be another module's
        if (!execution.passesBreakpoint() && execution.breakpoints().contains(at) && !execution.pinned()) {
            Suspend suspend = execution.stopAtBreakpoint();
            save(suspend, code.offset[pc], false, sp);
            throw suspend;
        }
    }

    private int jump(InterpreterCode.Target t, int sp) {
        int n = t.arity();
        int from = sp - n;
        if (from != t.height()) {
            System.arraycopy(s, from, s, t.height(), n);
            if (r != null) {
                System.arraycopy(r, from, r, t.height(), n);
            }
        }
        return t.height() + n;
    }

    private @Nullable Resumer loop(int i, int sp) {
        int cost = code.a[i];
        counter -= 1 + cost / WEIGHT;
        try {
            if (counter <= 0) {
                execution.poll();
                counter = execution.quantum();
            }
            if (!debugging && ++code.heat[i] > HOT) {
                Resumer compiled = instance.code.resumer(code.func, code.offset[i]);
                if (compiled != null) {
                    return compiled;
                }
                code.heat[i] = Integer.MIN_VALUE;
            }
            charge(cost);
        } catch (Suspend suspend) {
            save(suspend, code.offset[i], false, sp);
            throw suspend;
        }
        return null;
    }

    private Values goOver(Resumer compiled, int i, int sp) {
        Frame frame = Frame.of(instance, code.func, code.offset[i], false, code.locals.length, Arrays.copyOf(s, sp), r);
        return compiled.resume(frame, instance, depth + ModuleCode.frameCost(code.locals.length));
    }

    private int call(int i, int sp) {
        FuncType type = callee(i);
        int height = sp;
        Func target = null;
        if (code.op[i] == Op.CALL_INDIRECT) {
            target = Rt.indirect((int) s[--height], instance, code.b[i], code.a[i]);
        }
        height -= type.params().size();
        Values args = take(type.params(), height);
        Values results;
        try {
            results = target != null ? Rt.invoke(args, target, instance, depth) : instance.call(code.a[i], args, depth);
        } catch (Suspend suspend) {
            save(suspend, code.offset[i], true, height);
            throw suspend;
        }
        return push(results, type.results(), height);
    }

    private void tailCall(int i, int sp) {
        FuncType type = callee(i);
        int height = sp;
        Func target;
        if (code.op[i] == Op.RETURN_CALL_INDIRECT) {
            target = Rt.indirect((int) s[--height], instance, code.b[i], code.a[i]);
        } else {
            target = instance.func(code.a[i]);
        }
        execution.tail(target, take(type.params(), height - type.params().size()));
    }

    private static int address(long base, int offset) {
        long sum = (base & 0xffffffffL) + (offset & 0xffffffffL);
        return sum > Integer.MAX_VALUE ? -1 : (int) sum;
    }

    private int access(int op, int offset, byte[] m, int sp) {
        if (op >= Op.I32_STORE) {
            store(op, address(s[sp - 2], offset), s[sp - 1], m);
            return sp - 2;
        }
        s[sp - 1] = load(op, address(s[sp - 1], offset), m);
        return sp;
    }

    private static long load(int op, int at, byte[] m) {
        return switch (op) {
            case 0x28, 0x2a, 0x34 -> (int) Memory.INT.get(m, at);
            case 0x29, 0x2b -> (long) Memory.LONG.get(m, at);
            case 0x2c, 0x30 -> m[at];
            case 0x2d, 0x31 -> m[at] & 0xff;
            case 0x2e, 0x32 -> (short) Memory.SHORT.get(m, at);
            case 0x2f, 0x33 -> (char) Memory.CHAR.get(m, at);
            default -> (int) Memory.INT.get(m, at) & 0xffffffffL;
        };
    }

    private static void store(int op, int at, long v, byte[] m) {
        switch (op) {
            case 0x36, 0x38, 0x3e -> Memory.INT.set(m, at, (int) v);
            case 0x37, 0x39 -> Memory.LONG.set(m, at, v);
            case 0x3a, 0x3c -> m[at] = (byte) v;
            default -> Memory.SHORT.set(m, at, (short) v);
        }
    }

    private int other(int i, int op, int sp) {
        int a = code.a[i];
        return switch (op) {
            case Op.UNREACHABLE -> throw Rt.unreachable();
            case Op.DROP -> {
                yield sp - 1;
            }
            case Op.SELECT, Op.SELECT_T -> {
                if ((int) s[sp - 1] == 0) {
                    put(sp - 3, s[sp - 2], r == null ? null : r[sp - 2]);
                }
                yield sp - 2;
            }
            case Op.GLOBAL_GET -> {
                put(sp, instance.globals[a].bits, instance.globals[a].ref);
                yield sp + 1;
            }
            case Op.GLOBAL_SET -> {
                instance.globals[a].bits = s[sp - 1];
                instance.globals[a].ref = r == null ? null : r[sp - 1];
                yield sp - 1;
            }
            case Op.REF_NULL -> {
                put(sp, 0, null);
                yield sp + 1;
            }
            case Op.REF_IS_NULL -> {
                put(sp - 1, r == null || r[sp - 1] == null ? 1 : 0, null);
                yield sp;
            }
            case Op.REF_FUNC -> {
                put(sp, 0, instance.func(a));
                yield sp + 1;
            }
            default -> {
                yield op <= Op.TABLE_SET || op >= Op.TABLE_INIT ? table(i, op, sp) : memory(i, op, sp);
            }
        };
    }

    private int memory(int i, int op, int sp) {
        int a = code.a[i];
        switch (op) {
            case Op.MEMORY_SIZE -> {
                s[sp] = instance.memories[a].pages();
                return sp + 1;
            }
            case Op.MEMORY_GROW -> {
                s[sp - 1] = instance.memories[a].grow((int) s[sp - 1]);
                counter = 0; // it may have taken a while: poll soon
                return sp;
            }
            case Op.DATA_DROP -> {
                instance.droppedData[a] = true;
                return sp;
            }
            case Op.MEMORY_INIT -> work(Rt.memoryInit(i32(sp - 3), i32(sp - 2), i32(sp - 1), instance, a, code.b[i]));
            case Op.MEMORY_COPY -> work(Rt.memoryCopy(i32(sp - 3), i32(sp - 2), i32(sp - 1), instance, a, code.b[i]));
            default -> work(Rt.memoryFill(i32(sp - 3), i32(sp - 2), i32(sp - 1), instance, a, 0));
        }
        return sp - 3;
    }

    private int table(int i, int op, int sp) {
        int a = code.a[i];
        switch (op) {
            case Op.TABLE_GET -> {
                put(sp - 1, 0, Rt.tableGet(i32(sp - 1), instance, a, 0));
                return sp;
            }
            case Op.TABLE_SET -> {
                Rt.tableSet(i32(sp - 2), ref(sp - 1), instance, a, 0);
                return sp - 2;
            }
            case Op.TABLE_SIZE -> {
                s[sp] = instance.tables[a].size();
                return sp + 1;
            }
            case Op.TABLE_GROW -> {
                put(sp - 2, Rt.tableGrow(ref(sp - 2), i32(sp - 1), instance, a, 0), null);
                counter = 0;
                return sp - 1;
            }
            case Op.ELEM_DROP -> {
                instance.droppedElements[a] = true;
                return sp;
            }
            case Op.TABLE_FILL -> work(Rt.tableFill(i32(sp - 3), ref(sp - 2), i32(sp - 1), instance, a, 0));
            case Op.TABLE_INIT -> work(Rt.tableInit(i32(sp - 3), i32(sp - 2), i32(sp - 1), instance, a, code.b[i]));
            default -> work(Rt.tableCopy(i32(sp - 3), i32(sp - 2), i32(sp - 1), instance, a, code.b[i]));
        }
        return sp - 3;
    }

    private void work(int units) {
        counter -= units;
    }

    private int i32(int at) {
        return (int) s[at];
    }

    private @Nullable Object ref(int at) {
        return r == null ? null : r[at];
    }
}
