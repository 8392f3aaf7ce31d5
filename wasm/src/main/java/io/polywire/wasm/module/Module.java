package io.polywire.wasm.module;

import io.polywire.wasm.module.ExternType.GlobalType;
import io.polywire.wasm.module.ExternType.MemoryType;
import io.polywire.wasm.module.ExternType.TableType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decoded and validated module. Immutable, apart from lazily computed data, and safe to share between threads.
 * Index spaces start with the imports, as in the specification.
 */
public final class Module {
    /** Size of a memory page in bytes. */
    public static final int PAGE = 65536;

    /** What an export or import names. */
    public enum Kind {
        FUNC,
        TABLE,
        MEMORY,
        GLOBAL
    }

    /** An import; {@code offset} is where it stands in the module. */
    public record Import(String module, String name, ExternType type, int offset) {}

    /** An export of the index-th function, table, memory or global. */
    public record Export(String name, Kind kind, int index) {}

    /** A constant expression: the bytes from {@code start} up to and with its {@code end} instruction. */
    public record ConstExpr(int start, int end) {}

    /** A global with its initial value. */
    public record Global(GlobalType type, ConstExpr init) {}

    /** How a segment is used. */
    public enum Mode {
        ACTIVE,
        PASSIVE,
        DECLARATIVE
    }

    /**
     * An element segment. Its elements are function indices or, if {@code funcs} is null, expressions.
     *
     * @param offset where an active segment goes
     */
    public record ElementSegment(
            Mode mode,
            int table,
            @Nullable ConstExpr offset,
            ValType type,
            @Nullable List<Integer> funcs,
            @Nullable List<ConstExpr> exprs) {
        /** Number of elements. */
        public int size() {
            return funcs != null ? funcs.size() : exprs != null ? exprs.size() : 0;
        }
    }

    /** A data segment: {@code length} bytes from {@code start} of the module. */
    public record DataSegment(
            Mode mode, int memory, @Nullable ConstExpr offset, int start, int length) {}

    /** Local variables of one type that follow each other. */
    public record LocalRun(int count, ValType type) {}

    /**
     * Body of a function.
     *
     * @param start offset of the first instruction; code offsets are relative to the module's start
     * @param end offset behind the last {@code end}
     */
    public record Body(List<LocalRun> locals, int start, int end) {
        /** Number of bytes of code. */
        public int size() {
            return end - start;
        }
    }

    /** A custom section: payload of {@code length} bytes at {@code start}; {@code after} is the section id before it. */
    public record Custom(String name, int start, int length, int after) {}

    /** A section with its payload's place; used to copy sections unchanged. */
    public record Section(int id, int start, int length) {}

    final byte[] bytes;
    List<Section> sections = List.of();
    List<FuncType> types = List.of();
    List<Import> imports = List.of();
    int importedFuncs;
    int importedTables;
    int importedMemories;
    int importedGlobals;
    int[] funcTypes = {};
    List<TableType> tables = List.of();
    List<MemoryType> memories = List.of();
    List<GlobalType> globals = List.of();
    List<Global> globalInits = List.of();
    List<Export> exports = List.of();
    int start = -1;
    List<ElementSegment> elements = List.of();
    List<DataSegment> data = List.of();
    int dataCount = -1;
    List<Body> bodies = List.of();
    List<Custom> customs = List.of();
    private @Nullable String codeHash;
    private @Nullable Map<Integer, String> names;

