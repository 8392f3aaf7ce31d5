package io.polywire.wasm;

import io.polywire.wasm.compile.ModuleCode;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ExternType;
import io.polywire.wasm.module.ExternType.GlobalType;
import io.polywire.wasm.module.ExternType.MemoryType;
import io.polywire.wasm.module.ExternType.TableType;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Limits;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.ConstExpr;
import io.polywire.wasm.module.Module.DataSegment;
import io.polywire.wasm.module.Module.ElementSegment;
import io.polywire.wasm.module.Module.Export;
import io.polywire.wasm.module.Module.Import;
import io.polywire.wasm.module.Module.Kind;
import io.polywire.wasm.module.Module.Mode;
import io.polywire.wasm.module.Op;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instance of a module (specification 4.5.4). At most one execution uses it at a time; its memory, tables and
 * globals belong to the thread that runs the execution, and to nobody in particular while it is stopped.
 */
public final class Instance {
    private static final Memory NO_MEMORY = new Memory(new Limits(0, 0L), 0);

    /** Generated code calls the engine at the entry of a function whose stack budget is below this. */
    public int limit;

    /** Iterations of a small loop until its first poll. */
    public int quantum = Rt.QUANTUM;

    /** The first memory; one without pages if the module has none. */
    public final Memory memory;

    public final Memory[] memories;

    public final Global[] globals;

    final Table[] tables;
    final FuncType[] types;
    final boolean[] droppedData;
    final boolean[] droppedElements;
    final ModuleCode code;
    private final Module module;
    private final @Nullable Func[] funcs;
    private @Nullable Execution execution;

    /**
     * Links a module with its imports and initializes memory and tables. The start function, if there is one, is not
     * yet called: see {@link #start()}.
     *
     * @throws LinkException if an import is missing or does not fit, or there is no memory
     * @throws Trap if an active segment is out of bounds
     */
    public Instance(Module module, Imports imports, Limit limit) {
        this.module = module;
        this.types = module.types().stream().map(Types::intern).toArray(FuncType[]::new);
        this.funcs = new Func[module.funcCount()];
        this.tables = new Table[module.tables().size()];
        this.globals = new Global[module.globals().size()];
        this.droppedData = new boolean[module.data().size()];
        this.droppedElements = new boolean[module.elements().size()];
        this.memories = new Memory[module.memories().size()];
        link(imports);
        for (int i = module.importedTables(); i < tables.length; i++) {
            tables[i] = new Table(module.tables().get(i), limit.tableElements());
        }
        for (int i = module.importedMemories(); i < memories.length; i++) {
            memories[i] = new Memory(module.memories().get(i).limits(), limit.memoryBytes());
        }
        memory = memories.length == 0 ? NO_MEMORY : memories[0];
        this.code = ModuleCode.of(module, limit.metered(), limit.compileBytes());
        initialize();
    }

    /** Links and runs the start function to its end on this thread. */
    public static Instance of(Module module, Imports imports) {
        Instance instance = new Instance(module, imports, Limit.DEFAULT);
        Execution start = instance.start();
        if (start != null) {
            start.call();
        }
        return instance;
    }

    private void link(Imports imports) {
        int memoryIndex = 0;
        int func = 0;
        int table = 0;
        int global = 0;
        for (Import i : module.imports()) {
            Extern e = imports.find(i.module(), i.name());
            if (e == null) {
                throw new LinkException("unknown import: " + i.module() + " " + i.name());
            }
            switch (i.type()) {
                case FuncType t -> funcs[func] = function(i, t, e, func++);
                case TableType t -> tables[table++] = table(i, t, e);
                case MemoryType t -> memories[memoryIndex++] = memory(i, t, e);
                case GlobalType t -> globals[global++] = global(i, t, e);
            }
        }
    }

    private static LinkException mismatch(Import i) {
        return new LinkException("incompatible import type: " + i.module() + " " + i.name());
    }

