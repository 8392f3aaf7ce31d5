package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import io.polywire.wasm.compile.Operands.Entry;
import io.polywire.wasm.compile.Operands.Place;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import io.polywire.wasm.module.Validator;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiles one function to the body of a static method {@code f(params..., Instance, int depth)}.
 *
 * <pre>
 *   if (depth &lt; instance.limit) Rt.entry(..)      stack exhausted, or somebody wants the program's attention
 *   depth -= cost
 *   loop:  if ((count -= weight) &lt;= 0) count = Rt.poll(..)
 *   call:  g(args..., instance, depth)            what lies below the arguments is in variables
 *   ...
 *   handlers:  catch (Suspend s) { frame = s.at(point); frame.add(operands) ; goto save }
 *   save:  frame.add(locals); throw frame.end(instance, function)
 * </pre>
 *
 * <p>A suspension thus unwinds the JVM stack and leaves one frame per function behind, innermost first. A method of
 * the same shape that starts with loading a frame and jumping to a loop continues a function there: the "resume
 * method", made only for loops in which a resumed program spends its time. Everything between is done by the
 * interpreter, which uses the same frames.
 */
final class FunctionCompiler {
    /** Instructions in a loop that make one unit of its weight. */
    private static final int WEIGHT = 32;

    private static final MethodTypeDesc POLL = MethodTypeDesc.of(CD_int, Names.INSTANCE);

    private static final class Block {
        final int opcode;
        final int height;
        final List<ValType> params;
        final List<ValType> results;
        final Label target;
        final @Nullable Label otherwise;
        final List<Entry> below;
        boolean hasElse;
        boolean used;

        Block(int opcode, int height, FuncType type, Label target, @Nullable Label otherwise, List<Entry> below) {
            this.opcode = opcode;
            this.height = height;
            this.params = type.params();
            this.results = type.results();
            this.target = target;
            this.otherwise = otherwise;
            this.below = below;
        }

        List<ValType> labelTypes() {
            return opcode == Op.LOOP ? params : results;
        }
    }

    /** Where a loop begins anew: at its head, unless it is time to poll. */
    private record Back(Block loop, Label head, int offset, int cost, List<Entry> operands) {}

    /** A place where the program can be suspended. */
    private record Site(Label start, Label end, Label handler, int point, List<Entry> operands) {}

    private final ModuleCode owner;
    private final Module module;
    private final int func;
    private final FuncType type;
    private final Analysis analysis;
    private final CodeBuilder code;
    private final int resumeAt;
    private final @Nullable Part part;
    private final @Nullable Part resumeAfter;
    private final int saved;
    private final boolean compact;
    private final AccessMethods methods;
    private final ByteReader in;
    private final int base;
    private final ValType[] locals;
    private final int[] slots;
    private final int instance;
    private final int depth;
    private final int counter;
    private final int memory;
    private final int temp;
    private final int point;
    private final Operands operands;
    private final NumericEmitter numeric;
    private final Label self;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Site> sites = new ArrayList<>();
    private final List<Back> backs = new ArrayList<>();
    private boolean reachable = true;
    private int skipped;
    private int at;
    private @Nullable Label resumeLabel;

    /**
     * Prepares for one function.
     *
     * @param methods collects the methods that loads and stores of large functions need in their class
     * @param part the part of the function to compile, null if it is not divided
     * @param resumeAt offset in a loop to start from, -1 to start from the beginning or behind a part
     * @param resumeAfter part inside behind which to start, null to start elsewhere
     */
    FunctionCompiler(
            ModuleCode owner,
            int func,
            CodeBuilder code,
            AccessMethods methods,
            @Nullable Part part,
            int resumeAt,
            @Nullable Part resumeAfter) {
        this.part = part;
        this.resumeAfter = resumeAfter;
        this.methods = methods;
        this.owner = owner;
        this.module = owner.module();
        this.func = func;
        this.type = module.funcType(func);
        this.analysis = owner.analysis(func);
        this.code = code;
        this.resumeAt = resumeAt;
        this.compact = owner.isCompact(func);
        Body body = module.body(func);
        this.base = body.start();
        this.in = module.reader(body.start(), body.end());
        this.locals = module.locals(func);
        this.slots = new int[locals.length];
        boolean begins = resumeAt < 0 && resumeAfter == null && (part == null || part.id == 0);
        int params = type.params().size();
        int next = begins ? slots(0, params, 0) : resuming() ? 5 : 3;
        instance = begins ? next : resuming() ? 2 : 1;
        depth = instance + 1;
        next = begins ? slots(params, locals.length, next + 2) : slots(0, locals.length, next);
        saved = begins ? next++ : 0;
        counter = next;
        memory = next + 1;
        temp = next + 2;
        point = next + 3;
        operands = new Operands(code, slots, next + 4);
        numeric = new NumericEmitter(code, operands);
        self = code.newLabel();
    }

