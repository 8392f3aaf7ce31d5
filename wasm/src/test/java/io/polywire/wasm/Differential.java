package io.polywire.wasm;

import io.polywire.wasm.Execution.State;
import io.polywire.wasm.compile.Division;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.Export;
import io.polywire.wasm.module.Module.Kind;
import io.polywire.wasm.module.ValType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import run.endive.runtime.ExportFunction;
import run.endive.wasm.InvalidException;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;

/**
 * Runs all exported functions of a module in four ways: compiled, interpreted, with suspensions and moves through
 * snapshots at random polls, and by another engine. What they return, and the memory and globals at the end, must be
 * equal.
 */
final class Differential {
    private final byte[] bytes;
    private final Module module;
    private final long seed;
    private final Limit limit;
    private int suspensions;

    Differential(byte[] bytes, long seed) {
        this.bytes = bytes;
        this.module = Module.decode(bytes);
        this.seed = seed;
        this.limit = new Limit(Limit.DEFAULT.memoryBytes(), Limit.DEFAULT.tableElements(), (seed & 1) != 0);
    }

    /** How often the program was suspended. */
    int suspensions() {
        return suspensions;
    }

    private List<Export> functions() {
        return module.exports().stream()
                .filter(e -> e.kind() == Kind.FUNC)
                .filter(e -> numeric(module.funcType(e.index())))
                .toList();
    }

    private static boolean numeric(FuncType t) {
        return t.params().stream().noneMatch(ValType::isRef)
                && t.results().stream().noneMatch(ValType::isRef);
    }

    private static long[] arguments(FuncType type, Random random) {
        return type.params().stream()
                .mapToLong(t -> {
                    long v = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(20) - 4;
                    return t.isWide() ? v : (int) v;
                })
                .toArray();
    }

    private static Values values(FuncType type, long[] args) {
        Values v = Values.of(args.length);
        for (int i = 0; i < args.length; i++) {
            v.add(type.params().get(i), args[i], null);
        }
        return v;
    }

    private static String text(FuncType type, Execution e) {
        if (e.outcome() instanceof Outcome.Returned r) {
            StringBuilder s = new StringBuilder();
            for (int i = 0; i < type.results().size(); i++) {
                s.append(' ').append(r.results().bits(i));
            }
            return s.toString();
        }
        if (e.outcome() instanceof Outcome.Trapped t) {
            return t.trap().kind() == Trap.Kind.CALL_STACK_EXHAUSTED ? "stack" : "trap";
        }
        return String.valueOf(e.outcome());
    }

    private static String state(Instance instance) {
        StringBuilder s = new StringBuilder();
        for (Memory m : instance.memories) {
            s.append(" memory ").append(m.pages()).append(' ').append(Arrays.hashCode(m.bytes));
        }
        for (Global g : instance.globals) {
            s.append(g.type().type().isRef() ? "" : " " + g.bits);
        }
        return s.toString();
    }

    /** Results of all calls, in order, and the final state. */
    List<String> compiled() {
        Random random = new Random(seed);
        List<String> log = new ArrayList<>();
        Instance instance = new Instance(module, new Imports(), limit);
        for (Export e : functions()) {
            FuncType type = module.funcType(e.index());
            Execution x = new Execution(instance.func(e.index()), values(type, arguments(type, random)));
            x.run();
            log.add(text(type, x) + " fuel " + x.fuel());
        }
        log.add(state(instance));
        return log;
    }

    List<String> interpreted() {
        Random random = new Random(seed);
        List<String> log = new ArrayList<>();
        Instance instance = new Instance(module, new Imports(), limit);
        for (Export e : functions()) {
            FuncType type = module.funcType(e.index());
            Execution x = new Execution(instance.func(e.index()), values(type, arguments(type, random)));
            x.breakpoints().add(0);
            x.run();
            log.add(text(type, x) + " fuel " + x.fuel());
        }
        log.add(state(instance));
        return log;
    }

