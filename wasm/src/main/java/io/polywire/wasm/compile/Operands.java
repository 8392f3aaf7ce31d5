package io.polywire.wasm.compile;

import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.util.ArrayList;
import java.util.List;

/**
 * The operand stack at compile time. An entry's value is on the JVM stack, in the local variable that belongs to its
 * height, in a Wasm local that has not been changed since, or a constant; so most operands never touch memory, and
 * what lies below a call is in variables where a handler can read it. The entries on the JVM stack are in order.
 *
 * <p>The topmost entry may be a comparison whose operands are on the JVM stack and whose jump is not yet emitted, so
 * that a comparison and the branch after it become one instruction.
 */
final class Operands {
    /** Where the value of an entry is. */
    enum Place {
        STACK,
        SLOT,
        LOCAL,
        CONST
    }

    /** An entry; {@code value} is the index of the local or the bits of the constant. */
    record Entry(ValType type, Place place, long value) {}

    private final CodeBuilder code;
    private final int[] localSlots;
    private final int slotBase;
    private final List<Entry> entries = new ArrayList<>();
    private Opcode condition = Opcode.NOP;

    Operands(CodeBuilder code, int[] localSlots, int slotBase) {
        this.code = code;
        this.localSlots = localSlots;
        this.slotBase = slotBase;
    }

    int size() {
        return entries.size();
    }

    Entry get(int height) {
        return entries.get(height);
    }

    Entry peek(int below) {
        return entries.get(entries.size() - 1 - below);
    }

    /** Copy of the entries from the bottom up to a height. */
    List<Entry> copy(int height) {
        return List.copyOf(entries.subList(0, height));
    }

    /** Replaces all entries. */
    void reset(List<Entry> saved) {
        entries.clear();
        entries.addAll(saved);
    }

    void truncate(int height) {
        entries.subList(height, entries.size()).clear();
    }

    void push(ValType type) {
        entries.add(new Entry(type, Place.STACK, 0));
    }

    void pushSlot(ValType type) {
        entries.add(new Entry(type, Place.SLOT, 0));
    }

    void pushConst(ValType type, long bits) {
        entries.add(new Entry(type, Place.CONST, bits));
    }

    void pushLocal(ValType type, int local) {
        entries.add(new Entry(type, Place.LOCAL, local));
    }

    /** Pushes the result of a comparison; {@code jump} takes its operands from the JVM stack and jumps if it holds. */
    void pushCondition(Opcode jump) {
        push(ValType.I32);
        condition = jump;
    }

    boolean isCondition() {
        return condition != Opcode.NOP;
    }

    /** Negates the pending comparison. */
    void negate() {
        condition = inverse(condition);
    }

    /** Turns a pending comparison into 0 or 1 on the JVM stack. */
    void settle() {
        if (isCondition()) {
            Label yes = code.newLabel();
            Label done = code.newLabel();
            code.branch(condition, yes);
            code.iconst_0().goto_(done).labelBinding(yes).iconst_1().labelBinding(done);
            condition = Opcode.NOP;
        }
    }

    /** Pops the condition on top and returns the instruction that jumps if it holds; its operands are on the stack. */
    Opcode popCondition() {
        Opcode jump = condition;
        if (!isCondition()) {
            prepare(1);
            return Opcode.IFNE;
        }
        condition = Opcode.NOP;
        entries.removeLast();
        return jump;
    }

    static Opcode inverse(Opcode op) {
        return switch (op) {
            case IFEQ -> Opcode.IFNE;
            case IFNE -> Opcode.IFEQ;
            case IFLT -> Opcode.IFGE;
            case IFGE -> Opcode.IFLT;
            case IFGT -> Opcode.IFLE;
            case IFLE -> Opcode.IFGT;
            case IF_ICMPEQ -> Opcode.IF_ICMPNE;
            case IF_ICMPNE -> Opcode.IF_ICMPEQ;
            case IF_ICMPLT -> Opcode.IF_ICMPGE;
            case IF_ICMPGE -> Opcode.IF_ICMPLT;
            case IF_ICMPGT -> Opcode.IF_ICMPLE;
            case IF_ICMPLE -> Opcode.IF_ICMPGT;
            case IFNULL -> Opcode.IFNONNULL;
            case IFNONNULL -> Opcode.IFNULL;
            default -> throw new IllegalStateException(op.name());
        };
    }