    /** Gives variables to locals that have a place here; returns the next free one. */
    private int slots(int from, int to, int first) {
        int next = first;
        for (int i = from; i < to; i++) {
            slots[i] = next;
            if (part == null || part.used.get(i) || i < type.params().size()) {
                next += locals[i].isWide() ? 2 : 1;
            }
        }
        return next;
    }

    private boolean resuming() {
        return resumeAt >= 0 || resumeAfter != null;
    }

    private boolean isInner() {
        return part != null && part.id != 0;
    }

    private boolean hasLoops() {
        return part == null ? !analysis.loops().isEmpty() || analysis.selfTail() : part.loops;
    }

    /** Emits the whole method body. */
    void compile() {
        if (part == null) {
            prologue();
        } else {
            partPrologue(part);
        }
        if (part != null && isInner()) {
            in.seek(base + part.start);
            for (List<ValType> types : part.labels) {
                enclosing(types);
            }
            instructions(base + part.end);
            leave(part);
        } else {
            enclosing(type.results());
            instructions(in.end());
        }
        backEdges();
        handlers();
    }

    private void enclosing(List<ValType> types) {
        blocks.add(new Block(Op.BLOCK, 0, new FuncType(List.of(), types), code.newLabel(), null, List.of()));
    }

    private void instructions(int end) {
        while (in.pos() < end) {
            at = in.pos() - base;
            Part child = part == null || !reachable ? null : part.children.get(at);
            if (child != null) {
                callPart(child);
                in.seek(base + child.end);
                continue;
            }
            int op = Op.read(in);
            if (reachable) {
                instruction(op);
            } else {
                dead(op);
            }
        }
    }

    // ---- parts of large functions

    private void partPrologue(Part p) {
        if (p.id == 0 && !resuming()) {
            clearLocals();
            code.loadConstant(locals.length + p.carried()).newarray(TypeKind.LONG);
            code.astore(saved);
            for (int i = 0; i < type.params().size(); i++) {
                save(i);
            }
            entry();
            setup();
            charge(analysis.entryCost(), 0);
            return;
        }
        p.used.stream().forEach(this::reload);
        loadMemory();
        loadCounter();
        if (resumeAt >= 0) {
            loadOperands();
        }
        if (resuming()) {
            resumeLabel = code.newLabel();
            if (resumeAfter != null) {
                code.iload(4);
            }
            code.goto_(resumeLabel);
        } else if (p.loops && p.start != 0 && !analysis.loops().containsKey(p.start)) {
            request(p.start); // a frame at a loop's or the function's beginning would begin that again, and pay again
        }
    }

    /** Where a part with loops begins: has somebody asked the program to stop? Loops begin with a full counter. */
    private void request(int offset) {
        Label none = code.newLabel();
        code.aload(instance).getfield(Names.INSTANCE, "limit", CD_int).ifeq(none);
        code.aload(instance);
        Label start = startSite(offset, false, 0);
        code.invokestatic(Names.RT, "poll", POLL);
        endSite(start, offset, false, 0);
        code.pop().labelBinding(none);
    }

    /** Writes a local to the array that the parts share. */
    private void save(int local) {
        code.aload(saved).loadConstant(local).loadLocal(Names.kind(locals[local]), slots[local]);
        storeBits(locals[local]);
    }

    private void storeBits(ValType t) {
        switch (t) {
            case I32 -> code.i2l();
            case F32 -> floatBits().i2l();
            case F64 -> doubleBits();
            default -> {}
        }
        code.lastore();
    }

    private void reload(int local) {
        code.aload(saved).loadConstant(local).laload();
        fromBits(locals[local]);
        code.storeLocal(Names.kind(locals[local]), slots[local]);
    }

    private void fromBits(ValType t) {
        switch (t) {
            case I32 -> code.l2i();
            case F32 -> code.l2i().invokestatic(NumericEmitter.CD_FLOAT, "intBitsToFloat", NumericEmitter.I_F);
            case F64 -> code.invokestatic(NumericEmitter.CD_DOUBLE, "longBitsToDouble", NumericEmitter.L_D);
            default -> {}
        }
    }

    /** Where a part without others inside ends: the changed locals go to where the next part looks for them. */
    private void saveChanged() {
        if (part != null && part.isLeaf()) {
            part.changed.stream().forEach(this::save);
        }
    }

