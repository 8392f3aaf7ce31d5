package io.polywire.wasm.module;

import io.polywire.wasm.module.ExternType.GlobalType;
import io.polywire.wasm.module.ExternType.MemoryType;
import io.polywire.wasm.module.ExternType.TableType;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.Module.ConstExpr;
import io.polywire.wasm.module.Module.Custom;
import io.polywire.wasm.module.Module.DataSegment;
import io.polywire.wasm.module.Module.ElementSegment;
import io.polywire.wasm.module.Module.Export;
import io.polywire.wasm.module.Module.Global;
import io.polywire.wasm.module.Module.Import;
import io.polywire.wasm.module.Module.Kind;
import io.polywire.wasm.module.Module.LocalRun;
import io.polywire.wasm.module.Module.Mode;
import io.polywire.wasm.module.Module.Section;
import io.polywire.wasm.module.ModuleException.Invalid;
import io.polywire.wasm.module.ModuleException.Malformed;
import io.polywire.wasm.module.ModuleException.Unsupported;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the binary format (specification chapter 5) section by section. Function bodies are only delimited here;
 * their instructions are decoded by the validator. Counts are compared with the bytes that are left before anything
 * is allocated, so that a module of n bytes never needs more than a small multiple of n.
 */
final class Decoder {
    static final int MAX_TYPES = 1_000_000;
    static final int MAX_FUNCS = 1_000_000;
    static final int MAX_PARAMS = 1000;
    static final int MAX_LOCALS = 50_000;
    static final int MAX_BODY = 7_654_321;
    static final int MAX_MODULE = 1 << 30;
    static final int MAX_SEGMENTS = 100_000;
    static final int MAX_TABLES = 100;
    private static final int MAGIC = 0x6d736100;

    private static final int CUSTOM = 0;
    private static final int CODE = 10;
    private static final int DATA = 11;
    private static final int DATA_COUNT = 12;
    private static final int TAG = 13;

    private final byte[] bytes;
    private final ByteReader in;
    private final Module module;
    private final List<Section> sections = new ArrayList<>();
    private final List<Custom> customs = new ArrayList<>();
    private @Nullable Invalid deferred;

    Decoder(byte[] bytes) {
        this.bytes = bytes;
        this.in = new ByteReader(bytes, 0, bytes.length);
        this.module = new Module(bytes);
    }

    Module decode() {
        if (bytes.length > MAX_MODULE) {
            throw new Unsupported("module of " + bytes.length + " bytes", 0);
        }
        if (bytes.length < 4 || in.fixed32() != MAGIC) {
            throw new Malformed("magic header not detected", 0);
        }
        if (in.remaining() < 4 || in.fixed32() != 1) {
            throw new Malformed("unknown binary version", 4);
        }
        int rank = 0;
        int previous = CUSTOM;
        while (!in.atEnd()) {
            int at = in.pos();
            int id = in.u8();
            if (id > TAG) {
                throw new Malformed("malformed section id " + id, at);
            }
            int length = in.length();
            int end = in.pos() + length;
            if (id == CUSTOM) {
                custom(end, previous);
                continue;
            }
            if (rank(id) <= rank) {
                throw new Malformed("unexpected content after last section", at);
            }
            rank = rank(id);
            previous = id;
            sections.add(new Section(id, in.pos(), length));
            int outer = in.limit(end);
            section(id, at);
            if (in.pos() != end) {
                throw new Malformed("section size mismatch", in.pos());
            }
            in.limit(outer);
        }
        finish();
        return module;
    }

    private static int rank(int id) {
        return switch (id) {
            case TAG -> 11;
            case 1, 2, 3, 4, 5 -> id * 2;
            case DATA_COUNT -> 19;
            default -> id * 2;
        };
    }

    private void finish() {
        int defined = module.funcTypes.length - module.importedFuncs;
        if (module.bodies.size() != defined) {
            throw new Malformed("function and code section have inconsistent lengths", in.pos());
        }
        boolean counted = sections.stream().anyMatch(x -> x.id() == DATA_COUNT);
        if (counted && module.dataCount != module.data.size()) {
            throw new Malformed("data count and data section have inconsistent lengths", in.pos());
        }
        module.sections = List.copyOf(sections);
        module.customs = List.copyOf(customs);
        if (deferred != null) {
            Validator.checkSyntax(module, 0);
            throw deferred;
        }
    }

    private void custom(int end, int previous) {
        int outer = in.limit(end);
        String name = in.name();
        customs.add(new Custom(name, in.pos(), end - in.pos(), previous));
        in.seek(end);
        in.limit(outer);
    }

    private void section(int id, int at) {
        switch (id) {
            case 1 -> types();
            case 2 -> imports();
            case 3 -> functions();
            case 4 -> tables();
            case 5 -> memories();
            case 6 -> globals();
            case 7 -> exports();
            case 8 -> module.start = in.u32();
            case 9 -> elements();
            case CODE -> code();
            case DATA -> data();
            case DATA_COUNT -> module.dataCount = in.u32();
            default -> throw new Unsupported("exception handling, tag section", at);
        }
    }

