package io.polywire.wasm.module;

import io.polywire.wasm.module.ExternType.GlobalType;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.Module.ConstExpr;
import io.polywire.wasm.module.ModuleException.Invalid;
import io.polywire.wasm.module.ModuleException.Malformed;
import io.polywire.wasm.module.ModuleException.Unsupported;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Type-checks instruction sequences with the algorithm of the specification's appendix: a stack of operand types, where
 * null stands for a type that is unknown because the code is unreachable, and a stack of control frames.
 */
final class BodyValidator {
    /** Deepest nesting of blocks that is accepted. */
    private static final int MAX_NESTING = 50_000;

    private static final List<ValType> NONE = List.of();

    private static final class Control {
        int opcode;
        List<ValType> params = NONE;
        List<ValType> results = NONE;
        int height;
        boolean unreachable;

        List<ValType> labelTypes() {
            return opcode == Op.LOOP ? params : results;
        }
    }

    private final Module module;
    private final BitSet declared;
    private @Nullable ValType[] operands = new ValType[64];
    private int size;
    private final List<Control> controls = new ArrayList<>();
    private int depth;
    private ValType[] locals = {};
    private boolean constant;
    private int visibleGlobals;
    private ByteReader in = new ByteReader(new byte[0], 0, 0);
    private int at;
    private Map<Integer, Integer> probes = Map.of();
    private final Map<Integer, List<ValType>> probed = new HashMap<>();
    private Validator.@Nullable Visitor visitor;

    BodyValidator(Module module, BitSet declared) {
        this.module = module;
        this.declared = declared;
    }

    /** Validates a function body. */
    void function(int func) {
        Body body = module.body(func);
        constant = false;
        visibleGlobals = module.globals().size();
        locals = module.locals(func);
        run(body.start(), body.end(), module.funcType(func).results());
    }

    /** Types on the operand stack before the instructions at the given offsets, unless dead or higher than wanted. */
    Map<Integer, List<ValType>> operandsAt(int func, Map<Integer, Integer> offsets) {
        probes = offsets;
        function(func);
        return probed;
    }

    void visit(int func, Validator.Visitor v) {
        visitor = v;
        function(func);
    }

    /** Validates a constant expression that may use the first {@code globals} globals. */
    void constant(ConstExpr expr, ValType type, int globals) {
        constant = true;
        visibleGlobals = globals;
        run(expr.start(), expr.end(), List.of(type));
    }

    private void run(int start, int end, List<ValType> results) {
        in = module.reader(start, end);
        size = 0;
        depth = 0;
        enter(Op.BLOCK, NONE, results);
        while (depth > 0) {
            at = in.pos();
            if (!probes.isEmpty()) {
                probe();
            }
            if (visitor != null) {
                visitor.instruction(at, top().unreachable ? -1 : size);
            }
            int op = Op.read(in);
            if (constant && !allowedInConstants(op)) {
                throw new Invalid("constant expression required", at);
            }
            instruction(op);
        }
        if (!in.atEnd()) {
            throw new Malformed("END opcode expected", in.pos());
        }
    }