    Module(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Decodes and validates a binary module. The array is not copied and must not change afterwards.
     *
     * @throws ModuleException if the module is malformed, invalid or needs something unsupported
     */
    public static Module decode(byte[] bytes) {
        Module m = new Decoder(bytes).decode();
        Validator.validate(m);
        return m;
    }

    /** A reader of this module's bytes. */
    public ByteReader reader(int from, int to) {
        return new ByteReader(bytes, from, to);
    }

    /** Size of the module in bytes. */
    public int size() {
        return bytes.length;
    }

    /** Copies a part of the module's bytes. */
    public void copyBytes(int from, byte[] target, int at, int length) {
        System.arraycopy(bytes, from, target, at, length);
    }

    /** A copy of a part of the module's bytes. */
    public byte[] bytes(int from, int length) {
        return Arrays.copyOfRange(bytes, from, from + length);
    }

    public List<Section> sections() {
        return sections;
    }

    public List<FuncType> types() {
        return types;
    }

    public List<Import> imports() {
        return imports;
    }

    public int importedFuncs() {
        return importedFuncs;
    }

    public int importedTables() {
        return importedTables;
    }

    public int importedMemories() {
        return importedMemories;
    }

    public int importedGlobals() {
        return importedGlobals;
    }

    /** Number of functions, imported ones included. */
    public int funcCount() {
        return funcTypes.length;
    }

    /** Type index of a function. */
    public int typeIndex(int func) {
        return funcTypes[func];
    }

    /** Type of a function. */
    public FuncType funcType(int func) {
        return types.get(funcTypes[func]);
    }

    /** Body of a function that is not imported. */
    public Body body(int func) {
        return bodies.get(func - importedFuncs);
    }

    public List<TableType> tables() {
        return tables;
    }

    public List<MemoryType> memories() {
        return memories;
    }

    public List<GlobalType> globals() {
        return globals;
    }

    /** The globals that the module itself defines. */
    public List<Global> globalInits() {
        return globalInits;
    }

    public List<Export> exports() {
        return exports;
    }

    /** The export with this name, null if there is none. */
    public @Nullable Export export(String name) {
        for (Export e : exports) {
            if (e.name().equals(name)) {
                return e;
            }
        }
        return null;
    }

    /** Index of the start function, -1 if there is none. */
    public int start() {
        return start;
    }

    public List<ElementSegment> elements() {
        return elements;
    }

    public List<DataSegment> data() {
        return data;
    }

    /** Whether there is a data count section. */
    public boolean hasDataCount() {
        return dataCount >= 0;
    }

    public List<Custom> customs() {
        return customs;
    }

    /** Payload of the first custom section with this name, null if there is none. */
    public byte @Nullable [] custom(String name) {
        for (Custom c : customs) {
            if (c.name().equals(name)) {
                return bytes(c.start(), c.length());
            }
        }
        return null;
    }

    /** Bodies of the functions that are not imported. */
    public List<Body> bodies() {
        return bodies;
    }

    /** All local variables of a function, parameters first. */
    public ValType[] locals(int func) {
        FuncType type = funcType(func);
        Body body = body(func);
        int n = type.params().size();
        for (LocalRun run : body.locals()) {
            n += run.count();
        }
        ValType[] all = type.params().toArray(new ValType[n]);
        int at = type.params().size();
        for (LocalRun run : body.locals()) {
            Arrays.fill(all, at, at + run.count(), run.type());
            at += run.count();
        }
        return all;
    }

    /**
     * SHA-384 over all that generated code and saved frames depend on: types, imports, function types and code, but
     * not memory contents, global values and custom sections. A snapshot has the same hash as its origin.
     */
    public synchronized String codeHash() {
        if (codeHash == null) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-384");
                for (Section s : sections) {
                    if (s.id() == 1 || s.id() == 2 || s.id() == 3 || s.id() == 10) {
                        digest.update((byte) s.id());
                        digest.update(bytes, s.start(), s.length());
                    }
                }
                for (GlobalType g : globals) {
                    digest.update((byte) g.type().code());
                    digest.update((byte) (g.mutable() ? 1 : 0));
                }
                for (TableType t : tables) {
                    digest.update((byte) t.element().code());
                }
                digest.update((byte) memories.size());
                codeHash = HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
        return codeHash;
    }

    /** Name of a function from the name section or its export, null if it has none. */
    public @Nullable String funcName(int func) {
        return names().get(func);
    }

    private synchronized Map<Integer, String> names() {
        if (names == null) {
            names = NameSection.functionNames(this);
        }
        return names;
    }

    /** The UTF-8 bytes of a name. */
    static byte[] utf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }
}