    private void leave(Part p) {
        if (reachable) {
            saveChanged();
            code.iconst_0().ireturn();
        }
        for (int i = 0; i < p.exits.length; i++) {
            Block b = blocks.get(p.exits[i]);
            if (b.used) {
                code.labelBinding(b.target);
                List<ValType> types = b.labelTypes();
                for (int k = 0; k < types.size(); k++) {
                    code.aload(saved).loadConstant(locals.length + k);
                    code.loadLocal(Names.kind(types.get(k)), operands.slot(k));
                    storeBits(types.get(k));
                }
                saveChanged();
                code.loadConstant(i + 1).ireturn();
            }
        }
    }

    /** Runs a part and goes on where it ended. */
    private void callPart(Part child) {
        code.aload(saved).aload(instance).iload(depth);
        code.invokestatic(owner.groupOf(func), child.method(func), Names.PART);
        if (child == resumeAfter && resumeLabel != null) {
            code.labelBinding(resumeLabel);
        }
        loadMemory();
        part().used.stream()
                .filter(l -> child.changed.get(l) || child.changedInside.get(l))
                .forEach(this::reload);
        int n = child.exits.length;
        Label next = code.newLabel();
        List<SwitchCase> cases = new ArrayList<>();
        Label last = next;
        List<Label> stubs = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Block b = blocks.get(child.exits[i]);
            b.used = true;
            last = b.labelTypes().isEmpty() ? b.target : code.newLabel();
            stubs.add(last);
            cases.add(SwitchCase.of(i + 1, last));
        }
        if (n == 0) {
            code.pop();
        } else if (n == 1 && child.fallsThrough) {
            code.ifne(last);
        } else if (n == 1) {
            code.pop().goto_(last);
        } else {
            code.tableswitch(1, n, child.fallsThrough ? next : last, cases);
        }
        if (child.fallsThrough) {
            code.goto_(next);
        }
        for (int i = 0; i < n; i++) {
            Block b = blocks.get(child.exits[i]);
            if (!b.labelTypes().isEmpty()) {
                code.labelBinding(stubs.get(i));
                arrive(b);
            }
        }
        if (child.fallsThrough) {
            code.labelBinding(next);
        } else if (n == 0) {
            code.aconst_null().athrow(); // never reached: a trap ends the part
        }
        reachable = child.fallsThrough;
    }

    private Part part() {
        if (part == null) {
            throw new IllegalStateException();
        }
        return part;
    }

    /** Takes the values that a branch out of a part brings along to where the block wants them. */
    private void arrive(Block b) {
        List<ValType> types = b.labelTypes();
        for (int k = 0; k < types.size(); k++) {
            code.aload(saved).loadConstant(locals.length + k).laload();
            fromBits(types.get(k));
            code.storeLocal(Names.kind(types.get(k)), operands.slot(b.height + k));
        }
        code.goto_(b.target);
    }

    // ---- beginning

    private void prologue() {
        if (resuming()) {
            for (int i = 0; i < locals.length; i++) {
                loadFromFrame(i, locals[i], slots[i]);
            }
            loadOperands();
            setup();
            resumeLabel = code.newLabel();
            code.goto_(resumeLabel);
        } else {
            clearLocals();
            entry();
            setup();
        }
        code.labelBinding(self);
        if (analysis.selfTail()) {
            poll(0, 1);
        }
        charge(analysis.entryCost(), 0); // after the poll: a program that stops at the poll begins the function anew
    }

    private void entry() {
        Label ok = code.newLabel();
        code.iload(depth)
                .aload(instance)
                .getfield(Names.INSTANCE, "limit", CD_int)
                .if_icmpge(ok);
        code.aload(instance).iload(depth);
        Label start = startSite(0, false, 0);
        code.invokestatic(Names.RT, "entry", MethodTypeDesc.of(CD_void, Names.INSTANCE, CD_int));
        endSite(start, 0, false, 0);
        code.labelBinding(ok);
    }

    private void loadOperands() {
        List<ValType> types = Validator.operandsAt(module, func, base + resumeAt);
        if (types == null) {
            throw new IllegalStateException("no loop at " + resumeAt);
        }
        for (int i = 0; i < types.size(); i++) {
            loadFromFrame(locals.length + i, types.get(i), operands.slot(i));
        }
    }

    private void loadFromFrame(int index, ValType t, int slot) {
        code.aload(1)
                .loadConstant(index)
                .invokevirtual(Names.FRAME, "get" + Names.letter(t), MethodTypeDesc.of(Names.desc(t), CD_int))
                .storeLocal(Names.kind(t), slot);
    }

    private void clearLocals() {
        for (int i = type.params().size(); i < locals.length; i++) {
            if (part == null || part.used.get(i)) {
                zero(locals[i]);
                code.storeLocal(Names.kind(locals[i]), slots[i]);
            }
        }
    }

    private void zero(ValType t) {
        switch (t) {
            case I32 -> code.iconst_0();
            case I64 -> code.lconst_0();
            case F32 -> code.fconst_0();
            case F64 -> code.dconst_0();
            case FUNCREF, EXTERNREF -> code.aconst_null();
        }
    }

    private void setup() {
        code.iload(depth)
                .loadConstant(ModuleCode.frameCost(locals.length))
                .isub()
                .istore(depth);
        loadMemory();
        loadCounter();
    }

    private void loadCounter() {
        if (hasLoops()) {
            code.aload(instance).getfield(Names.INSTANCE, "quantum", CD_int).istore(counter);
        }
    }

    private void loadMemory() {
        if (analysis.usesMemory() && !compact) {
            code.aload(instance)
                    .getfield(Names.INSTANCE, "memory", Names.MEMORY)
                    .getfield(Names.MEMORY, "bytes", Names.BYTES)
                    .astore(memory);
        }
    }

    private void charge(int cost, int offset) {
        if (owner.metered()) {
            code.aload(instance).loadConstant(cost);
            Label start = startSite(offset, false, operands.size());
            code.invokestatic(Names.RT, "charge", MethodTypeDesc.of(CD_void, Names.INSTANCE, CD_int));
            endSite(start, offset, false, operands.size());
        }
    }

    private void poll(int offset, int cost) {
        Label go = code.newLabel();
        code.iinc(counter, -weight(cost)).iload(counter).ifgt(go).aload(instance);
        Label start = startSite(offset, false, operands.size());
        code.invokestatic(Names.RT, "poll", POLL);
        endSite(start, offset, false, operands.size());
        code.istore(counter).labelBinding(go);
    }

    /**
     * Back edges of loops, which poll. They are apart from the loops' code so that a loop has one hot way back, which
     * the JIT compiler sees count down by a constant.
     */
    private void backEdges() {
        for (Back b : backs) {
            if (!b.loop.used) {
                continue;
            }
            code.labelBinding(b.loop.target)
                    .iinc(counter, -weight(b.cost))
                    .iload(counter)
                    .ifgt(b.head);
            operands.reset(b.operands);
            code.aload(instance);
            Label start = startSite(b.offset, false, operands.size());
            code.invokestatic(Names.RT, "poll", POLL);
            endSite(start, b.offset, false, operands.size());
            code.istore(counter).goto_(b.head);
        }
    }

    private static int weight(int cost) {
        return Math.min(1 + cost / WEIGHT, 100);
    }

    /** Begins the range of a call; the operands up to {@code height} belong to the frame. */
    private Label startSite(int offset, boolean awaiting, int height) {
        if (height == 0) {
            code.loadConstant(offset << 1 | (awaiting ? 1 : 0)).istore(point);
        }
        return code.newBoundLabel();
    }

    /** Ends the range of a call; the operands up to {@code height} belong to the frame. */
    private void endSite(Label start, int offset, boolean awaiting, int height) {
        Label end = code.newBoundLabel();
        sites.add(new Site(start, end, code.newLabel(), offset << 1 | (awaiting ? 1 : 0), operands.copy(height)));
    }

    private void handlers() {
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
            code.iload(point);
            begin(0);
        }
        code.labelBinding(save);
        if (part != null) {
            saveChanged();
            code.aload(saved).invokevirtual(Names.FRAME, "addAll", MethodTypeDesc.of(Names.FRAME, Names.LONGS));
        }
        for (int i = 0; part == null && i < locals.length; i++) {
            code.loadLocal(Names.kind(locals[i]), slots[i]);
            add(Names.FRAME, locals[i]);
        }
        code.aload(instance)
                .loadConstant(func)
                .invokevirtual(Names.FRAME, "end", MethodTypeDesc.of(Names.SUSPEND, Names.INSTANCE, CD_int))
                .athrow();
    }

    /** Begins a frame; the exception and the point are on the JVM stack. */
    private void begin(int operandCount) {
        code.loadConstant(locals.length)
                .loadConstant(operandCount)
                .invokevirtual(Names.SUSPEND, "at", MethodTypeDesc.of(Names.FRAME, CD_int, CD_int, CD_int));
    }

    private void add(ClassDesc owner, ValType t) {
        code.invokevirtual(owner, "add" + Names.letter(t), MethodTypeDesc.of(owner, Names.desc(t)));
    }

    private void dead(int op) {
        switch (op) {
            case Op.BLOCK, Op.LOOP, Op.IF -> {
                Op.skipImmediates(in, op);
                skipped++;
            }
            case Op.ELSE -> {
                if (skipped == 0) {
                    otherwise();
                }
            }
            case Op.END -> {
                if (skipped > 0) {
                    skipped--;
                } else {
                    end();
                }
            }
            default -> Op.skipImmediates(in, op);
        }
    }

    private void instruction(int op) {
        if (Op.isNumeric(op)) {
            if (NumericEmitter.traps(op)) {
                line();
            }
            numeric.emit(op);
        } else if (Op.isAccess(op)) {
            access(op);
        } else if (op <= Op.RETURN) {
            control(op);
        } else if (op <= Op.RETURN_CALL_INDIRECT) {
            call(op);
        } else {
            plain(op);
        }
    }

    private void line() {
        code.lineNumber(Math.min(at, 65535));
    }

    private void plain(int op) {
        switch (op) {
            case Op.DROP -> {
                operands.popStack(operands.size() - 1);
                operands.truncate(operands.size() - 1);
            }
            case Op.SELECT -> select();
            case Op.SELECT_T -> {
                Op.skipImmediates(in, op);
                select();
            }
            case Op.LOCAL_GET -> {
                operands.settle();
                int i = in.u32();
                operands.pushLocal(locals[i], i);
            }
            case Op.LOCAL_SET -> setLocal(in.u32());
            case Op.LOCAL_TEE -> {
                int i = in.u32();
                setLocal(i);
                operands.pushLocal(locals[i], i);
            }
            case Op.GLOBAL_GET -> globalGet(in.u32());
            case Op.GLOBAL_SET -> globalSet(in.u32());
            case Op.I32_CONST -> constant(ValType.I32, in.s32());
            case Op.I64_CONST -> constant(ValType.I64, in.s64());
            case Op.F32_CONST -> constant(ValType.F32, in.fixed32());
            case Op.F64_CONST -> constant(ValType.F64, in.fixed64());
            case Op.REF_NULL -> {
                ValType t = ValType.of(in.u8());
                constant(t == null ? ValType.EXTERNREF : t, 0);
            }
            case Op.REF_IS_NULL -> {
                operands.prepare(1);
                operands.pushCondition(Opcode.IFNULL);
            }
            case Op.REF_FUNC -> {
                operands.settle();
                code.aload(instance).loadConstant(in.u32());
                code.invokestatic(Names.RT, "refFunc", MethodTypeDesc.of(CD_Object, Names.INSTANCE, CD_int));
                operands.push(ValType.FUNCREF);
            }
            default -> bulk(op);
        }
    }

    private void constant(ValType t, long bits) {
        operands.settle();
        operands.pushConst(t, bits);
    }

    private void setLocal(int local) {
        Entry top = operands.peek(0);
        if (top.place() == Place.LOCAL && top.value() == local) {
            operands.truncate(operands.size() - 1);
            return;
        }
        operands.settle();
        operands.detach(local);
        operands.prepare(1);
        code.storeLocal(Names.kind(locals[local]), slots[local]);
        if (part != null && !part.isLeaf()) {
            save(local);
        }
    }

    private void select() {
        int n = operands.size();
        if (operands.peek(1).place() == Place.STACK || operands.peek(2).place() == Place.STACK) {
            operands.spill(n - 3);
        }
        Opcode jump = operands.popCondition();
        Label no = code.newLabel();
        Label done = code.newLabel();
        ValType t = operands.peek(0).type();
        code.branch(Operands.inverse(jump), no);
        operands.load(n - 3);
        code.goto_(done).labelBinding(no);
        operands.load(n - 2);
        code.labelBinding(done);
        operands.truncate(n - 3);
        operands.push(t);
    }

    private void globalCell(int index) {
        code.aload(instance)
                .getfield(Names.INSTANCE, "globals", Names.GLOBAL.arrayType())
                .loadConstant(index)
                .aaload();
    }

    private void globalGet(int index) {
        operands.settle();
        ValType t = module.globals().get(index).type();
        globalCell(index);
        if (t.isRef()) {
            code.getfield(Names.GLOBAL, "ref", CD_Object);
        } else {
            code.getfield(Names.GLOBAL, "bits", CD_long);
            switch (t) {
                case I32 -> code.l2i();
                case F32 -> code.l2i().invokestatic(NumericEmitter.CD_FLOAT, "intBitsToFloat", NumericEmitter.I_F);
                case F64 -> code.invokestatic(NumericEmitter.CD_DOUBLE, "longBitsToDouble", NumericEmitter.L_D);
                default -> {}
            }
        }
        operands.push(t);
    }

    private void globalSet(int index) {
        ValType t = module.globals().get(index).type();
        int top = operands.size() - 1;
        operands.spill(top);
        globalCell(index);
        operands.load(top);
        operands.truncate(top);
        if (t.isRef()) {
            code.putfield(Names.GLOBAL, "ref", CD_Object);
            return;
        }
        switch (t) {
            case I32 -> code.i2l();
            case F32 -> floatBits().i2l();
            case F64 -> doubleBits();
            default -> {}
        }
        code.putfield(Names.GLOBAL, "bits", CD_long);
    }

    private CodeBuilder floatBits() {
        return code.invokestatic(NumericEmitter.CD_FLOAT, "floatToRawIntBits", NumericEmitter.descriptor("f>i"));
    }

    private CodeBuilder doubleBits() {
        return code.invokestatic(NumericEmitter.CD_DOUBLE, "doubleToRawLongBits", NumericEmitter.descriptor("d>l"));
    }

    private void access(int op) {
        line();
        Op.MemArg arg = Op.memArg(in);
        if (compact && arg.memory() == 0) {
            methods.access(code, operands, instance, op, arg.offset());
            return;
        }
        MemoryEmitter emitter = new MemoryEmitter(code, operands, () -> pushMemory(arg.memory()));
        if (op >= Op.I32_STORE) {
            emitter.store(op, arg.offset());
        } else {
            emitter.load(op, arg.offset());
        }
    }

    private void pushMemory(int index) {
        if (index == 0) {
            code.aload(memory);
        } else {
            code.aload(instance)
                    .getfield(Names.INSTANCE, "memories", Names.MEMORY.arrayType())
                    .loadConstant(index)
                    .aaload()
                    .getfield(Names.MEMORY, "bytes", Names.BYTES);
        }
    }

    private void bulk(int op) {
        line();
        String name = BulkNames.of(op);
        int a = in.u32();
        int b = BulkNames.immediates(op) == 2 ? in.u32() : 0;
        List<ClassDesc> params = new ArrayList<>();
        int n = BulkNames.operands(op);
        for (int i = n - 1; i >= 0; i--) {
            params.add(Names.desc(operands.peek(i).type()));
        }
        operands.prepare(n);
        code.aload(instance).loadConstant(a).loadConstant(b);
        params.add(Names.INSTANCE);
        params.add(CD_int);
        params.add(CD_int);
        ValType result = switch (op) {
            case Op.TABLE_GET -> module.tables().get(a).element();
            case Op.MEMORY_SIZE, Op.MEMORY_GROW, Op.TABLE_SIZE, Op.TABLE_GROW -> ValType.I32;
            default -> null;
        };
        boolean works = BulkNames.takesTime(op);
        ClassDesc returned = works ? CD_int : result == null ? CD_void : Names.desc(result);
        code.invokestatic(Names.RT, name, MethodTypeDesc.of(returned, params));
        if (works) {
            chargeWork();
        }
        if (op == Op.MEMORY_GROW) {
            loadMemory();
        }
        if (result != null) {
            operands.push(result);
        }
    }

    /** A bulk operation returns how much it did, in units of the poll counter. */
    private void chargeWork() {
        if (hasLoops()) {
            code.istore(temp).iload(counter).iload(temp).isub().istore(counter);
        } else {
            code.pop();
        }
    }

    private void control(int op) {
        switch (op) {
            case Op.UNREACHABLE -> {
                line();
                operands.popStack(0);
                code.invokestatic(Names.RT, "unreachable", MethodTypeDesc.of(Names.TRAP))
                        .athrow();
                reachable = false;
            }
            case Op.NOP -> {}
            case Op.BLOCK, Op.LOOP -> block(op, blockType());
            case Op.IF -> conditional(blockType());
            case Op.ELSE -> otherwise();
            case Op.END -> end();
            case Op.BR -> {
                branch(label(in.u32()));
                reachable = false;
            }
            case Op.BR_IF -> branchIf(label(in.u32()));
            case Op.BR_TABLE -> branchTable();
            default -> {
                emitReturn();
                reachable = false;
            }
        }
    }

    private FuncType blockType() {
        long t = Op.blockType(in);
        if (t >= 0) {
            return module.types().get((int) t);
        }
        ValType single = t == Op.EMPTY_BLOCK ? null : ValType.of((int) t + 128);
        return new FuncType(List.of(), single == null ? List.of() : List.of(single));
    }

    private void block(int op, FuncType t) {
        int height = operands.size() - t.params().size();
        operands.spill(0);
        operands.fix(op == Op.LOOP ? height : operands.size());
        Label target = code.newLabel();
        blocks.add(new Block(op, height, t, target, null, operands.copy(height)));
        if (op == Op.LOOP) {
            int offset = in.pos() - base;
            Label head = code.newBoundLabel();
            if (offset == resumeAt && resumeAfter == null && resumeLabel != null) {
                code.labelBinding(resumeLabel);
            }
            int cost = analysis.loops().getOrDefault(offset, 1);
            backs.add(new Back(blocks.getLast(), head, offset, cost, operands.copy(operands.size())));
            charge(cost, offset);
        }
    }

    private void conditional(FuncType t) {
        if (operands.onStackBelow(operands.size() - 1)) {
            operands.spill(0);
        }
        Opcode jump = operands.popCondition();
        int height = operands.size() - t.params().size();
        operands.fix(height);
        Label otherwise = code.newLabel();
        code.branch(Operands.inverse(jump), otherwise);
        blocks.add(new Block(Op.IF, height, t, code.newLabel(), otherwise, operands.copy(height)));
    }

    private void otherwise() {
        Block b = blocks.getLast();
        if (reachable) {
            operands.materialize(b.height);
            code.goto_(b.target);
            b.used = true;
        }
        restore(b, b.params);
        b.hasElse = true;
        if (b.otherwise != null) {
            code.labelBinding(b.otherwise);
        }
        reachable = true;
    }

    private void restore(Block b, List<ValType> types) {
        operands.reset(b.below);
        for (ValType t : types) {
            operands.pushSlot(t);
        }
    }

    private void end() {
        Block b = blocks.removeLast();
        boolean implicitElse = b.otherwise != null && !b.hasElse;
        if (b.opcode != Op.LOOP && (b.used || implicitElse)) {
            if (reachable) {
                operands.materialize(b.height);
            }
            code.labelBinding(b.target);
            if (implicitElse && b.otherwise != null) {
                code.labelBinding(b.otherwise);
            }
            restore(b, b.results);
            reachable = true;
        }
        if (blocks.isEmpty()) {
            if (reachable) {
                emitReturn();
            }
        } else if (!reachable) {
            restore(b, b.results);
        }
    }

    private Block label(int index) {
        return blocks.get(blocks.size() - 1 - index);
    }

    private void branch(Block b) {
        int n = b.labelTypes().size();
        operands.spill(operands.size() - n);
        operands.popStack(b.height);
        operands.move(n, b.height);
        code.goto_(b.target);
        b.used = true;
    }

    private void branchIf(Block b) {
        int n = b.labelTypes().size();
        int top = operands.size() - 1;
        if (operands.onStackBelow(top)) {
            operands.spill(0);
        }
        Opcode jump = operands.popCondition();
        b.used = true;
        if (n == 0) {
            code.branch(jump, b.target);
            return;
        }
        Label skip = code.newLabel();
        code.branch(Operands.inverse(jump), skip);
        operands.move(n, b.height);
        code.goto_(b.target).labelBinding(skip);
    }

    private void branchTable() {
        int n = Op.brTableSize(in);
        Block[] targets = new Block[n + 1];
        for (int i = 0; i <= n; i++) {
            targets[i] = label(in.u32());
        }
        int arity = targets[n].labelTypes().size();
        if (operands.onStackBelow(operands.size() - 1)) {
            operands.spill(0);
        }
        operands.prepare(1);
        Label[] labels = new Label[n + 1];
        List<Block> stubs = new ArrayList<>();
        List<Label> stubLabels = new ArrayList<>();
        for (int i = 0; i <= n; i++) {
            Block b = targets[i];
            b.used = true;
            if (arity == 0) {
                labels[i] = b.target;
                continue;
            }
            int known = stubs.indexOf(b);
            if (known < 0) {
                known = stubs.size();
                stubs.add(b);
                stubLabels.add(code.newLabel());
            }
            labels[i] = stubLabels.get(known);
        }
        List<SwitchCase> cases = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            cases.add(SwitchCase.of(i, labels[i]));
        }
        if (n == 0) {
            code.pop().goto_(labels[0]);
        } else {
            code.tableswitch(0, n - 1, labels[n], cases);
        }
        for (int i = 0; i < stubs.size(); i++) {
            code.labelBinding(stubLabels.get(i));
            operands.move(arity, stubs.get(i).height);
            code.goto_(stubs.get(i).target);
        }
        reachable = false;
    }

    private void emitReturn() {
        if (isInner()) {
            branch(blocks.get(0));
            return;
        }
        List<ValType> results = type.results();
        int n = results.size();
        if (resuming() || n > 1) {
            pack(n);
            code.areturn();
        } else if (n == 0) {
            operands.popStack(0);
            code.return_();
        } else {
            operands.prepare(1);
            code.return_(Names.kind(results.get(0)));
        }
    }

    /** Puts the top n operands into a new object of values on the JVM stack. */
    private void pack(int n) {
        int from = operands.size() - n;
        operands.spill(from);
        code.loadConstant(n).invokestatic(Names.VALUES, "of", MethodTypeDesc.of(Names.VALUES, CD_int));
        for (int h = from; h < from + n; h++) {
            operands.load(h);
            add(Names.VALUES, operands.get(h).type());
        }
        operands.truncate(from);
    }

    private void call(int op) {
        line();
        boolean direct = op == Op.CALL || op == Op.RETURN_CALL;
        int index = in.u32();
        int table = direct ? 0 : in.u32();
        FuncType callee = direct ? module.funcType(index) : module.types().get(index);
        if (op == Op.RETURN_CALL && index == func) {
            selfTailCall();
            return;
        }
        if (op == Op.RETURN_CALL || op == Op.RETURN_CALL_INDIRECT) {
            tailCall(direct, index, table, callee);
            return;
        }
        int args = callee.params().size() + (direct ? 0 : 1);
        int height = operands.size() - args;
        operands.settle();
        operands.spillBelow(height);
        operands.prepare(args);
        ClassDesc target = Names.adapter(owner.canonical(direct ? module.typeIndex(index) : index));
        MethodTypeDesc viaFunc = Names.method(callee, Names.FUNC, Names.INSTANCE, CD_int);
        Label start = startSite(at, true, height);
        if (!direct) {
            resolve(table, index);
            code.aload(instance).iload(depth).invokestatic(target, "call", viaFunc);
        } else if (index < module.importedFuncs()) {
            code.aload(instance).loadConstant(index);
            code.invokestatic(Names.RT, "func", MethodTypeDesc.of(Names.FUNC, Names.INSTANCE, CD_int));
            code.aload(instance).iload(depth).invokestatic(target, "call", viaFunc);
        } else {
            code.aload(instance).iload(depth);
            code.invokestatic(owner.groupOf(index), "f" + index, Names.function(callee));
        }
        endSite(start, at, true, height);
        loadMemory();
        results(callee.results());
    }

    /** Looks a function up; the index in the table is on the JVM stack. */
    private void resolve(int table, int typeIndex) {
        code.aload(instance).loadConstant(table).loadConstant(typeIndex);
        code.invokestatic(Names.RT, "indirect", MethodTypeDesc.of(Names.FUNC, CD_int, Names.INSTANCE, CD_int, CD_int));
    }

    private void results(List<ValType> results) {
        if (results.size() == 1) {
            operands.push(results.get(0));
        } else if (results.size() > 1) {
            code.astore(temp);
            for (int i = 0; i < results.size(); i++) {
                ValType t = results.get(i);
                code.aload(temp)
                        .loadConstant(i)
                        .invokevirtual(Names.VALUES, "get" + Names.letter(t), MethodTypeDesc.of(Names.desc(t), CD_int))
                        .storeLocal(Names.kind(t), operands.slot(operands.size()));
                operands.pushSlot(t);
            }
        }
    }

    private void selfTailCall() {
        int n = type.params().size();
        operands.prepare(n);
        for (int i = n - 1; i >= 0; i--) {
            code.storeLocal(Names.kind(locals[i]), slots[i]);
        }
        operands.popStack(0);
        clearLocals();
        code.goto_(self);
        reachable = false;
    }

    private void tailCall(boolean direct, int index, int table, FuncType callee) {
        int n = callee.params().size();
        operands.spill(operands.size() - n - (direct ? 0 : 1));
        if (direct) {
            code.aload(instance).loadConstant(index);
            code.invokestatic(Names.RT, "func", MethodTypeDesc.of(Names.FUNC, Names.INSTANCE, CD_int));
        } else {
            operands.prepare(1);
            resolve(table, index);
        }
        code.astore(temp);
        pack(n);
        code.aload(temp).checkcast(Names.FUNC).aload(instance);
        code.invokestatic(Names.RT, "tailCall", MethodTypeDesc.of(CD_void, Names.VALUES, Names.FUNC, Names.INSTANCE));
        operands.popStack(0);
        if (resuming() || type.results().size() > 1) {
            code.aconst_null().areturn();
        } else if (type.results().isEmpty()) {
            code.return_();
        } else {
            zero(type.results().get(0));
            code.return_(Names.kind(type.results().get(0)));
        }
        reachable = false;
    }
}