    private void probe() {
        Integer max = probes.get(at);
        if (max == null || top().unreachable || size > max) {
            return;
        }
        List<ValType> types = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            ValType t = operands[i];
            if (t == null) {
                return;
            }
            types.add(t);
        }
        probed.put(at, types);
    }

    private static boolean allowedInConstants(int op) {
        return switch (op) {
            case Op.I32_CONST,
                    Op.I64_CONST,
                    Op.F32_CONST,
                    Op.F64_CONST,
                    Op.REF_NULL,
                    Op.REF_FUNC,
                    Op.GLOBAL_GET,
                    Op.END -> true;
            case Op.I32_ADD, Op.I32_SUB, Op.I32_MUL, Op.I64_ADD, Op.I64_SUB, Op.I64_MUL -> true;
            default -> false;
        };
    }

    private void instruction(int op) {
        if (Op.isNumeric(op)) {
            numeric(Op.signature(op));
            return;
        }
        if (Op.isAccess(op)) {
            access(op);
            return;
        }
        switch (op) {
            case Op.NOP -> {}
            case Op.UNREACHABLE -> unreachable();
            case Op.BLOCK, Op.LOOP, Op.IF, Op.ELSE, Op.END, Op.BR, Op.BR_IF, Op.BR_TABLE, Op.RETURN -> control(op);
            case Op.CALL, Op.CALL_INDIRECT, Op.RETURN_CALL, Op.RETURN_CALL_INDIRECT -> call(op);
            case Op.DROP -> pop();
            case Op.SELECT -> select();
            case Op.SELECT_T -> selectTyped();
            case Op.LOCAL_GET -> push(local());
            case Op.LOCAL_SET -> pop(local());
            case Op.LOCAL_TEE -> {
                ValType t = local();
                pop(t);
                push(t);
            }
            case Op.GLOBAL_GET, Op.GLOBAL_SET -> global(op);
            case Op.I32_CONST -> {
                in.s32();
                push(ValType.I32);
            }
            case Op.I64_CONST -> {
                in.s64();
                push(ValType.I64);
            }
            case Op.F32_CONST -> {
                in.skip(4);
                push(ValType.F32);
            }
            case Op.F64_CONST -> {
                in.skip(8);
                push(ValType.F64);
            }
            case Op.REF_NULL -> push(Decoder.heapType(in));
            case Op.REF_IS_NULL -> {
                ValType t = pop();
                if (t != null && !t.isRef()) {
                    throw mismatch();
                }
                push(ValType.I32);
            }
            case Op.REF_FUNC -> {
                int f = func();
                if (!constant && !declared.get(f)) {
                    throw new Invalid("undeclared function reference", at);
                }
                push(ValType.FUNCREF);
            }
            default -> bulk(op);
        }
    }

    private void numeric(String signature) {
        int arrow = signature.indexOf('>');
        for (int i = arrow - 1; i >= 0; i--) {
            pop(Op.letter(signature.charAt(i)));
        }
        push(Op.letter(signature.charAt(arrow + 1)));
    }

    private void access(int op) {
        Op.MemArg arg = Op.memArg(in);
        memory(arg.memory());
        if (arg.align() > Op.accessWidth(op)) {
            throw new Invalid("alignment must not be larger than natural", at);
        }
        if (op >= Op.I32_STORE) {
            pop(Op.accessType(op));
            pop(ValType.I32);
        } else {
            pop(ValType.I32);
            push(Op.accessType(op));
        }
    }

    private void control(int op) {
        switch (op) {
            case Op.BLOCK, Op.LOOP, Op.IF -> {
                FuncType type = blockType();
                if (op == Op.IF) {
                    pop(ValType.I32);
                }
                popAll(type.params());
                enter(op, type.params(), type.results());
            }
            case Op.ELSE -> {
                Control c = top();
                if (c.opcode != Op.IF) {
                    throw new Malformed("END opcode expected", at);
                }
                leave();
                enter(Op.ELSE, c.params, c.results);
            }
            case Op.END -> {
                Control c = leave();
                if (c.opcode == Op.IF && !c.params.equals(c.results)) {
                    throw mismatch();
                }
                if (depth > 0) {
                    pushAll(c.results);
                }
            }
            case Op.BR -> {
                popAll(label(in.u32()).labelTypes());
                unreachable();
            }
            case Op.BR_IF -> {
                pop(ValType.I32);
                List<ValType> types = label(in.u32()).labelTypes();
                popAll(types);
                pushAll(types);
            }
            case Op.BR_TABLE -> brTable();
            default -> {
                popAll(frame(0).results);
                unreachable();
            }
        }
    }

    private void brTable() {
        pop(ValType.I32);
        int n = Op.brTableSize(in);
        int[] targets = new int[n + 1];
        for (int i = 0; i <= n; i++) {
            targets[i] = in.u32();
        }
        int arity = label(targets[n]).labelTypes().size();
        @Nullable ValType[] taken = new ValType[arity];
        for (int target : targets) {
            List<ValType> types = label(target).labelTypes();
            if (types.size() != arity) {
                throw mismatch();
            }
            for (int i = arity - 1; i >= 0; i--) {
                taken[i] = popAs(types.get(i));
            }
            for (int i = 0; i < arity; i++) {
                push(taken[i]);
            }
        }
        for (int i = 0; i < arity; i++) {
            pop();
        }
        unreachable();
    }

    private void call(int op) {
        FuncType type;
        if (op == Op.CALL || op == Op.RETURN_CALL) {
            type = module.funcType(func());
        } else {
            int index = in.u32();
            int table = in.u32();
            if (Integer.compareUnsigned(table, module.tables().size()) >= 0) {
                throw new Invalid("unknown table " + Integer.toUnsignedString(table), at);
            }
            if (module.tables().get(table).element() != ValType.FUNCREF) {
                throw mismatch();
            }
            type = type(index);
            pop(ValType.I32);
        }
        popAll(type.params());
        if (op == Op.CALL || op == Op.CALL_INDIRECT) {
            pushAll(type.results());
        } else {
            if (!type.results().equals(frame(0).results)) {
                throw mismatch();
            }
            unreachable();
        }
    }

    private void select() {
        pop(ValType.I32);
        ValType a = pop();
        ValType b = pop();
        if ((a != null && a.isRef()) || (b != null && b.isRef()) || (a != b && a != null && b != null)) {
            throw mismatch();
        }
        push(a != null ? a : b);
    }

    private void selectTyped() {
        int n = in.count(1);
        ValType type = ValType.I32;
        for (int i = 0; i < n; i++) {
            type = Decoder.valType(in);
        }
        if (n != 1) {
            throw new Invalid("invalid result arity", at);
        }
        pop(ValType.I32);
        pop(type);
        pop(type);
        push(type);
    }

    private void global(int op) {
        GlobalType g = Validator.global(module, in.u32(), visibleGlobals, at);
        if (op == Op.GLOBAL_GET) {
            if (constant && g.mutable()) {
                throw new Invalid("constant expression required", at);
            }
            push(g.type());
        } else {
            if (!g.mutable()) {
                throw new Invalid("immutable global", at);
            }
            pop(g.type());
        }
    }

    private void bulk(int op) {
        switch (op) {
            case Op.MEMORY_SIZE -> {
                memory(in.u32());
                push(ValType.I32);
            }
            case Op.MEMORY_GROW -> {
                memory(in.u32());
                pop(ValType.I32);
                push(ValType.I32);
            }
            case Op.MEMORY_INIT -> {
                int segment = in.u32();
                memory(in.u32());
                data(segment);
                popTriple();
            }
            case Op.DATA_DROP -> data(in.u32());
            case Op.MEMORY_COPY -> {
                memory(in.u32());
                memory(in.u32());
                popTriple();
            }
            case Op.MEMORY_FILL -> {
                memory(in.u32());
                popTriple();
            }
            default -> table(op);
        }
    }

    private void table(int op) {
        switch (op) {
            case Op.TABLE_GET -> {
                ValType t = tableType(in.u32());
                pop(ValType.I32);
                push(t);
            }
            case Op.TABLE_SET -> {
                pop(tableType(in.u32()));
                pop(ValType.I32);
            }
            case Op.TABLE_SIZE -> {
                tableType(in.u32());
                push(ValType.I32);
            }
            case Op.TABLE_GROW -> {
                ValType t = tableType(in.u32());
                pop(ValType.I32);
                pop(t);
                push(ValType.I32);
            }
            case Op.TABLE_FILL -> {
                ValType t = tableType(in.u32());
                pop(ValType.I32);
                pop(t);
                pop(ValType.I32);
            }
            case Op.TABLE_COPY -> {
                ValType to = tableType(in.u32());
                ValType from = tableType(in.u32());
                if (to != from) {
                    throw mismatch();
                }
                popTriple();
            }
            case Op.TABLE_INIT -> {
                ValType segment = element(in.u32());
                if (tableType(in.u32()) != segment) {
                    throw mismatch();
                }
                popTriple();
            }
            case Op.ELEM_DROP -> element(in.u32());
            default -> throw new IllegalStateException("opcode " + op);
        }
    }

    private void popTriple() {
        pop(ValType.I32);
        pop(ValType.I32);
        pop(ValType.I32);
    }

    private ValType local() {
        int index = in.u32();
        if (Integer.compareUnsigned(index, locals.length) >= 0 || constant) {
            throw new Invalid("unknown local " + Integer.toUnsignedString(index), at);
        }
        return locals[index];
    }

    private int func() {
        int f = in.u32();
        if (Integer.compareUnsigned(f, module.funcCount()) >= 0) {
            throw new Invalid("unknown function " + Integer.toUnsignedString(f), at);
        }
        return f;
    }

    private FuncType type(int index) {
        if (Integer.compareUnsigned(index, module.types().size()) >= 0) {
            throw new Invalid("unknown type " + Integer.toUnsignedString(index), at);
        }
        return module.types().get(index);
    }

    private FuncType blockType() {
        long code = Op.blockType(in);
        if (code >= 0) {
            return type((int) code);
        }
        if (code == Op.EMPTY_BLOCK) {
            return new FuncType(NONE, NONE);
        }
        ValType t = ValType.of((int) code + 128);
        return new FuncType(NONE, t == null ? NONE : List.of(t));
    }

    private void memory(int index) {
        if (Integer.compareUnsigned(index, module.memories().size()) >= 0) {
            throw new Invalid("unknown memory " + Integer.toUnsignedString(index), at);
        }
    }

    private void data(int segment) {
        if (module.dataCount < 0) {
            throw new Malformed("data count section required", at);
        }
        if (Integer.compareUnsigned(segment, module.dataCount) >= 0) {
            throw new Invalid("unknown data segment " + Integer.toUnsignedString(segment), at);
        }
    }

    private ValType element(int segment) {
        if (Integer.compareUnsigned(segment, module.elements().size()) >= 0) {
            throw new Invalid("unknown elem segment " + Integer.toUnsignedString(segment), at);
        }
        return module.elements().get(segment).type();
    }

    private ValType tableType(int index) {
        if (Integer.compareUnsigned(index, module.tables().size()) >= 0) {
            throw new Invalid("unknown table " + Integer.toUnsignedString(index), at);
        }
        return module.tables().get(index).element();
    }

    private Invalid mismatch() {
        return new Invalid("type mismatch", at);
    }

    private void push(@Nullable ValType t) {
        if (size == operands.length) {
            operands = Arrays.copyOf(operands, size * 2);
        }
        operands[size++] = t;
    }

    private void pushAll(List<ValType> types) {
        for (int i = 0; i < types.size(); i++) {
            push(types.get(i));
        }
    }

    private @Nullable ValType pop() {
        Control c = top();
        if (size == c.height) {
            if (c.unreachable) {
                return null;
            }
            throw mismatch();
        }
        return operands[--size];
    }

    private void pop(ValType expected) {
        ValType t = pop();
        if (t != null && t != expected) {
            throw mismatch();
        }
    }

    private @Nullable ValType popAs(ValType expected) {
        ValType t = pop();
        if (t != null && t != expected) {
            throw mismatch();
        }
        return t;
    }

    private void popAll(List<ValType> types) {
        for (int i = types.size() - 1; i >= 0; i--) {
            pop(types.get(i));
        }
    }

    private void enter(int opcode, List<ValType> params, List<ValType> results) {
        if (depth == MAX_NESTING) {
            throw new Unsupported("blocks nested deeper than " + MAX_NESTING, at);
        }
        if (depth == controls.size()) {
            controls.add(new Control());
        }
        Control c = controls.get(depth++);
        c.opcode = opcode;
        c.params = params;
        c.results = results;
        c.height = size;
        c.unreachable = false;
        pushAll(params);
    }

    private Control leave() {
        Control c = top();
        popAll(c.results);
        if (size != c.height) {
            throw mismatch();
        }
        depth--;
        return c;
    }

    private Control top() {
        return controls.get(depth - 1);
    }

    private Control frame(int index) {
        return controls.get(index);
    }

    private Control label(int index) {
        if (Integer.compareUnsigned(index, depth) >= 0) {
            throw new Invalid("unknown label " + Integer.toUnsignedString(index), at);
        }
        return controls.get(depth - 1 - index);
    }

    private void unreachable() {
        Control c = top();
        size = c.height;
        c.unreachable = true;
    }
}
