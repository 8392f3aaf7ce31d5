package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import io.polywire.wasm.compile.Operands.Entry;
import io.polywire.wasm.module.ValType;
import io.polywire.wasm.module.Validator;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/**
 * The places where a program can be suspended: polls, charges of fuel, and calls, with the handlers behind the method's
 * code that make a frame of the operands and locals; and the loading of such a frame.
 */
final class SuspendEmitter {
    /** Instructions in a loop that make one unit of its weight. */
    private static final int WEIGHT = 32;

    /** Bytes of code that a handler has for one operand, at least. */
    private static final int OPERAND = 4;

    private static final MethodTypeDesc POLL = MethodTypeDesc.of(CD_int, Names.INSTANCE);

    /** Where a loop begins anew: at its head, unless it is time to poll. */
    private record Back(ControlEmitter.Block loop, Label head, int offset, int cost, List<Entry> operands) {}

    /** A place where the program can be suspended. */
    private record Site(Label start, Label end, Label handler, int point, List<Entry> operands) {}

    private final JvmMethod method;
    private final CodeBuilder code;
    private final Operands operands;
    private final List<Site> sites = new ArrayList<>();
    private final List<Back> backs = new ArrayList<>();

    SuspendEmitter(JvmMethod method) {
        this.method = method;
        this.code = method.code;
        this.operands = method.operands;
    }

    // ---- polls

    /** At the function's beginning: is the stack exhausted, or has somebody asked the program to stop? */
    void entry() {
        Label ok = code.newLabel();
        code.iload(method.depth)
                .aload(method.instance)
                .getfield(Names.INSTANCE, "limit", CD_int)
                .if_icmpge(ok);
        code.aload(method.instance).iload(method.depth);
        Label start = startSite(0, false, 0);
        code.invokestatic(Names.RT, "entry", MethodTypeDesc.of(CD_void, Names.INSTANCE, CD_int));
        endSite(start, 0, false, 0);
        code.labelBinding(ok);
    }

    /** Where a part with loops begins: has somebody asked the program to stop? Loops begin with a full counter. */
    void request(int offset) {
        Label none = code.newLabel();
        code.aload(method.instance).getfield(Names.INSTANCE, "limit", CD_int).ifeq(none);
        code.aload(method.instance);
        Label start = startSite(offset, false, 0);
        code.invokestatic(Names.RT, "poll", POLL);
        endSite(start, offset, false, 0);
        code.pop().labelBinding(none);
    }

    void charge(int cost, int offset) {
        if (method.owner.metered()) {
            code.aload(method.instance).loadConstant(cost);
            Label start = startSite(offset, false, operands.size());
            code.invokestatic(Names.RT, "charge", MethodTypeDesc.of(CD_void, Names.INSTANCE, CD_int));
            endSite(start, offset, false, operands.size());
        }
    }

    /** Counts down where a function that calls itself in tail position begins anew. */
    void poll(int offset, int cost) {
        Label go = code.newLabel();
        code.iinc(method.counter, -weight(cost)).iload(method.counter).ifgt(go).aload(method.instance);
        Label start = startSite(offset, false, operands.size());
        code.invokestatic(Names.RT, "poll", POLL);
        endSite(start, offset, false, operands.size());
        code.istore(method.counter).labelBinding(go);
    }

    /** Notes a loop whose way back is to be made, and charges for an iteration. */
    void loop(ControlEmitter.Block loop, Label head, int offset) {
        int cost = method.analysis.loops().getOrDefault(offset, 1);
        backs.add(new Back(loop, head, offset, cost, operands.copy(operands.size())));
        charge(cost, offset);
    }

    /**
     * Back edges of loops, which poll. They are apart from the loops' code so that a loop has one hot way back, which
     * the JIT compiler sees count down by a constant.
     */
    void backEdges() {
        for (Back b : backs) {
            if (!b.loop.used) {
                continue;
            }
            code.labelBinding(b.loop.target)
                    .iinc(method.counter, -weight(b.cost))
                    .iload(method.counter)
                    .ifgt(b.head);
            operands.reset(b.operands);
            code.aload(method.instance);
            Label start = startSite(b.offset, false, operands.size());
            code.invokestatic(Names.RT, "poll", POLL);
            endSite(start, b.offset, false, operands.size());
            code.istore(method.counter).goto_(b.head);
        }
    }

