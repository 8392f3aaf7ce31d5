package io.polywire.wasm.cli;

import io.polywire.wasm.Execution;
import io.polywire.wasm.Extern;
import io.polywire.wasm.Func;
import io.polywire.wasm.Global;
import io.polywire.wasm.Imports;
import io.polywire.wasm.Instance;
import io.polywire.wasm.Limit;
import io.polywire.wasm.LinkException;
import io.polywire.wasm.Memory;
import io.polywire.wasm.Outcome;
import io.polywire.wasm.Table;
import io.polywire.wasm.Trap;
import io.polywire.wasm.Values;
import io.polywire.wasm.module.ExternType.GlobalType;
import io.polywire.wasm.module.ExternType.TableType;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Limits;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.Export;
import io.polywire.wasm.module.Module.Import;
import io.polywire.wasm.module.ModuleException;
import io.polywire.wasm.module.ValType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One specification test script: runs its commands and counts what came of them. */
final class SpecScript {
    /** A command cannot be run because of a feature that is not supported. */
    private static final class Unsupported extends Exception {
        private static final long serialVersionUID = 1L;

        Unsupported(String reason) {
            super(reason);
        }
    }

    /** A command did not do what it should. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure(String reason) {
            super(reason);
        }
    }

    private final Path folder;
    private final boolean interpret;
    private final Imports imports = new Imports();
    private final Set<String> unsupportedNames = new HashSet<>();
    private final Map<String, Instance> instances = new HashMap<>();
    private final Map<String, Module> definitions = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final TreeMap<String, Integer> reasons = new TreeMap<>();
    private @Nullable Instance current;
    private int passed;
    private int skipped;

    SpecScript(Path folder, boolean interpret) {
        this.folder = folder;
        this.interpret = interpret;
        spectest();
    }

    int passed() {
        return passed;
    }

    int skipped() {
        return skipped;
    }

    List<String> failures() {
        return failures;
    }

    /** Why commands were skipped, and how many for each reason. */
    Map<String, Integer> reasons() {
        return reasons;
    }

    private void spectest() {
        Map<String, List<ValType>> prints = Map.of(
                "print", List.of(),
                "print_i32", List.of(ValType.I32),
                "print_i64", List.of(ValType.I64),
                "print_f32", List.of(ValType.F32),
                "print_f64", List.of(ValType.F64),
                "print_i32_f32", List.of(ValType.I32, ValType.F32),
                "print_f64_f64", List.of(ValType.F64, ValType.F64));
        prints.forEach((name, params) ->
                imports.func("spectest", name, new FuncType(params, List.of()), call -> Values.none()));
        global("global_i32", ValType.I32, 666);
        global("global_i64", ValType.I64, 666);
        global("global_f32", ValType.F32, Float.floatToRawIntBits(666.6f));
        global("global_f64", ValType.F64, Double.doubleToRawLongBits(666.6));
        imports.define("spectest", "table", new Table(new TableType(ValType.FUNCREF, new Limits(10, 20L)), 20));
        imports.define("spectest", "memory", new Memory(new Limits(1, 2L), 1 << 20));
    }

    private void global(String name, ValType type, long bits) {
        imports.define("spectest", name, new Global(new GlobalType(type, false), bits, null));
    }

    void run(String json) {
        Map<?, ?> script = map(Json.parse(json));
        for (Object o : list(script.get("commands"))) {
            Map<?, ?> command = map(o);
            String where = command.get("type") + " line " + command.get("line");
            try {
                command(command);
                passed++;
            } catch (Unsupported e) {
                skipped++;
                reasons.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
            } catch (Failure e) {
                failures.add(where + ": " + e.getMessage());
            } catch (IOException | RuntimeException | Error e) {
                failures.add(where + ": " + e);
            }
        }
    }

    private static Map<?, ?> map(@Nullable Object o) {
        if (o instanceof Map<?, ?> m) {
            return m;
        }
        throw new IllegalArgumentException("script: object expected");
    }

    private static List<?> list(@Nullable Object o) {
        return o instanceof List<?> l ? l : List.of();
    }

    private static String text(Map<?, ?> command, String key) {
        return String.valueOf(command.get(key));
    }

