package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;

import io.polywire.wasm.compile.Operands.Entry;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Blocks, branches and returns, and what of the code can be reached at all. */
final class ControlEmitter {
    /** A block of the function that is open. */
    static final class Block {
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

    private final JvmMethod method;
    private final CodeBuilder code;
    private final Operands operands;
    private final ByteReader in;
    private final SuspendEmitter suspend;
    private final List<Block> blocks = new ArrayList<>();
    private boolean reachable = true;
    private int skipped;

    ControlEmitter(JvmMethod method, ByteReader in, SuspendEmitter suspend) {
        this.method = method;
        this.code = method.code;
        this.operands = method.operands;
        this.in = in;
        this.suspend = suspend;
    }

    /** Whether the next instruction can be reached. */
    boolean reachable() {
        return reachable;
    }

    void reachable(boolean is) {
        reachable = is;
    }

    /** Opens a block that is around the method's code. */
    void enclosing(List<ValType> types) {
        blocks.add(new Block(Op.BLOCK, 0, new FuncType(List.of(), types), code.newLabel(), null, List.of()));
    }

    /** The block with this number, from the outermost on. */
    Block block(int number) {
        return blocks.get(number);
    }

    /** An instruction that cannot be reached. */
    void dead(int op) {
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

    void emit(int op, int at) {
        switch (op) {
            case Op.UNREACHABLE -> {
                method.line(at);
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
            return method.module.types().get((int) t);
        }
        ValType single = t == Op.EMPTY_BLOCK ? null : ValType.of((int) t + 128);
        return new FuncType(List.of(), single == null ? List.of() : List.of(single));
    }

    private void open(Block b) {
        method.spend(b.below.size() / 4);
        if (b.opcode == Op.LOOP) {
            method.spend(blocks.size()); // how often types may have to be found anew
        }
        method.branchTarget();
        blocks.add(b);
    }

    private void block(int op, FuncType t) {
        int height = operands.size() - t.params().size();
        operands.spill(0);
        operands.fix(op == Op.LOOP ? height : operands.size());
        Label target = code.newLabel();
        open(new Block(op, height, t, target, null, operands.copy(height)));
        if (op == Op.LOOP) {
            int offset = in.pos() - method.base;
            Label head = code.newBoundLabel();
            if (offset == method.resumeAt && method.resumeAfter == null) {
                code.labelBinding(method.resumeLabel);
            }
            suspend.loop(blocks.getLast(), head, offset);
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
        open(new Block(Op.IF, height, t, code.newLabel(), otherwise, operands.copy(height)));
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
        method.spend(b.below.size() / 4);
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
        move(n, b.height);
        code.goto_(b.target);
        b.used = true;
    }

    private void move(int n, int height) {
        method.spend(4 * n);
        operands.move(n, height);
    }

    private void branchIf(Block b) {
        method.branchTarget();
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
        move(n, b.height);
        code.goto_(b.target).labelBinding(skip);
    }

    private void branchTable() {
        int n = Op.brTableSize(in);
        method.spend(4 * n);
        method.emits(4 * n);
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
        Map<Block, Label> stubs = new LinkedHashMap<>(); // of branches that take values along
        for (int i = 0; i <= n; i++) {
            Block b = targets[i];
            b.used = true;
            labels[i] = arity == 0 ? b.target : stubs.computeIfAbsent(b, x -> code.newLabel());
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
        stubs.forEach((b, stub) -> {
            code.labelBinding(stub);
            move(arity, b.height);
            code.goto_(b.target);
        });
        reachable = false;
    }

    private void emitReturn() {
        if (method.isInner()) {
            branch(blocks.get(0));
            return;
        }
        List<ValType> results = method.type.results();
        int n = results.size();
        if (method.resuming() || n > 1) {
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
    void pack(int n) {
        int from = operands.size() - n;
        operands.spill(from);
        code.loadConstant(n).invokestatic(Names.VALUES, "of", MethodTypeDesc.of(Names.VALUES, CD_int));
        for (int h = from; h < from + n; h++) {
            operands.load(h);
            suspend.add(Names.VALUES, operands.get(h).type());
        }
        operands.truncate(from);
    }
}
