package io.polywire.wasm.module;

import io.polywire.wasm.module.ExternType.GlobalType;
import io.polywire.wasm.module.ExternType.MemoryType;
import io.polywire.wasm.module.ExternType.TableType;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.Module.ConstExpr;
import io.polywire.wasm.module.Module.DataSegment;
import io.polywire.wasm.module.Module.ElementSegment;
import io.polywire.wasm.module.Module.Export;
import io.polywire.wasm.module.Module.Global;
import io.polywire.wasm.module.Module.Import;
import io.polywire.wasm.module.Module.Mode;
import io.polywire.wasm.module.ModuleException.Invalid;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Validation of everything around function bodies (specification 3.2 to 3.4); {@link BodyValidator} does the bodies.
 * A module that is both invalid and malformed is malformed, as if it had been decoded as a whole before.
 */
public final class Validator {
    private static final long MAX_PAGES = 65536;

    private final Module module;
    private final BitSet declared = new BitSet();

    private Validator(Module module) {
        this.module = module;
    }

    static void validate(Module module) {
        Validator v = new Validator(module);
        int body = 0;
        try {
            v.declarations();
            BodyValidator bodies = new BodyValidator(module, v.declared);
            for (; body < module.bodies.size(); body++) {
                bodies.function(module.importedFuncs + body);
            }
        } catch (Invalid e) {
            checkSyntax(module, body);
            throw e;
        }
    }

    /**
     * Types of the operand stack just before the instructions at some offsets of the module, bottom first, for those
     * that are instructions and can be reached.
     *
     * @param offsets offsets with the largest height of the stack that is of interest
     */
    public static Map<Integer, List<ValType>> operandsAt(Module module, int func, Map<Integer, Integer> offsets) {
        return new BodyValidator(module, all(module)).operandsAt(func, offsets);
    }

    /** Types of the operand stack just before the instruction at one offset; null if it is dead or there is none. */
    public static @Nullable List<ValType> operandsAt(Module module, int func, int offset) {
        return operandsAt(module, func, Map.of(offset, Integer.MAX_VALUE)).get(offset);
    }

    /** Sees the instructions of a function in their order. */
    public interface Visitor {
        /**
         * An instruction follows.
         *
         * @param offset in the module
         * @param height of the operand stack before it, -1 if it cannot be reached
         */
        void instruction(int offset, int height);
    }

    /** Goes through a valid function. */
    public static void visit(Module module, int func, Visitor visitor) {
        new BodyValidator(module, all(module)).visit(func, visitor);
    }

    /** The functions that ref.func may name in a valid module. */
    private static BitSet all(Module module) {
        BitSet all = new BitSet();
        all.set(0, module.funcCount());
        return all;
    }

    /** Decodes the bodies from the given one on without validating them. */
    static void checkSyntax(Module module, int from) {
        for (Body body : module.bodies.subList(from, module.bodies.size())) {
            ByteReader in = module.reader(body.start(), body.end());
            Op.skipExpr(in);
            if (!in.atEnd()) {
                throw new ModuleException.Malformed("END opcode expected", in.pos());
            }
        }
    }

    private void declarations() {
        collectDeclared();
        for (Import i : module.imports()) {
            switch (i.type()) {
                case TableType t -> table(t, i.offset());
                case MemoryType m -> memory(m, i.offset());
                default -> {}
            }
        }
        module.tables().forEach(t -> table(t, section(4)));
        module.memories().forEach(m -> memory(m, section(5)));
        BodyValidator consts = new BodyValidator(module, declared);
        int visible = module.importedGlobals();
        for (Global g : module.globalInits()) {
            consts.constant(g.init(), g.type().type(), visible++);
        }
        exports();
        start();
        for (ElementSegment e : module.elements()) {
            element(consts, e);
        }
        for (DataSegment d : module.data()) {
            data(consts, d);
        }
    }

    private int section(int id) {
        return module.sections().stream()
                .filter(s -> s.id() == id)
                .mapToInt(Module.Section::start)
                .findFirst()
                .orElse(0);
    }

    private static void table(TableType t, int at) {
        Long max = t.limits().max();
        if (t.limits().min() >>> 32 != 0 || (max != null && max >>> 32 != 0)) {
            throw new Invalid("table size must be at most 2^32-1", at);
        }
        if (max != null && max < t.limits().min()) {
            throw new Invalid("size minimum must not be greater than maximum", at);
        }
    }

