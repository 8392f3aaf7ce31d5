package io.polywire.gate.program;

import io.polywire.gate.message.Status;
import io.polywire.gate.program.HostFunctions.Definition;
import io.polywire.gate.service.GuestServices;
import io.polywire.wasm.Snapshot;
import io.polywire.wasm.SnapshotException;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ExternType.GlobalType;
import io.polywire.wasm.module.ExternType.MemoryType;
import io.polywire.wasm.module.ExternType.TableType;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.DataSegment;
import io.polywire.wasm.module.Module.Export;
import io.polywire.wasm.module.Module.Import;
import io.polywire.wasm.module.Module.Kind;
import io.polywire.wasm.module.Module.Section;
import io.polywire.wasm.module.ModuleException;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A module that is known to be a good program: decoded, validated, its imports and limits checked. Immutable, to be
 * shared between threads and kept for the next launch (its compiled code is found again by the code's hash, so a second
 * object with the same bytes costs only decoding).
 */
public final class Program {
    private static final Pattern FUNCTION_NAME = Pattern.compile("[A-Za-z0-9-._]{1,31}");
    private static final String START_FUNCTION = "_start";

    private final byte[] bytes;
    private final Module module;
    private final @Nullable SavedState saved;
    private @Nullable String id;

    private Program(byte[] bytes, Module module, @Nullable SavedState saved) {
        this.bytes = bytes;
        this.module = module;
        this.saved = saved;
    }

    /**
     * Checks a module. The array is not copied and must not change afterwards.
     *
     * @throws ProgramException 400 if it is malformed, invalid, or imports what there is not, or is a damaged or foreign
     *     snapshot; 403 if it passes a limit
     */
    public static Program of(byte[] module, ProgramLimits limits) {
        if (module.length > limits.module()) {
            throw new ProgramException(403, "module size limit exceeded");
        }
        try {
            SnapshotReader reader = new SnapshotReader(module);
            SavedState saved = reader.read();
            Program program = new Program(module, Module.decode(reader.module()), saved);
            program.checkImports();
            program.checkLimits(limits);
            program.checkData();
            if (saved != null) {
                program.checkState(saved);
            }
            return program;
        } catch (ModuleException e) {
            throw new ProgramException(400, text(e));
        }
    }

    private static String text(ModuleException e) {
        return switch (e.reason()) {
            case "unexpected end", "length out of bounds" -> "unexpected EOF";
            default -> String.valueOf(e.getMessage());
        };
    }

    private void checkImports() {
        for (Import i : module.imports()) {
            switch (i.type()) {
                case FuncType type -> checkFunction(i, type);
                case GlobalType g -> throw new ProgramException(400, "import global not supported: " + quoted(i));
                case MemoryType m -> throw new ProgramException(400, "import kind not supported: memory");
                case TableType t -> throw new ProgramException(400, "import kind not supported: table");
            }
        }
    }

    private static void checkFunction(Import i, FuncType type) {
        Definition d = HostFunctions.find(i.module(), i.name());
        if (d == null) {
            throw new ProgramException(400, "import function not supported: " + quoted(i));
        }
        if (!d.type().equals(type)) {
            throw new ProgramException(
                    400,
                    "function " + i.module() + "." + i.name() + " " + signature(d.type())
                            + " imported with wrong signature " + signature(type));
        }
    }

    private static String quoted(Import i) {
        return Quote.of(i.module()) + " " + Quote.of(i.name());
    }

    private static String signature(FuncType type) {
        String params = type.params().stream().map(Program::name).collect(Collectors.joining(", ", "(", ")"));
        String results = type.results().stream().map(Program::name).collect(Collectors.joining(", "));
        return results.isEmpty() ? params : params + " " + results;
    }

    private static String name(ValType type) {
        return type.toString();
    }

    private void checkLimits(ProgramLimits limits) {
        for (Section s : module.sections()) {
            if (s.id() == Sections.CODE && s.length() > limits.code()) {
                throw new ProgramException(403, "program code size limit exceeded");
            }
        }
        if (module.memories().size() > 1) {
            throw new ProgramException(400, "multiple memories not supported");
        }
        for (MemoryType m : module.memories()) {
            if (m.limits().min() * Module.PAGE > limits.memory()) {
                throw new ProgramException(403, "initial program memory size exceeds instance memory size limit");
            }
        }
        long elements = 0;
        for (TableType t : module.tables()) {
            elements += t.limits().min();
        }
        if (elements > limits.table()) {
            throw new ProgramException(403, "initial program table size exceeds instance table size limit");
        }
    }

    /** Finds data that is put outside of memory at once, not only when an instance is made. */
    private void checkData() {
        for (DataSegment s : module.data()) {
            if (s.offset() != null) {
                ByteReader in = module.reader(s.offset().start(), s.offset().end());
                if (Op.read(in) == Op.I32_CONST) {
                    long end = Integer.toUnsignedLong(in.s32()) + s.length();
                    long memory = module.memories().get(s.memory()).limits().min() * Module.PAGE;
                    if (Op.read(in) == Op.END && end > memory) {
                        throw new ProgramException(400, "data segment out of memory bounds");
                    }
                }
            }
        }
    }