    private void command(Map<?, ?> c) throws IOException, Unsupported, Failure {
        switch (text(c, "type")) {
            case "module" -> module(c);
            case "module_definition" -> {
                Module m = supported(c);
                definitions.put(text(c, "name"), m);
            }
            case "module_instance" -> {
                Module m = definitions.get(text(c, "module"));
                if (m == null) {
                    throw new Unsupported("module was not supported");
                }
                instances.put(text(c, "instance"), instantiate(m));
            }
            case "register" -> register(c);
            case "action" -> returned(action(c));
            case "assert_return" -> compare(returned(action(c)), list(c.get("expected")), text(c, "line"));
            case "assert_trap", "assert_exhaustion" -> trapped(action(c).outcome(), text(c, "text"));
            case "assert_exception" -> throw new Unsupported("exception handling");
            case "assert_invalid" -> refused(c, ModuleException.Invalid.class);
            case "assert_malformed" -> refused(c, ModuleException.Malformed.class);
            case "assert_unlinkable" -> unlinkable(c);
            case "assert_uninstantiable" -> uninstantiable(c);
            default -> throw new Unsupported("command " + c.get("type"));
        }
    }

    private Module decode(Map<?, ?> c) throws IOException, Unsupported {
        Object file = c.get("binary_filename");
        if (file == null && "text".equals(c.get("module_type"))) {
            throw new Unsupported("text format");
        }
        return Module.decode(Files.readAllBytes(folder.resolve(file == null ? text(c, "filename") : file.toString())));
    }

    private Module supported(Map<?, ?> c) throws IOException, Unsupported {
        try {
            return decode(c);
        } catch (ModuleException.Unsupported e) {
            throw new Unsupported(feature(e));
        }
    }

    private static String feature(ModuleException.Unsupported e) {
        int comma = e.reason().indexOf(',');
        return comma < 0 ? e.reason() : e.reason().substring(0, comma);
    }

    private void module(Map<?, ?> c) throws IOException, Unsupported, Failure {
        current = null;
        String name = c.get("name") == null ? "" : text(c, "name");
        instances.remove(name);
        current = instantiate(supported(c));
        if (!name.isEmpty()) {
            instances.put(name, current);
        }
    }

    private Instance instantiate(Module m) throws Unsupported {
        needsSupported(m);
        Instance i = new Instance(m, imports, Limit.DEFAULT);
        Execution start = i.start();
        if (start != null) {
            prepare(start).call();
        }
        return i;
    }

    private Execution prepare(Execution e) {
        if (interpret) {
            e.breakpoints().add(0);
        }
        return e;
    }

    private void needsSupported(Module m) throws Unsupported {
        for (Import i : m.imports()) {
            if (unsupportedNames.contains(i.module())) {
                throw new Unsupported("imports an unsupported module");
            }
            if (i.module().equals("spectest") && i.name().equals("table64")) {
                throw new Unsupported("memory64");
            }
        }
    }

    private void register(Map<?, ?> c) throws Unsupported {
        Instance i = c.get("name") == null ? current : instances.get(text(c, "name"));
        if (i == null) {
            unsupportedNames.add(text(c, "as"));
            throw new Unsupported("module was not supported");
        }
        unsupportedNames.remove(text(c, "as"));
        imports.instance(text(c, "as"), i);
    }

    private Instance instance(Map<?, ?> action) throws Unsupported {
        Instance i = action.get("module") == null ? current : instances.get(text(action, "module"));
        if (i == null) {
            throw new Unsupported("module was not supported");
        }
        return i;
    }

    /** What an action did: an execution that has ended, or a global's value as its result. */
    private record Done(@Nullable Outcome outcome, List<ValType> types) {}

    private Done action(Map<?, ?> c) throws Unsupported, Failure {
        Map<?, ?> action = map(c.get("action"));
        Instance i = instance(action);
        Export export = i.module().export(text(action, "field"));
        if (export == null) {
            throw new Failure("no export " + action.get("field"));
        }
        Extern extern = i.extern(export);
        if (extern instanceof Global g) {
            Values v = g.type().type().isRef() ? Values.ofR(g.ref) : Values.ofL(g.bits);
            return new Done(new Outcome.Returned(v), List.of(g.type().type()));
        }
        if (!(extern instanceof Func f)) {
            throw new Failure("not a function");
        }
        List<?> given = list(action.get("args"));
        Values args = Values.of(given.size());
        for (Object a : given) {
            argument(map(a), args);
        }
        Execution e = prepare(new Execution(f, args));
        e.run();
        return new Done(e.outcome(), f.type().results());
    }

    private static void argument(Map<?, ?> arg, Values args) throws Unsupported {
        String value = text(arg, "value");
        switch (text(arg, "type")) {
            case "i32" -> args.addI((int) Long.parseLong(value));
            case "i64" -> args.addL(bits(value));
            case "f32" -> args.addF(Float.intBitsToFloat((int) Long.parseLong(value)));
            case "f64" -> args.addD(Double.longBitsToDouble(bits(value)));
            case "externref", "funcref" -> args.addR(value.equals("null") ? null : value);
            default -> throw new Unsupported("type " + arg.get("type"));
        }
    }