    private int count(int minSize, int max, String what) {
        int at = in.pos();
        int n = in.count(minSize);
        if (n > max) {
            throw new Unsupported(n + " " + what, at);
        }
        return n;
    }

    private void types() {
        int n = count(1, MAX_TYPES, "types");
        List<FuncType> types = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            int at = in.pos();
            int form = in.u8();
            if (form == 0x4e || form == 0x4f || form == 0x50 || form == 0x5e || form == 0x5f) {
                throw new Unsupported("garbage collection, type form " + Integer.toHexString(form), at);
            }
            if (form != 0x60) {
                throw new Malformed("malformed type form " + Integer.toHexString(form), at);
            }
            types.add(new FuncType(valTypes("parameters"), valTypes("results")));
        }
        module.types = List.copyOf(types);
    }

    private List<ValType> valTypes(String what) {
        int n = count(1, MAX_PARAMS, what);
        ValType[] types = new ValType[n];
        for (int i = 0; i < n; i++) {
            types[i] = valType(in);
        }
        return List.of(types);
    }

    static ValType valType(ByteReader in) {
        int at = in.pos();
        int code = in.u8();
        ValType type = ValType.of(code);
        if (type != null) {
            return type;
        }
        if (code == 0x7b) {
            throw new Unsupported("SIMD, type v128", at);
        }
        if (code >= 0x63 && code <= 0x74) {
            throw new Unsupported("typed references, type " + Integer.toHexString(code), at);
        }
        throw new Malformed("malformed value type " + Integer.toHexString(code), at);
    }

    private static ValType refType(ByteReader in) {
        int at = in.pos();
        int code = in.peek();
        if (code >= 0x7b && code <= 0x7f) {
            throw new Malformed("malformed reference type", at);
        }
        return valType(in);
    }

    static ValType heapType(ByteReader in) {
        int at = in.pos();
        int first = in.peek();
        if (first == 0x70 || first == 0x6f) {
            return valType(in);
        }
        long code = in.s33();
        if (code >= 0 || (code >= -23 && code <= -12)) {
            throw new Unsupported("typed references, heap type " + code, at);
        }
        throw new Malformed("malformed heap type", at);
    }

    private Limits limits() {
        int at = in.pos();
        int flags = in.u8();
        if (flags > 7) {
            throw new Malformed(flags >= 0x80 ? "integer representation too long" : "malformed limits flags", at);
        }
        if (flags >= 4) {
            throw new Unsupported("memory64, limits flags " + flags, at);
        }
        if (flags >= 2) {
            throw new Unsupported("threads, limits flags " + flags, at);
        }
        long min = in.u64();
        return new Limits(min, flags == 1 ? (Long) in.u64() : null);
    }

    private TableType tableType() {
        ValType element = refType(in);
        return new TableType(element, limits());
    }

    private GlobalType globalType() {
        ValType type = valType(in);
        int at = in.pos();
        int mutable = in.u8();
        if (mutable > 1) {
            throw new Malformed("malformed mutability", at);
        }
        return new GlobalType(type, mutable == 1);
    }

    private FuncType type(int index, int at) {
        if (index < 0 || index >= module.types.size()) {
            if (deferred == null) {
                deferred = new Invalid("unknown type " + Integer.toUnsignedString(index), at);
            }
            return new FuncType(List.of(), List.of());
        }
        return module.types.get(index);
    }

    private void imports() {
        int n = count(3, MAX_FUNCS, "imports");
        List<Import> imports = new ArrayList<>();
        List<Integer> funcs = new ArrayList<>();
        List<TableType> tables = new ArrayList<>();
        List<MemoryType> memories = new ArrayList<>();
        List<GlobalType> globals = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int at = in.pos();
            String from = in.name();
            String name = in.name();
            int kindAt = in.pos();
            ExternType type = switch (in.u8()) {
                case 0 -> {
                    int index = in.u32();
                    funcs.add(index);
                    yield type(index, kindAt);
                }
                case 1 -> add(tables, tableType());
                case 2 -> add(memories, new MemoryType(limits()));
                case 3 -> add(globals, globalType());
                case 4 -> throw new Unsupported("exception handling, tag import", kindAt);
                default -> throw new Malformed("malformed import kind", kindAt);
            };
            imports.add(new Import(from, name, type, at));
        }
        module.imports = List.copyOf(imports);
        module.funcTypes = funcs.stream().mapToInt(Integer::intValue).toArray();
        module.tables = List.copyOf(tables);
        module.memories = List.copyOf(memories);
        module.globals = List.copyOf(globals);
        module.importedFuncs = funcs.size();
        module.importedTables = tables.size();
        module.importedMemories = memories.size();
        module.importedGlobals = globals.size();
    }

    private static <T> T add(List<T> list, T item) {
        list.add(item);
        return item;
    }

    private void functions() {
        int n = count(1, MAX_FUNCS, "functions");
        int[] all = Arrays.copyOf(module.funcTypes, module.importedFuncs + n);
        for (int i = 0; i < n; i++) {
            int at = in.pos();
            all[module.importedFuncs + i] = in.u32();
            type(all[module.importedFuncs + i], at);
        }
        module.funcTypes = all;
    }

    private void tables() {
        int n = count(2, MAX_TABLES, "tables");
        List<TableType> tables = new ArrayList<>(module.tables);
        for (int i = 0; i < n; i++) {
            if (in.peek() == 0x40) {
                throw new Unsupported("typed function references, table with initial value", in.pos());
            }
            tables.add(tableType());
        }
        module.tables = List.copyOf(tables);
    }

    private void memories() {
        int n = count(2, MAX_TABLES, "memories");
        List<MemoryType> memories = new ArrayList<>(module.memories);
        for (int i = 0; i < n; i++) {
            memories.add(new MemoryType(limits()));
        }
        module.memories = List.copyOf(memories);
    }

    private ConstExpr constExpr() {
        int start = in.pos();
        Op.skipExpr(in);
        return new ConstExpr(start, in.pos());
    }

    private void globals() {
        int n = count(3, MAX_FUNCS, "globals");
        List<Global> own = new ArrayList<>(n);
        List<GlobalType> all = new ArrayList<>(module.globals);
        for (int i = 0; i < n; i++) {
            GlobalType type = globalType();
            own.add(new Global(type, constExpr()));
            all.add(type);
        }
        module.globalInits = List.copyOf(own);
        module.globals = List.copyOf(all);
    }

    private void exports() {
        int n = count(3, MAX_FUNCS, "exports");
        List<Export> exports = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            String name = in.name();
            int at = in.pos();
            Kind kind = switch (in.u8()) {
                case 0 -> Kind.FUNC;
                case 1 -> Kind.TABLE;
                case 2 -> Kind.MEMORY;
                case 3 -> Kind.GLOBAL;
                case 4 -> throw new Unsupported("exception handling, tag export", at);
                default -> throw new Malformed("malformed export kind", at);
            };
            exports.add(new Export(name, kind, in.u32()));
        }
        module.exports = List.copyOf(exports);
    }

    private void elements() {
        int n = count(2, MAX_SEGMENTS, "element segments");
        List<ElementSegment> segments = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            segments.add(element());
        }
        module.elements = List.copyOf(segments);
    }

    private ElementSegment element() {
        int at = in.pos();
        int flags = in.u32();
        if (flags < 0 || flags > 7) {
            throw new Malformed("malformed elements segment kind", at);
        }
        boolean notActive = (flags & 1) != 0;
        boolean explicit = (flags & 2) != 0;
        boolean exprs = (flags & 4) != 0;
        Mode mode = !notActive ? Mode.ACTIVE : explicit ? Mode.DECLARATIVE : Mode.PASSIVE;
        int table = !notActive && explicit ? in.u32() : 0;
        ConstExpr offset = notActive ? null : constExpr();
        ValType type = ValType.FUNCREF;
        if (notActive || explicit) {
            int kindAt = in.pos();
            if (exprs) {
                type = refType(in);
            } else if (in.u8() != 0) {
                throw new Malformed("malformed element kind", kindAt);
            }
        }
        int n = in.count(1);
        if (exprs) {
            List<ConstExpr> items = new ArrayList<>(n);
            for (int i = 0; i < n; i++) {
                items.add(constExpr());
            }
            return new ElementSegment(mode, table, offset, type, null, List.copyOf(items));
        }
        List<Integer> funcs = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            funcs.add(in.u32());
        }
        return new ElementSegment(mode, table, offset, type, List.copyOf(funcs), null);
    }

    private void code() {
        int n = count(1, MAX_FUNCS, "function bodies");
        List<Body> bodies = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            int at = in.pos();
            int size = in.length();
            if (size > MAX_BODY) {
                throw new Unsupported("function body of " + size + " bytes", at);
            }
            int end = in.pos() + size;
            int outer = in.limit(end);
            List<LocalRun> locals = locals();
            bodies.add(new Body(locals, in.pos(), end));
            in.seek(end);
            in.limit(outer);
        }
        module.bodies = List.copyOf(bodies);
    }

    private List<LocalRun> locals() {
        int n = in.count(2);
        long total = 0;
        List<LocalRun> runs = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            int at = in.pos();
            int count = in.u32();
            total += Integer.toUnsignedLong(count);
            if (total > 0xffffffffL) {
                throw new Malformed("too many locals", at);
            }
            ValType type = valType(in);
            if (total > MAX_LOCALS) {
                throw new Unsupported(total + " local variables", at);
            }
            runs.add(new LocalRun(count, type));
        }
        return List.copyOf(runs);
    }

    private void data() {
        int n = count(1, MAX_SEGMENTS, "data segments");
        List<DataSegment> segments = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            int at = in.pos();
            int flags = in.u32();
            if (flags < 0 || flags > 2) {
                throw new Malformed("malformed data segment kind", at);
            }
            int memory = flags == 2 ? in.u32() : 0;
            ConstExpr offset = flags == 1 ? null : constExpr();
            int length = in.length();
            segments.add(new DataSegment(flags == 1 ? Mode.PASSIVE : Mode.ACTIVE, memory, offset, in.pos(), length));
            in.skip(length);
        }
        module.data = List.copyOf(segments);
    }
}