    private Func function(Import i, FuncType type, Extern e, int index) {
        return switch (e) {
            case Func f when f.type.equals(type) -> f;
            case Extern.Host h when h.type().equals(type) -> new Func(this, index, type, h.function());
            default -> throw mismatch(i);
        };
    }

    private static Table table(Import i, TableType type, Extern e) {
        if (e instanceof Table t
                && t.type().element() == type.element()
                && type.limits().accepts(t.size(), t.type().limits().max())) {
            return t;
        }
        throw mismatch(i);
    }

    private static Memory memory(Import i, MemoryType type, Extern e) {
        if (e instanceof Memory m && type.limits().accepts(m.pages(), m.limits().max())) {
            return m;
        }
        throw mismatch(i);
    }

    private static Global global(Import i, GlobalType type, Extern e) {
        if (e instanceof Global g && g.type().equals(type)) {
            return g;
        }
        throw mismatch(i);
    }

    private void initialize() {
        int next = module.importedGlobals();
        for (Module.Global g : module.globalInits()) {
            Values v = evaluate(g.init());
            globals[next++] = new Global(g.type(), g.type().type().isRef() ? 0 : v.bits(0), v.getR(0));
        }
        for (int i = 0; i < module.elements().size(); i++) {
            ElementSegment s = module.elements().get(i);
            if (s.mode() == Mode.ACTIVE && s.offset() != null) {
                initTable(evaluate(s.offset()).getI(0), 0, s.size(), i, s.table());
            }
            droppedElements[i] = s.mode() != Mode.PASSIVE;
        }
        for (int i = 0; i < module.data().size(); i++) {
            DataSegment s = module.data().get(i);
            if (s.offset() != null) {
                initMemory(evaluate(s.offset()).getI(0), 0, s.length(), i, s.memory());
                droppedData[i] = true;
            }
        }
    }

    void initTable(int to, int from, int n, int segment, int table) {
        ElementSegment s = module.elements().get(segment);
        int size = droppedElements[segment] ? 0 : s.size();
        Table t = tables[table];
        if (Integer.toUnsignedLong(from) + Integer.toUnsignedLong(n) > size) {
            throw new Trap(Trap.Kind.TABLE_OUT_OF_BOUNDS);
        }
        t.check(to, n);
        List<Integer> indices = s.funcs();
        List<ConstExpr> exprs = s.exprs();
        for (int i = 0; i < n; i++) {
            if (indices != null) {
                t.elements[to + i] = func(indices.get(from + i));
            } else if (exprs != null) {
                t.elements[to + i] = evaluate(exprs.get(from + i)).getR(0);
            }
        }
    }

    void initMemory(int to, int from, int n, int segment, int index) {
        DataSegment s = module.data().get(segment);
        int size = droppedData[segment] ? 0 : s.length();
        if (Integer.toUnsignedLong(from) + Integer.toUnsignedLong(n) > size) {
            throw new Trap(Trap.Kind.MEMORY_OUT_OF_BOUNDS);
        }
        memories[index].check(to, n);
        module.copyBytes(s.start() + from, memories[index].bytes, to, n);
    }

    /** Value of a constant expression. */
    private Values evaluate(ConstExpr expr) {
        ByteReader in = module.reader(expr.start(), expr.end());
        long[] stack = new long[expr.end() - expr.start()];
        Object ref = null;
        int sp = 0;
        while (true) {
            int op = Op.read(in);
            switch (op) {
                case Op.I32_CONST -> stack[sp++] = in.s32();
                case Op.I64_CONST -> stack[sp++] = in.s64();
                case Op.F32_CONST -> stack[sp++] = in.fixed32();
                case Op.F64_CONST -> stack[sp++] = in.fixed64();
                case Op.GLOBAL_GET -> {
                    Global g = globals[in.u32()];
                    stack[sp++] = g.bits;
                    ref = g.ref;
                }
                case Op.REF_NULL -> Op.skipImmediates(in, op);
                case Op.REF_FUNC -> ref = func(in.u32());
                case Op.END -> {
                    Values v = Values.of(1);
                    return sp == 0 || ref != null ? v.addR(ref) : v.addL(stack[0]);
                }
                default -> {
                    sp--;
                    stack[sp - 1] = Arithmetic.binary(op, stack[sp - 1], stack[sp]);
                }
            }
        }
    }