    private static int weight(int cost) {
        return Math.min(1 + cost / WEIGHT, 100);
    }

    // ---- making frames

    /** Begins the range of a call; the operands up to {@code height} belong to the frame. */
    Label startSite(int offset, boolean awaiting, int height) {
        if (height == 0) {
            code.loadConstant(offset << 1 | (awaiting ? 1 : 0)).istore(method.point);
        }
        return code.newBoundLabel();
    }

    /** Ends the range of a call; the operands up to {@code height} belong to the frame. */
    void endSite(Label start, int offset, boolean awaiting, int height) {
        method.spend(16 + height * OPERAND);
        method.emits(height * OPERAND);
        Label end = code.newBoundLabel();
        sites.add(new Site(start, end, code.newLabel(), offset << 1 | (awaiting ? 1 : 0), operands.copy(height)));
    }

    void handlers() {
        if (sites.isEmpty()) {
            return;
        }
        Label save = code.newLabel();
        Label withoutOperands = code.newLabel();
        boolean shared = false;
        for (Site s : sites) {
            if (s.operands().isEmpty()) {
                code.exceptionCatch(s.start(), s.end(), withoutOperands, Names.SUSPEND);
                shared = true;
                continue;
            }
            code.exceptionCatch(s.start(), s.end(), s.handler(), Names.SUSPEND);
            code.labelBinding(s.handler());
            code.loadConstant(s.point());
            begin(s.operands().size());
            for (int h = 0; h < s.operands().size(); h++) {
                operands.load(s.operands().get(h), h);
                add(Names.FRAME, s.operands().get(h).type());
            }
            code.goto_(save);
        }
        if (shared) {
            code.labelBinding(withoutOperands);
            code.iload(method.point);
            begin(0);
        }
        code.labelBinding(save);
        saveLocals();
        code.aload(method.instance)
                .loadConstant(method.func)
                .invokevirtual(Names.FRAME, "end", MethodTypeDesc.of(Names.SUSPEND, Names.INSTANCE, CD_int))
                .athrow();
    }

    /** Begins a frame; the exception and the point are on the JVM stack. */
    private void begin(int operandCount) {
        code.loadConstant(method.locals.length)
                .loadConstant(operandCount)
                .invokevirtual(Names.SUSPEND, "at", MethodTypeDesc.of(Names.FRAME, CD_int, CD_int, CD_int));
    }

    private void saveLocals() {
        if (method.part != null) {
            method.saveChanged();
            code.aload(method.saved).invokevirtual(Names.FRAME, "addAll", MethodTypeDesc.of(Names.FRAME, Names.LONGS));
            return;
        }
        for (int i = 0; i < method.locals.length; i++) {
            code.loadLocal(Names.kind(method.locals[i]), method.slots[i]);
            add(Names.FRAME, method.locals[i]);
        }
    }

    /** Adds the value on the JVM stack to a frame or other values. */
    void add(ClassDesc owner, ValType t) {
        code.invokevirtual(owner, "add" + Names.letter(t), MethodTypeDesc.of(owner, Names.desc(t)));
    }

    // ---- loading frames

    void loadLocals() {
        for (int i = 0; i < method.locals.length; i++) {
            load(i, method.locals[i], method.slots[i]);
        }
    }

    void loadOperands() {
        List<ValType> types = Validator.operandsAt(method.module, method.func, method.base + method.resumeAt);
        if (types == null) {
            throw new IllegalStateException("no loop at " + method.resumeAt);
        }
        for (int i = 0; i < types.size(); i++) {
            load(method.locals.length + i, types.get(i), operands.slot(i));
        }
    }

    private void load(int index, ValType t, int slot) {
        code.aload(1)
                .loadConstant(index)
                .invokevirtual(Names.FRAME, "get" + Names.letter(t), MethodTypeDesc.of(Names.desc(t), CD_int))
                .storeLocal(Names.kind(t), slot);
    }
}