    private static long bits(String value) {
        return value.startsWith("-") ? Long.parseLong(value) : Long.parseUnsignedLong(value);
    }

    private static Done returned(Done done) throws Failure {
        if (!(done.outcome() instanceof Outcome.Returned)) {
            throw new Failure("ended with " + done.outcome());
        }
        return done;
    }

    private static void trapped(@Nullable Outcome outcome, String expected) throws Failure {
        if (!(outcome instanceof Outcome.Trapped t)) {
            throw new Failure("trap '" + expected + "' expected, got " + outcome);
        }
        sameText(t.trap(), expected);
    }

    private static void sameText(Trap trap, String expected) throws Failure {
        String got = trap.kind().text();
        if (!expected.startsWith(got) && !got.startsWith(expected)) {
            throw new Failure("trap '" + expected + "' expected, got '" + got + "'");
        }
    }

    private static void compare(Done done, List<?> expected, String line) throws Failure, Unsupported {
        if (!(done.outcome() instanceof Outcome.Returned r)) {
            throw new Failure("line " + line);
        }
        if (expected.size() != done.types().size()) {
            throw new Failure(expected.size() + " results expected, got " + done.types());
        }
        for (int i = 0; i < expected.size(); i++) {
            Map<?, ?> e = map(expected.get(i));
            if ("either".equals(e.get("type"))) {
                throw new Unsupported("alternatives");
            }
            if (!matches(r.results(), i, done.types().get(i), e)) {
                throw new Failure("expected " + e + ", got "
                        + r.results().box(i, done.types().get(i)));
            }
        }
    }

    private static boolean matches(Values got, int i, ValType type, Map<?, ?> expected) {
        Object value = expected.get("value");
        if (type.isRef()) {
            Object ref = got.getR(i);
            return switch (text(expected, "type")) {
                case "refnull", "nullfuncref", "nullexternref" -> ref == null;
                case "funcref" -> value == null ? ref instanceof Func : value.equals("null") == (ref == null);
                default -> value == null ? ref != null : value.equals("null") ? ref == null : value.equals(ref);
            };
        }
        if (!text(expected, "type").equals(type.toString())) {
            return false;
        }
        String s = String.valueOf(value);
        return switch (type) {
            case I32 -> got.getI(i) == (int) Long.parseLong(s);
            case F32 -> matches32(Float.floatToRawIntBits(got.getF(i)), s);
            case F64 -> matches64(Double.doubleToRawLongBits(got.getD(i)), s);
            default -> got.getL(i) == bits(s);
        };
    }

    private static boolean matches32(int bits, String expected) {
        return switch (expected) {
            case "nan:canonical" -> (bits & 0x7fffffff) == 0x7fc00000;
            case "nan:arithmetic" -> (bits & 0x7fc00000) == 0x7fc00000;
            default -> bits == (int) Long.parseLong(expected);
        };
    }

    private static boolean matches64(long bits, String expected) {
        return switch (expected) {
            case "nan:canonical" -> (bits & Long.MAX_VALUE) == 0x7ff8000000000000L;
            case "nan:arithmetic" -> (bits & 0x7ff8000000000000L) == 0x7ff8000000000000L;
            default -> bits == bits(expected);
        };
    }

    private void refused(Map<?, ?> c, Class<? extends ModuleException> kind) throws IOException, Unsupported, Failure {
        try {
            decode(c);
        } catch (ModuleException.Unsupported e) {
            throw new Unsupported(feature(e));
        } catch (ModuleException e) {
            if (kind.isInstance(e)) {
                return;
            }
            throw new Failure("'" + c.get("text") + "' expected, got " + e.getMessage());
        }
        throw new Failure("'" + c.get("text") + "' expected, but the module was accepted");
    }

    private void unlinkable(Map<?, ?> c) throws IOException, Unsupported, Failure {
        Module m = supported(c);
        needsSupported(m);
        try {
            var _ = new Instance(m, imports, Limit.DEFAULT);
        } catch (LinkException e) {
            return;
        }
        throw new Failure("'" + c.get("text") + "' expected, but the module was linked");
    }

    private void uninstantiable(Map<?, ?> c) throws IOException, Unsupported, Failure {
        try {
            var _ = instantiate(supported(c));
        } catch (Trap t) {
            sameText(t, text(c, "text"));
            return;
        }
        throw new Failure("'" + c.get("text") + "' expected, but the module was instantiated");
    }
}