    /** Gives up the memories that are its own. Only when nothing will run in it any more. */
    public void free() {
        for (int i = module.importedMemories(); i < memories.length; i++) {
            memories[i].free();
        }
    }

    /** Whether its code counts fuel. */
    public boolean metered() {
        return code.metered();
    }

    public Module module() {
        return module;
    }

    /** The function with this index. */
    public Func func(int index) {
        Func f = funcs[index];
        if (f == null) {
            f = new Func(this, index, module.funcType(index), null);
            funcs[index] = f;
        }
        return f;
    }

    /** Index of a function in this instance's index space, -1 if it is not in there. */
    int indexOf(Func f) {
        if (f.instance == this) {
            return f.index;
        }
        for (int i = 0; i < module.importedFuncs(); i++) {
            if (funcs[i] == f) {
                return i;
            }
        }
        return -1;
    }

    /** The exported function with this name, null if there is none. */
    public @Nullable Func func(String export) {
        Export e = module.export(export);
        return e != null && e.kind() == Kind.FUNC ? func(e.index()) : null;
    }

    /** What an export stands for. */
    public Extern extern(Export e) {
        return switch (e.kind()) {
            case FUNC -> func(e.index());
            case TABLE -> tables[e.index()];
            case MEMORY -> memories[e.index()];
            case GLOBAL -> globals[e.index()];
        };
    }

    /** Type of an export. */
    public ExternType type(Export e) {
        return switch (e.kind()) {
            case FUNC -> module.funcType(e.index());
            case TABLE -> module.tables().get(e.index());
            case MEMORY -> module.memories().get(e.index());
            case GLOBAL -> module.globals().get(e.index());
        };
    }

    /** A run of the module's start function, null if it has none. */
    public @Nullable Execution start() {
        return module.start() < 0 ? null : new Execution(func(module.start()), Values.none());
    }

    /**
     * Prepares a call of an exported function.
     *
     * @param args boxed numbers, or references
     * @throws IllegalArgumentException if there is no such export or the arguments do not fit its type
     */
    public Execution prepare(String export, @Nullable Object... args) {
        Func f = func(export);
        if (f == null) {
            throw new IllegalArgumentException("no exported function " + export);
        }
        return new Execution(f, Values.boxed(f.type.params(), args));
    }

    /**
     * Calls an exported function on this thread.
     *
     * @throws Trap if it traps
     */
    public Values call(String export, @Nullable Object... args) {
        return prepare(export, args).call();
    }

    /** The execution that uses this instance now. */
    Execution exec() {
        Execution e = execution;
        if (e == null) {
            throw new IllegalStateException("instance is not running");
        }
        return e;
    }

    @Nullable
    Execution execution() {
        return execution;
    }

    void execution(@Nullable Execution e) {
        execution = e;
    }

    /** Calls a function that is not of the host. */
    Values call(int func, Values args, int depth) {
        if (func < module.importedFuncs()) {
            return Rt.invoke(args, func(func), this, depth);
        }
        if (exec().debugging() || code.isInterpreted(func)) {
            return Rt.interpret(args, this, func, depth);
        }
        return code.adapter(func).invoke(code.group(func), func, args, this, depth);
    }

    /** Calls a function without making the tail call in which it may end. */
    Values callBody(int func, Values args, int depth) {
        if (exec().debugging() || code.isInterpreted(func)) {
            return Interpreter.call(this, func, args, depth);
        }
        int body = code.analysis(func).tailCalls() ? ~func : func;
        return code.adapter(func).invoke(code.group(func), body, args, this, depth);
    }
}
