package io.polywire.wasm;

import io.polywire.wasm.compile.Analysis;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A function in the form that the interpreter executes: instructions of fixed size, branches resolved to positions,
 * heights and arities; dead code left out. Blocks and their ends are gone; a loop stands where its branches go, with
 * the offset of the first instruction inside it.
 */
final class InterpreterCode {
    /** Jump without moving operands, for {@code else}. */
    static final int JUMP = Op.ELSE;

    /** A position that becomes known later. */
    private static final class Label {
        int pc = -1;
    }

    /** Target of a branch: position, number of operands to keep, height to put them at. */
    record Target(Label label, int arity, int height) {
        int pc() {
            return label.pc;
        }
    }

    private static final class Block {
        final int op;
        final int height;
        final List<ValType> params;
        final List<ValType> results;
        final Label start = new Label();
        final Label end = new Label();
        int condition = -1;
        boolean used;

        Block(int op, int height, FuncType type) {
            this.op = op;
            this.height = height;
            this.params = type.params();
            this.results = type.results();
        }
    }

    final Module module;
    final int func;
    final FuncType type;
    final ValType[] locals;
    final boolean refs;
    final int entryCost;
    int[] op = new int[64];
    int[] a = new int[64];
    int[] b = new int[64];
    long[] c = new long[64];
    int[] offset = new int[64];
    int[] heat;
    int size;
    int maxHeight;
    final List<Target> targets = new ArrayList<>();
    final List<Target[]> tables = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final Analysis analysis;
    private int height;
    private boolean reachable = true;
    private int skipped;

    /**
     * Decodes a function.
     *
     * @param refs whether it may meet references
     */
    InterpreterCode(Module module, int func, Analysis analysis, boolean refs) {
        this.module = module;
        this.func = func;
        this.analysis = analysis;
        this.type = module.funcType(func);
        this.locals = module.locals(func);
        this.entryCost = analysis.entryCost();
        this.refs = refs;
        decode();
        heat = new int[size];
    }

    /** Position of the instruction at an offset, or of the next one. */
    int position(int at) {
        int i = Arrays.binarySearch(offset, 0, size, at);
        if (i < 0) {
            return -i - 1;
        }
        while (i > 0 && offset[i - 1] == at) {
            i--;
        }
        return i;
    }

    private void decode() {
        Body body = module.body(func);
        ByteReader in = module.reader(body.start(), body.end());
        height = locals.length;
        maxHeight = height;
        blocks.add(new Block(Op.BLOCK, height, new FuncType(List.of(), type.results())));
        while (!blocks.isEmpty()) {
            int at = in.pos() - body.start();
            int code = Op.read(in);
            if (reachable) {
                instruction(in, code, at, body.start());
            } else {
                dead(in, code, at);
            }
        }
    }

    private void dead(ByteReader in, int code, int at) {
        switch (code) {
            case Op.BLOCK, Op.LOOP, Op.IF -> {
                Op.skipImmediates(in, code);
                skipped++;
            }
            case Op.ELSE -> {
                if (skipped == 0) {
                    otherwise(at);
                }
            }
            case Op.END -> {
                if (skipped > 0) {
                    skipped--;
                } else {
                    end(at);
                }
            }
            default -> Op.skipImmediates(in, code);
        }
    }

    private int emit(int code, int at, int x, int y, long z) {
        if (size == op.length) {
            int n = size * 2;
            op = Arrays.copyOf(op, n);
            a = Arrays.copyOf(a, n);
            b = Arrays.copyOf(b, n);
            c = Arrays.copyOf(c, n);
            offset = Arrays.copyOf(offset, n);
        }
        op[size] = code;
        a[size] = x;
        b[size] = y;
        c[size] = z;
        offset[size] = at;
        return size++;
    }

    private void effect(int pops, int pushes) {
        height += pushes - pops;
        maxHeight = Math.max(maxHeight, height);
    }

    private void instruction(ByteReader in, int code, int at, int start) {
        if (Op.isNumeric(code)) {
            emit(code, at, 0, 0, 0);
            effect(Op.signature(code).indexOf('>'), 1);
        } else if (Op.isAccess(code)) {
            Op.MemArg arg = Op.memArg(in);
            emit(code, at, arg.offset(), arg.memory(), 0);
            effect(code >= Op.I32_STORE ? 2 : 1, code >= Op.I32_STORE ? 0 : 1);
        } else if (code <= Op.RETURN) {
            control(in, code, at, start);
        } else if (code <= Op.RETURN_CALL_INDIRECT) {
            call(in, code, at);
        } else {
            plain(in, code, at);
        }
    }