    /** Puts the top n operands on the JVM stack, in order, and removes their entries. */
    void prepare(int n) {
        settle();
        int from = entries.size() - n;
        int firstDeferred = from;
        while (firstDeferred < entries.size() && entries.get(firstDeferred).place() == Place.STACK) {
            firstDeferred++;
        }
        spill(firstDeferred);
        for (int h = firstDeferred; h < entries.size(); h++) {
            load(h);
        }
        truncate(from);
    }

    /** Moves operands from the JVM stack to variables so that none at or above a height is left there. */
    void spill(int from) {
        settle();
        for (int h = entries.size() - 1; h >= from; h--) {
            Entry e = entries.get(h);
            if (e.place() == Place.STACK) {
                store(h);
            }
        }
    }

    /** Moves all operands below a height to variables, and what lies above them if need be. */
    void spillBelow(int height) {
        for (int h = 0; h < height; h++) {
            if (entries.get(h).place() == Place.STACK) {
                spill(h);
                return;
            }
        }
    }

    /** Whether any operand below a height is on the JVM stack. */
    boolean onStackBelow(int height) {
        for (int h = 0; h < height; h++) {
            if (entries.get(h).place() == Place.STACK) {
                return true;
            }
        }
        return false;
    }

    /**
     * Before a block, when nothing is left on the JVM stack but operands of a condition: locals and the constants from
     * a height on get variables of their own.
     */
    void fix(int constHeight) {
        for (int h = 0; h < entries.size(); h++) {
            Entry e = entries.get(h);
            if (e.place() == Place.LOCAL || (e.place() == Place.CONST && h >= constHeight)) {
                load(h);
                store(h);
            }
        }
    }

    /** Puts entries from a height on into their variables, whatever they are; none below may be on the JVM stack. */
    void materialize(int from) {
        spill(from);
        for (int h = from; h < entries.size(); h++) {
            if (entries.get(h).place() != Place.SLOT) {
                load(h);
                store(h);
            }
        }
    }

    /** Before a local changes: operands that stand for it get their value now. */
    void detach(int local) {
        for (int h = 0; h < entries.size(); h++) {
            Entry e = entries.get(h);
            if (e.place() == Place.LOCAL && e.value() == local) {
                load(h);
                store(h);
            }
        }
    }

    /** Moves the top n entries, all in variables or deferred, to the variables from another height on. */
    void move(int n, int target) {
        int from = entries.size() - n;
        for (int i = 0; i < n; i++) {
            Entry e = entries.get(from + i);
            if (from != target || e.place() != Place.SLOT) {
                load(from + i);
                code.storeLocal(Names.kind(e.type()), slot(target + i));
            }
        }
    }

    /** Emits the load of an entry that is not on the JVM stack. */
    void load(int height) {
        load(entries.get(height), height);
    }

    void load(Entry e, int height) {
        switch (e.place()) {
            case SLOT -> code.loadLocal(Names.kind(e.type()), slot(height));
            case LOCAL -> code.loadLocal(Names.kind(e.type()), localSlots[(int) e.value()]);
            case CONST -> constant(e.type(), e.value());
            case STACK -> throw new IllegalStateException("operand on the stack");
        }
    }

    private void constant(ValType type, long bits) {
        switch (type) {
            case I32 -> code.loadConstant((int) bits);
            case I64 -> code.loadConstant(bits);
            case F32 -> {
                float f = Float.intBitsToFloat((int) bits);
                if (Float.isNaN(f)) {
                    code.loadConstant((int) bits)
                            .invokestatic(NumericEmitter.CD_FLOAT, "intBitsToFloat", NumericEmitter.I_F);
                } else {
                    code.loadConstant(f);
                }
            }
            case F64 -> {
                double d = Double.longBitsToDouble(bits);
                if (Double.isNaN(d)) {
                    code.loadConstant(bits)
                            .invokestatic(NumericEmitter.CD_DOUBLE, "longBitsToDouble", NumericEmitter.L_D);
                } else {
                    code.loadConstant(d);
                }
            }
            case FUNCREF, EXTERNREF -> code.aconst_null();
        }
    }

    private void store(int height) {
        Entry e = entries.get(height);
        code.storeLocal(Names.kind(e.type()), slot(height));
        entries.set(height, new Entry(e.type(), Place.SLOT, 0));
    }

    int slot(int height) {
        return slotBase + 2 * height;
    }

    /** Emits pops for the operands on the JVM stack from a height on. */
    void popStack(int from) {
        settle();
        for (int h = entries.size() - 1; h >= from; h--) {
            Entry e = entries.get(h);
            if (e.place() == Place.STACK) {
                if (e.type().isWide()) {
                    code.pop2();
                } else {
                    code.pop();
                }
            }
        }
    }
}