    List<String> suspended() {
        Random random = new Random(seed);
        Random moments = new Random(seed + 1);
        List<String> log = new ArrayList<>();
        Instance instance = new Instance(module, new Imports(), limit);
        for (Export e : functions()) {
            FuncType type = module.funcType(e.index());
            Execution x = new Execution(instance.func(e.index()), values(type, arguments(type, random)));
            x.suspendAfter(moments.nextInt(6));
            while (x.run() == State.SUSPENDED) {
                suspensions++;
                if (moments.nextInt(4) != 0) {
                    byte[] saved = Snapshot.save(x, Map.of());
                    Snapshot.Restored r = Snapshot.restore(Module.decode(saved), new Imports(), limit);
                    instance = r.instance();
                    Execution moved = r.execution();
                    if (moved == null) {
                        throw new AssertionError("no execution in the snapshot");
                    }
                    x = moved;
                }
                x.suspendAfter(moments.nextInt(moments.nextInt(3) == 0 ? 200 : 5));
            }
            log.add(text(type, x) + " fuel " + x.fuel());
        }
        log.add(state(instance));
        return log;
    }

    /** The same calls by the other engine's interpreter; the state is of ours, for comparison of the calls only. */
    List<String> endive() {
        Random random = new Random(seed);
        List<String> log = new ArrayList<>();
        run.endive.runtime.Instance instance = run.endive.runtime.Instance.builder(Parser.parse(bytes))
                .withStart(false)
                .build();
        for (Export e : functions()) {
            FuncType type = module.funcType(e.index());
            ExportFunction f = instance.export(e.name());
            long[] args = arguments(type, random);
            try {
                long[] results = f.apply(args);
                StringBuilder s = new StringBuilder();
                for (int i = 0; i < type.results().size(); i++) {
                    ValType t = type.results().get(i);
                    s.append(' ').append(t.isWide() ? results[i] : (int) results[i]);
                }
                log.add(s.toString());
            } catch (WasmEngineException t) {
                log.add(String.valueOf(t.getMessage()).contains("stack") ? "stack" : "trap");
            }
        }
        return log;
    }

    /** Names, in hexadecimal, and arguments of all calls, a line each. */
    String calls() {
        Random random = new Random(seed);
        StringBuilder s = new StringBuilder();
        for (Export e : functions()) {
            s.append(HexFormat.of().formatHex(e.name().getBytes(StandardCharsets.UTF_8)));
            for (long a : arguments(module.funcType(e.index()), random)) {
                s.append(' ').append(a);
            }
            s.append('\n');
        }
        return s.toString();
    }

    /** What the calls return, without the state at the end. */
    List<String> results() {
        List<String> all = compiled();
        return all.subList(0, all.size() - 1).stream()
                .map(s -> s.substring(0, s.indexOf(" fuel ")))
                .toList();
    }

    /** Compares all ways; null if they agree, else what differs. */
    String difference() {
        List<String> expected;
        try {
            expected = compiled();
        } catch (Trap atStart) {
            return "";
        }
        if (expected.stream().anyMatch(s -> s.startsWith("stack"))) {
            return "";
        }
        List<String> interpreted = interpreted();
        if (!expected.equals(interpreted)) {
            return "compiled " + expected + "\ninterpreted " + interpreted;
        }
        List<String> suspended = suspended();
        if (!expected.equals(suspended)) {
            return "compiled " + expected + "\nsuspended " + suspended;
        }
        for (int bytes : new int[] {160, 600}) {
            List<String> divided = Division.into(bytes, this::compiled);
            if (!expected.equals(divided)) {
                return "compiled " + expected + "\ndivided at " + bytes + " " + divided;
            }
            List<String> both = Division.into(bytes, this::suspended);
            if (!expected.equals(both)) {
                return "compiled " + expected + "\ndivided and suspended " + both;
            }
        }
        List<String> other;
        try {
            other = endive();
        } catch (IndexOutOfBoundsException | InvalidException fault) {
            return ""; // its tail calls, and functions that only exports declare, have faults of their own
        }
        List<String> calls = expected.subList(0, expected.size() - 1).stream()
                .map(s -> s.substring(0, s.indexOf(" fuel ")))
                .toList();
        return calls.equals(other) ? "" : "compiled " + calls + "\nendive " + other;
    }
}