    private static void memory(MemoryType m, int at) {
        Long max = m.limits().max();
        if (Long.compareUnsigned(m.limits().min(), MAX_PAGES) > 0
                || (max != null && Long.compareUnsigned(max, MAX_PAGES) > 0)) {
            throw new Invalid("memory size must be at most 65536 pages (4GiB)", at);
        }
        if (max != null && max < m.limits().min()) {
            throw new Invalid("size minimum must not be greater than maximum", at);
        }
    }

    private void exports() {
        Set<String> names = new HashSet<>();
        for (Export e : module.exports()) {
            int count = switch (e.kind()) {
                case FUNC -> module.funcCount();
                case TABLE -> module.tables().size();
                case MEMORY -> module.memories().size();
                case GLOBAL -> module.globals().size();
            };
            if (Integer.compareUnsigned(e.index(), count) >= 0) {
                throw new Invalid(
                        "unknown "
                                + (e.kind() == Module.Kind.FUNC
                                        ? "function"
                                        : e.kind().name().toLowerCase(Locale.ROOT)) + " "
                                + Integer.toUnsignedString(e.index()),
                        section(7));
            }
            if (!names.add(e.name())) {
                throw new Invalid("duplicate export name", section(7));
            }
        }
    }

    private void start() {
        if (module.start == -1 && section(8) == 0) {
            return;
        }
        if (Integer.compareUnsigned(module.start, module.funcCount()) >= 0) {
            throw new Invalid("unknown function " + Integer.toUnsignedString(module.start), section(8));
        }
        FuncType type = module.funcType(module.start);
        if (!type.params().isEmpty() || !type.results().isEmpty()) {
            throw new Invalid("start function", section(8));
        }
    }

    private void element(BodyValidator consts, ElementSegment e) {
        int at = e.offset() != null ? e.offset().start() : section(9);
        if (e.mode() == Mode.ACTIVE) {
            if (Integer.compareUnsigned(e.table(), module.tables().size()) >= 0) {
                throw new Invalid("unknown table " + Integer.toUnsignedString(e.table()), at);
            }
            if (module.tables().get(e.table()).element() != e.type()) {
                throw new Invalid("type mismatch", at);
            }
        }
        if (e.offset() != null) {
            consts.constant(e.offset(), ValType.I32, module.globals().size());
        }
        if (e.funcs() != null) {
            for (int f : e.funcs()) {
                if (Integer.compareUnsigned(f, module.funcCount()) >= 0) {
                    throw new Invalid("unknown function " + Integer.toUnsignedString(f), at);
                }
            }
        }
        if (e.exprs() != null) {
            for (ConstExpr expr : e.exprs()) {
                consts.constant(expr, e.type(), module.globals().size());
            }
        }
    }

    private void data(BodyValidator consts, DataSegment d) {
        if (d.offset() == null) {
            return;
        }
        if (Integer.compareUnsigned(d.memory(), module.memories().size()) >= 0) {
            throw new Invalid(
                    "unknown memory " + Integer.toUnsignedString(d.memory()),
                    d.offset().start());
        }
        consts.constant(d.offset(), ValType.I32, module.globals().size());
    }

    /** Functions that ref.func may name: those that occur outside of function bodies. */
    private void collectDeclared() {
        for (Export e : module.exports()) {
            if (e.kind() == Module.Kind.FUNC) {
                declare(e.index());
            }
        }
        for (Global g : module.globalInits()) {
            declare(g.init());
        }
        for (ElementSegment e : module.elements()) {
            if (e.funcs() != null) {
                e.funcs().forEach(this::declare);
            }
            if (e.exprs() != null) {
                e.exprs().forEach(this::declare);
            }
        }
    }

    private void declare(ConstExpr expr) {
        ByteReader in = module.reader(expr.start(), expr.end());
        while (!in.atEnd()) {
            int op = Op.read(in);
            if (op == Op.REF_FUNC) {
                declare(in.u32());
            } else {
                Op.skipImmediates(in, op);
            }
        }
    }

    private void declare(int func) {
        if (func >= 0 && func < module.funcCount()) {
            declared.set(func);
        }
    }

    static GlobalType global(Module module, int index, int visible, int at) {
        if (Integer.compareUnsigned(index, visible) >= 0) {
            throw new Invalid("unknown global " + Integer.toUnsignedString(index), at);
        }
        return module.globals().get(index);
    }
}