    private void plain(ByteReader in, int code, int at) {
        switch (code) {
            case Op.DROP -> effect(1, 0);
            case Op.SELECT, Op.SELECT_T -> {
                Op.skipImmediates(in, code);
                effect(3, 1);
            }
            case Op.LOCAL_GET, Op.GLOBAL_GET -> effect(0, 1);
            case Op.LOCAL_SET, Op.GLOBAL_SET -> effect(1, 0);
            case Op.I32_CONST -> {
                emit(code, at, 0, 0, in.s32());
                effect(0, 1);
            }
            case Op.I64_CONST -> {
                emit(code, at, 0, 0, in.s64());
                effect(0, 1);
            }
            case Op.F32_CONST -> {
                emit(code, at, 0, 0, in.fixed32());
                effect(0, 1);
            }
            case Op.F64_CONST -> {
                emit(code, at, 0, 0, in.fixed64());
                effect(0, 1);
            }
            case Op.REF_NULL -> {
                in.u8();
                effect(0, 1);
            }
            case Op.REF_FUNC, Op.MEMORY_SIZE, Op.TABLE_SIZE -> effect(0, 1);
            case Op.TABLE_SET -> effect(2, 0);
            case Op.TABLE_GROW -> effect(2, 1);
            case Op.MEMORY_INIT, Op.MEMORY_COPY, Op.MEMORY_FILL, Op.TABLE_INIT, Op.TABLE_COPY, Op.TABLE_FILL ->
                effect(3, 0);
            default -> {} // local.tee, ref.is_null, table.get, memory.grow and drops of segments keep the height
        }
        switch (code) {
            case Op.I32_CONST, Op.I64_CONST, Op.F32_CONST, Op.F64_CONST -> {}
            case Op.DROP, Op.SELECT, Op.SELECT_T, Op.REF_NULL, Op.REF_IS_NULL -> emit(code, at, 0, 0, 0);
            case Op.MEMORY_INIT, Op.MEMORY_COPY, Op.TABLE_INIT, Op.TABLE_COPY -> {
                int x = in.u32();
                emit(code, at, x, in.u32(), 0);
            }
            default -> emit(code, at, in.u32(), 0, 0);
        }
    }

    private void call(ByteReader in, int code, int at) {
        boolean direct = code == Op.CALL || code == Op.RETURN_CALL;
        int index = in.u32();
        int table = direct ? 0 : in.u32();
        FuncType callee = direct ? module.funcType(index) : module.types().get(index);
        emit(code, at, index, table, 0);
        effect(callee.params().size() + (direct ? 0 : 1), callee.results().size());
        if (code == Op.RETURN_CALL || code == Op.RETURN_CALL_INDIRECT) {
            reachable = false;
        }
    }

    private FuncType blockType(ByteReader in) {
        long t = Op.blockType(in);
        if (t >= 0) {
            return module.types().get((int) t);
        }
        ValType single = t == Op.EMPTY_BLOCK ? null : ValType.of((int) t + 128);
        return new FuncType(List.of(), single == null ? List.of() : List.of(single));
    }

    private void control(ByteReader in, int code, int at, int start) {
        switch (code) {
            case Op.UNREACHABLE -> {
                emit(code, at, 0, 0, 0);
                reachable = false;
            }
            case Op.NOP -> {}
            case Op.BLOCK, Op.LOOP -> {
                FuncType t = blockType(in);
                Block block = new Block(code, height - t.params().size(), t);
                blocks.add(block);
                if (code == Op.LOOP) {
                    int inside = in.pos() - start;
                    block.start.pc = emit(code, inside, analysis.loops().getOrDefault(inside, 1), 0, 0);
                }
            }
            case Op.IF -> {
                FuncType t = blockType(in);
                effect(1, 0);
                Block block = new Block(code, height - t.params().size(), t);
                block.condition = emit(code, at, -1, 0, 0);
                blocks.add(block);
            }
            case Op.ELSE -> otherwise(at);
            case Op.END -> end(at);
            case Op.BR -> {
                emit(code, at, target(in.u32()), 0, 0);
                reachable = false;
            }
            case Op.BR_IF -> {
                effect(1, 0);
                emit(code, at, target(in.u32()), 0, 0);
            }
            case Op.BR_TABLE -> {
                effect(1, 0);
                int n = Op.brTableSize(in);
                Target[] all = new Target[n + 1];
                for (int i = 0; i <= n; i++) {
                    all[i] = targets.get(target(in.u32()));
                }
                tables.add(all);
                emit(code, at, tables.size() - 1, 0, 0);
                reachable = false;
            }
            default -> {
                emit(code, at, 0, 0, 0);
                reachable = false;
            }
        }
    }

    private int target(int label) {
        Block block = blocks.get(blocks.size() - 1 - label);
        boolean loop = block.op == Op.LOOP;
        block.used = true;
        targets.add(new Target(
                loop ? block.start : block.end, loop ? block.params.size() : block.results.size(), block.height));
        return targets.size() - 1;
    }

    private void otherwise(int at) {
        Block block = blocks.getLast();
        if (reachable) {
            targets.add(new Target(block.end, 0, -1));
            emit(JUMP, at, targets.size() - 1, 0, 0);
            block.used = true;
        }
        a[block.condition] = size;
        block.condition = -1;
        height = block.height + block.params.size();
        reachable = true;
    }

    private void end(int at) {
        Block block = blocks.removeLast();
        if (block.condition >= 0) {
            a[block.condition] = size;
            block.used = true;
        }
        block.end.pc = size;
        reachable |= block.used && block.op != Op.LOOP;
        height = block.height + block.results.size();
        if (blocks.isEmpty()) {
            emit(Op.RETURN, at, 0, 0, 0);
        }
    }
}
