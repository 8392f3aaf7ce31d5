package io.polywire.wasm.compile;

import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ValType;
import java.lang.constant.ClassDesc;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The generated classes of a module, made when they are first needed:
 *
 * <ul>
 *   <li>{@code Gn}: a group of functions that follow each other, a static method each
 *   <li>{@code Sn}: an interface with a method that calls a function of the n-th type; groups implement it
 *   <li>{@code An}: an {@link Adapter} for the n-th type, and the way of calls through tables and of imports
 *   <li>{@code Rf_o}: a {@link Resumer} for function f, offset o
 * </ul>
 *
 * <p>Shared by all instances of modules with the same code. Thread-safe: the JVM's class loading lock guards
 * generation.
 */
public final class ModuleCode {
    private static final int GROUP_FUNCS = 12;
    private static final int GROUP_BYTES = 4 * 1024;

    private record Key(String hash, boolean metered, long budget, int methodBytes) {}

    /** Most bytes of code of a method that the JVM compiles, unless told otherwise; tests set less. */
    static volatile int methodBytes = 8000;

    private static final Map<Key, SoftReference<ModuleCode>> CACHE = new ConcurrentHashMap<>();

    private final Module module;
    private final boolean metered;
    private final int hugeMethod;
    private final int[] canonical;
    private final int[] groupOf;
    private final int[] groupStart;
    private final BitSet interpreted = new BitSet();
    private final BitSet compact = new BitSet();
    private final BitSet namedAdapters = new BitSet();
    private final Map<Integer, Part> parts = new ConcurrentHashMap<>();
    private final @Nullable Analysis[] analyses;
    private final @Nullable Object[] groups;
    private final @Nullable Adapter[] adapters;
    private final Map<Long, Resumer> resumers = new ConcurrentHashMap<>();
    private final Map<Integer, Object> decoded = new ConcurrentHashMap<>();
    private final AtomicLong budget;
    private final boolean usesRefs;
    private final CodeLoader loader;

    private ModuleCode(Module module, boolean metered, long budget) {
        this.module = module;
        this.metered = metered;
        this.budget = new AtomicLong(budget);
        this.hugeMethod = methodBytes;
        this.canonical = canonicalTypes(module);
        int n = module.funcCount() - module.importedFuncs();
        this.analyses = new Analysis[n];
        this.groupOf = new int[n];
        List<Integer> starts = new ArrayList<>();
        int bytes = 0;
        for (int i = 0; i < n; i++) {
            int size = module.body(module.importedFuncs() + i).size();
            boolean full = bytes + size > GROUP_BYTES || (!starts.isEmpty() && i - starts.getLast() >= GROUP_FUNCS);
            if (starts.isEmpty() || full) {
                starts.add(i);
                bytes = 0;
            }
            bytes += size;
            groupOf[i] = starts.size() - 1;
        }
        starts.add(n);
        this.groupStart = starts.stream().mapToInt(Integer::intValue).toArray();
        this.groups = new Object[groupStart.length];
        this.adapters = new Adapter[canonical.length];
        this.usesRefs = usesRefs(module);
        this.loader = new CodeLoader(this);
    }

    /**
     * The code of a module, shared with other modules whose code is the same.
     *
     * @param metered whether the code counts fuel
     * @param budget about how many bytes of code may be made
     */
    public static ModuleCode of(Module module, boolean metered, long budget) {
        Key key = new Key(module.codeHash(), metered, budget, methodBytes);
        SoftReference<ModuleCode> known = CACHE.get(key);
        ModuleCode code = known == null ? null : known.get();
        if (code == null) {
            code = new ModuleCode(module, metered, budget);
            CACHE.values().removeIf(r -> r.get() == null);
            CACHE.put(key, new SoftReference<>(code));
        }
        return code;
    }

    private static int[] canonicalTypes(Module module) {
        Map<FuncType, Integer> first = new HashMap<>();
        int[] canonical = new int[module.types().size()];
        for (int i = 0; i < canonical.length; i++) {
            Integer same = first.putIfAbsent(module.types().get(i), i);
            canonical[i] = same == null ? i : same;
        }
        return canonical;
    }

    private static boolean usesRefs(Module module) {
        return !module.tables().isEmpty()
                || module.types().stream()
                        .anyMatch(t -> t.params().stream().anyMatch(ValType::isRef)
                                || t.results().stream().anyMatch(ValType::isRef))
                || module.globals().stream().anyMatch(g -> g.type().isRef())
                || !module.elements().isEmpty()
                || module.bodies().stream()
                        .anyMatch(
                                x -> x.locals().stream().anyMatch(l -> l.type().isRef()));
    }