    private void checkState(SavedState state) {
        try {
            byte[] stack = state.stack();
            if (stack != null) {
                Snapshot.check(module, engineStack(stack));
                int next = nextFunction(stack);
                if (next >= module.funcCount() || (next >= 0 && !isEntry(next))) {
                    throw SavedState.bad("invalid entry function in snapshot");
                }
            }
            if (state.buffer() != null) {
                new GuestServices(Map.of(), null, "").restore(state.buffer());
            }
        } catch (SnapshotException | IllegalArgumentException e) {
            throw SavedState.bad("damaged snapshot: " + e.getMessage());
        }
    }

    /** Index of the function that a snapshot calls when its frames have returned, -1 if there is none. */
    static int nextFunction(byte[] stack) {
        int n = new ByteReader(stack, 0, stack.length).u32();
        return n < 0 ? Integer.MAX_VALUE : n - 1;
    }

    /** The engine's part of a call stack. */
    static byte[] engineStack(byte[] stack) {
        ByteReader in = new ByteReader(stack, 0, stack.length);
        in.u32();
        return Arrays.copyOfRange(stack, in.pos(), stack.length);
    }

    /** The key under which modules are known: SHA-384 of the bytes in base64url without padding, 64 characters. */
    public static String id(byte[] module) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-384").digest(module);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@link #id(byte[])} of this module. */
    public synchronized String id() {
        if (id == null) {
            id = id(bytes);
        }
        return id;
    }

    /** The module itself; not a copy, not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** What runs: the module with its exports visible. */
    Module module() {
        return module;
    }

    /** The state in a snapshot, null if this is none. */
    @Nullable
    SavedState saved() {
        return saved;
    }

    /** What to add to an offset in {@link #module()}'s code so that it is one in {@link #bytes()}. */
    int codeShift() {
        return bytes.length - module.size();
    }

    /** Where the content of the code section begins in {@link #bytes()}; 0 if there is none. */
    int codeAt() {
        for (Section s : module.sections()) {
            if (s.id() == Sections.CODE) {
                return s.start() + codeShift();
            }
        }
        return 0;
    }

    // ---- entry functions

    private boolean isEntry(int func) {
        FuncType type = module.funcType(func);
        return type.params().isEmpty()
                && (type.results().isEmpty() || type.results().equals(List.of(ValType.I32)));
    }

    /** Index of the entry function that is exported under a name, -1 if there is none. */
    private int entry(String name) {
        Export e = module.export(name);
        return e != null && e.kind() == Kind.FUNC && isEntry(e.index()) ? e.index() : -1;
    }

    private static ProgramException notExported() {
        return new ProgramException(404, "function not exported or it cannot be used as entry function");
    }

    private static void checkName(String function) {
        if (!FUNCTION_NAME.matcher(function).matches()) {
            throw new ProgramException(400, "invalid function name: " + Quote.of(function));
        }
    }

    /**
     * Checks whether a function may be asked for at launch or call.
     *
     * @param function name, null or empty for none
     * @throws ProgramException 404 if not, 400 if the name is no function name at all
     */
    public void checkEntry(@Nullable String function) {
        launchEntry(function);
    }

    /** Index of the function to run at launch, -1 if there is none. */
    int launchEntry(@Nullable String function) {
        String name = function == null ? "" : function;
        boolean named = !name.isEmpty();
        if (named) {
            checkName(name);
        }
        if (saved != null && (saved.isSuspended() || saved.isFinal())) {
            if (named) {
                throw new ProgramException(404, "entry function may not be specified for suspended program");
            }
            return -1;
        }
        if (saved != null) {
            return named ? resumeEntry(name) : -1;
        }
        boolean other = named && !name.equals(START_FUNCTION);
        int start = entry(START_FUNCTION);
        if (start >= 0 && other) {
            throw new ProgramException(404, "entry function may not be specified for program with _start function");
        }
        return other ? resumeEntry(name) : start;
    }

    /** Index of the function to run in a halted instance. */
    int resumeEntry(String function) {
        checkName(function);
        int index = entry(function);
        if (index < 0) {
            throw notExported();
        }
        return index;
    }

    /** Whether an instance of it that is launched with action {@code suspend} is SUSPENDED; otherwise it is HALTED. */
    public boolean startsSuspended() {
        return saved == null ? entry(START_FUNCTION) >= 0 : saved.isSuspended();
    }

    /** Whether it is a snapshot of an instance. */
    public boolean isSnapshot() {
        return saved != null;
    }

    /** The end state of a final snapshot, into which it launches without running; null for everything else. */
    public @Nullable Status finalStatus() {
        return saved != null && saved.isFinal() ? saved.status() : null;
    }
}
