package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;

import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import org.jspecify.annotations.Nullable;

/**
 * The JVM method that is being made: what it does of which function, which variables it has, and the instructions that
 * load and store them.
 */
final class JvmMethod {
    /** Units of code past which there is no use in going on; the JVM takes 64 KiB. */
    private static final int MAX_UNITS = 1 << 20;

    /** Variables that take a unit at a branch's target. */
    private static final int VARIABLES = 32;

    /** What an adapter's class takes. */
    private static final int ADAPTER = 1000;

    final ModuleCode owner;
    final Module module;
    final int func;
    final FuncType type;
    final Analysis analysis;
    final CodeBuilder code;
    /** The part of the function that it is, null if the function is not divided. */
    final @Nullable Part part;

    /** Offset in a loop to start from, -1 to start from the beginning or behind a part. */
    final int resumeAt;

    /** Part inside behind which to start, null to start elsewhere. */
    final @Nullable Part resumeAfter;

    /** Where a method that continues a function goes first. */
    final Label resumeLabel;

    /** Whether it is made for size. */
    final boolean compact;

    /** Where the function's body begins in the module. */
    final int base;

    final ValType[] locals;
    final int[] slots;

    // variables besides those of the function
    final int instance;
    final int depth;
    final int saved;
    final int counter;
    final int memory;
    final int temp;
    final int point;

    final Operands operands;

    private final Meter meter;
    private final int variables;
    private int units;
    private int size;

    JvmMethod(
            ModuleCode owner,
            int func,
            CodeBuilder code,
            Meter meter,
            @Nullable Part part,
            int resumeAt,
            @Nullable Part resumeAfter) {
        this.owner = owner;
        this.module = owner.module();
        this.func = func;
        this.type = module.funcType(func);
        this.analysis = owner.analysis(func);
        this.code = code;
        this.meter = meter;
        this.part = part;
        this.resumeAt = resumeAt;
        this.resumeAfter = resumeAfter;
        this.resumeLabel = code.newLabel();
        this.compact = owner.isCompact(func);
        this.base = module.body(func).start();
        this.locals = module.locals(func);
        this.slots = new int[locals.length];
        this.variables = part == null ? locals.length : part.used.cardinality();
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

    /**
     * Spends something on this method, in units of about a byte of code.
     *
     * @throws IllegalArgumentException if the method gets far too large
     */
    void spend(int more) {
        units += more;
        if (units > MAX_UNITS) {
            throw new IllegalArgumentException("method too large");
        }
        meter.spend(more);
    }

    /**
     * Says that so many bytes of code at least are about to be emitted, so that methods which are too large for the JVM
     * are given up early.
     *
     * @throws IllegalArgumentException if these are more than a method can have
     */
    void emits(int bytes) {
        size += bytes;
        if (size > ClassEmitter.MAX_CODE) {
            throw new IllegalArgumentException("method too large");
        }
    }

    /** The method's code branches here, where the JVM wants to know the types of all variables. */
    void branchTarget() {
        spend(1 + variables / VARIABLES);
    }

    /** Number of the function's locals that are variables. */
    int variables() {
        return variables;
    }

    /** A call needs the adapter of a type, which takes its share when it is first named. */
    void needAdapter(int type) {
        if (owner.isNewAdapter(type)) {
            spend(ADAPTER);
        }
    }

    boolean resuming() {
        return resumeAt >= 0 || resumeAfter != null;
    }

    boolean isInner() {
        return part != null && part.id != 0;
    }

    boolean hasLoops() {
        return part == null ? !analysis.loops().isEmpty() || analysis.selfTail() : part.loops;
    }

    Part part() {
        if (part == null) {
            throw new IllegalStateException();
        }
        return part;
    }

    /** Sets the function's own locals to zero. */
    void clearLocals() {
        for (int i = type.params().size(); i < locals.length; i++) {
            if (part == null || part.used.get(i)) {
                Bits.zero(code, locals[i]);
                code.storeLocal(Names.kind(locals[i]), slots[i]);
            }
        }
    }

    /** Takes the function's cost from the stack budget, and loads what is kept in variables. */
    void setup() {
        code.iload(depth)
                .loadConstant(ModuleCode.frameCost(locals.length))
                .isub()
                .istore(depth);
        loadMemory();
        loadCounter();
    }

    void loadCounter() {
        if (hasLoops()) {
            code.aload(instance).getfield(Names.INSTANCE, "quantum", CD_int).istore(counter);
        }
    }

    void loadMemory() {
        if (analysis.usesMemory() && !compact) {
            code.aload(instance)
                    .getfield(Names.INSTANCE, "memory", Names.MEMORY)
                    .getfield(Names.MEMORY, "bytes", Names.BYTES)
                    .astore(memory);
        }
    }

    /** Lets the next way back of a loop poll: what was done may have taken a while. */
    void pollSoon() {
        if (hasLoops()) {
            code.iconst_0().istore(counter);
        }
    }

    /** Writes a local to the array that the parts share. */
    void save(int local) {
        code.aload(saved).loadConstant(local).loadLocal(Names.kind(locals[local]), slots[local]);
        Bits.to(code, locals[local]);
        code.lastore();
    }

    /** Reads a local from the array that the parts share. */
    void reload(int local) {
        code.aload(saved).loadConstant(local).laload();
        Bits.from(code, locals[local]);
        code.storeLocal(Names.kind(locals[local]), slots[local]);
    }

    /** Where a part without others inside ends: the changed locals go to where the next part looks for them. */
    void saveChanged() {
        if (part != null && part.isLeaf()) {
            part.changed.stream().forEach(this::save);
        }
    }

    /** Lets a trap at what follows know its offset. */
    void line(int at) {
        code.lineNumber(Math.min(at, 65535));
    }
}