    /** What a call takes from the stack budget: words of 8 bytes. */
    public static int frameCost(int locals) {
        return 8 + locals;
    }

    Module module() {
        return module;
    }

    /** Whether the code counts fuel. */
    public boolean metered() {
        return metered;
    }

    /** Whether there are references in the module at all. */
    public boolean usesRefs() {
        return usesRefs;
    }

    /** Index of the first type that equals the given one. */
    int canonical(int type) {
        return canonical[type];
    }

    ClassDesc groupOf(int func) {
        return Names.group(groupOf[func - module.importedFuncs()]);
    }

    /** Functions of a group, from the first to before the last. */
    int[] groupRange(int group) {
        int base = module.importedFuncs();
        return new int[] {base + groupStart[group], base + groupStart[group + 1]};
    }

    int groupCount() {
        return groupStart.length - 1;
    }

    /** Analysis of a function of the module. */
    public Analysis analysis(int func) {
        int i = func - module.importedFuncs();
        Analysis a = analyses[i];
        if (a == null) {
            a = Analysis.of(module, func);
            analyses[i] = a;
        }
        return a;
    }

    /** What may still be spent on code, in units of about a byte. */
    AtomicLong budget() {
        return budget;
    }

    /** Whether no more code is to be made. */
    boolean isExhausted() {
        return budget.get() <= 0;
    }

    /** Whether a function is left to the interpreter: too large for the JVM, or past what may be compiled. */
    public boolean isInterpreted(int func) {
        int n = groupOf[func - module.importedFuncs()];
        if ((groups[n] == null && isExhausted()) || analysis(func).wide()) {
            return true;
        }
        group(func);
        synchronized (interpreted) {
            return interpreted.get(func);
        }
    }

    /** Whether a function is compiled for size. */
    boolean isCompact(int func) {
        synchronized (interpreted) {
            return compact.get(func);
        }
    }

    /** Size of methods, in bytes of code, past which functions are divided. */
    int hugeMethod() {
        return hugeMethod;
    }

    /** The whole of a function that is divided into parts, null if it is not. */
    @Nullable
    Part parts(int func) {
        return parts.get(func);
    }

    /**
     * Divides a function if that is possible.
     *
     * @param times how often it was divided already, into parts that turned out too large
     */
    boolean split(int func, int times) {
        Part whole = analysis(func).selfTail() || analysis(func).tailCalls()
                ? null
                : Splitter.split(module, func, hugeMethod >> times);
        if (whole == null) {
            return false;
        }
        parts.put(func, whole);
        return true;
    }

    void compact(int func) {
        parts.remove(func);
        synchronized (interpreted) {
            compact.set(func);
        }
    }

    void interpret(int func) {
        synchronized (interpreted) {
            interpreted.set(func);
        }
    }

    boolean isMarked(int func) {
        synchronized (interpreted) {
            return interpreted.get(func);
        }
    }

    /** Whether a type's adapter is named for the first time. */
    boolean isNewAdapter(int type) {
        synchronized (namedAdapters) {
            boolean known = namedAdapters.get(type);
            namedAdapters.set(type);
            return !known;
        }
    }

    /** The object of the group that a function belongs to. */
    public Object group(int func) {
        int n = groupOf[func - module.importedFuncs()];
        Object group = groups[n];
        if (group == null) {
            group = loader.create(Names.group(n));
            groups[n] = group;
        }
        return group;
    }

    /** The adapter for a function's type. */
    public Adapter adapter(int func) {
        int type = canonical[module.typeIndex(func)];
        Adapter adapter = adapters[type];
        if (adapter == null) {
            adapter = (Adapter) loader.create(Names.adapter(type));
            adapters[type] = adapter;
        }
        return adapter;
    }

    /** Continues a function at a loop; null if that is left to the interpreter. */
    public @Nullable Resumer resumer(int func, int offset) {
        long key = (long) func << 32 | offset;
        Resumer r = resumers.get(key);
        if (r == null && !isInterpreted(func)) {
            r = resumers.computeIfAbsent(key, k -> loader.resumer(func, offset));
        }
        return r instanceof CodeLoader.Impossible ? null : r;
    }

    /** What the interpreter has made of a function, or what it makes now. */
    public <T> T interpreterCode(int func, Class<T> type, IntFunction<T> make) {
        return type.cast(decoded.computeIfAbsent(func, make::apply));
    }

    /** Generates all classes now, for tests and for warming up. */
    public void generateAll() {
        for (int g = 0; g < groupCount(); g++) {
            group(groupRange(g)[0]);
        }
    }

    @Override
    public String toString() {
        return "code of " + module.codeHash().substring(0, 12) + Arrays.toString(groupStart);
    }
}
