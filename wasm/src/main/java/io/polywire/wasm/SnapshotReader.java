package io.polywire.wasm;

import io.polywire.wasm.compile.ModuleCode;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.ModuleException;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import io.polywire.wasm.module.Validator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the call stack of a {@link Snapshot} and checks that every frame fits the code, whoever wrote it. */
final class SnapshotReader {
    /** Largest stack budget that is accepted, in words. */
    private static final int MAX_STACK_WORDS = 1 << 24;

    /** Arguments of a call, with the index of an indirect one. */
    private static final int MAX_ARGS = 1001;

    /** A frame as read; its values are read once their types are known. */
    private record Raw(int func, int offset, boolean awaiting, int count, int at) {}

    private final Module module;
    private final byte[] section;
    private final List<Raw> raws = new ArrayList<>();
    private final Map<Integer, Map<Integer, List<ValType>>> operands = new HashMap<>();
    private int stackWords;
    private long fuel;

    SnapshotReader(Module module, byte[] section) {
        this.module = module;
        this.section = section;
    }

    private static SnapshotException damaged(String what) {
        return new SnapshotException("damaged snapshot: " + what);
    }

    /** Reads and checks everything. */
    void check() {
        try {
            ByteReader in = new ByteReader(section, 0, section.length);
            int version = in.u32();
            if (version != Snapshot.VERSION) {
                throw new SnapshotException("snapshot of format " + Integer.toUnsignedString(version)
                        + ", this engine reads " + Snapshot.VERSION);
            }
            int at = in.pos();
            in.skip(48);
            if (!HexFormat.of()
                    .formatHex(Arrays.copyOfRange(section, at, at + 48))
                    .equals(module.codeHash())) {
                throw damaged("its stack belongs to other code");
            }
            stackWords = in.u32();
            fuel = in.s64();
            if (stackWords < 0 || stackWords > MAX_STACK_WORDS) {
                throw damaged("stack budget of " + Integer.toUnsignedString(stackWords) + " words");
            }
            int count = in.count(4);
            for (int i = 0; i < count; i++) {
                raws.add(raw(in));
            }
            if (!in.atEnd()) {
                throw damaged("bytes behind the last frame");
            }
            checkFrames();
        } catch (ModuleException.Malformed e) {
            throw damaged(e.reason());
        }
    }

    private Raw raw(ByteReader in) {
        int func = in.u32();
        int offset = in.u32();
        int awaiting = in.u8();
        if (Integer.compareUnsigned(func, module.funcCount()) >= 0 || awaiting > 1) {
            throw damaged("frame of function " + Integer.toUnsignedString(func));
        }
        int count = in.count(1);
        Raw raw = new Raw(func, offset, awaiting == 1, count, in.pos());
        for (int i = 0; i < count; i++) {
            in.s64();
        }
        return raw;
    }

    private void checkFrames() {
        Map<Integer, Map<Integer, Integer>> wanted = new HashMap<>();
        for (Raw r : raws) {
            if (r.func >= module.importedFuncs() && (r.offset != 0 || r.awaiting)) {
                Body body = module.body(r.func);
                if (r.offset < 0 || r.offset >= body.size()) {
                    throw damaged("offset " + Integer.toUnsignedString(r.offset) + " in function " + r.func);
                }
                wanted.computeIfAbsent(r.func, f -> new HashMap<>())
                        .merge(body.start() + r.offset, r.count + MAX_ARGS, Math::max);
            }
        }
        wanted.forEach((func, offsets) -> operands.put(func, Validator.operandsAt(module, func, offsets)));
        long words = 0;
        for (int i = 0; i < raws.size(); i++) {
            words += checkFrame(raws.get(i), i + 1 < raws.size() ? raws.get(i + 1) : null);
        }
        if (words > stackWords + (long) ModuleCode.frameCost(50_000)) {
            throw damaged("frames take " + words + " words of a stack of " + stackWords);
        }
    }

    private int checkFrame(Raw r, @Nullable Raw callee) {
        if (r.awaiting != (callee != null)) {
            throw damaged("function " + r.func + (r.awaiting ? " waits for a call" : " does not wait for its call"));
        }
        List<ValType> types = types(r);
        if (types == null || types.size() != r.count) {
            throw damaged("frame of function " + r.func + " at " + r.offset + " does not fit the code");
        }
        if (callee != null) {
            FuncType called = callee(module, r.func, r.offset);
            if (called == null
                    || !called.results().equals(module.funcType(callee.func).results())) {
                throw damaged("function " + r.func + " at " + r.offset + " cannot have called " + callee.func);
            }
        }
        ByteReader in = new ByteReader(section, r.at, section.length);
        for (ValType t : types) {
            long v = in.s64();
            boolean fits = t.isRef()
                    ? v >= 0 && v <= module.funcCount() && (t == ValType.FUNCREF || v == 0)
                    : t.isWide() || v == (int) v;
            if (!fits) {
                throw damaged("value of type " + t + " in the frame of function " + r.func);
            }
        }
        return ModuleCode.frameCost(Math.min(localCount(r), types.size()));
    }

    private int localCount(Raw r) {
        return r.func < module.importedFuncs() || (r.offset == 0 && !r.awaiting)
                ? module.funcType(r.func).params().size()
                : module.locals(r.func).length;
    }

    private @Nullable List<ValType> types(Raw r) {
        if (r.func < module.importedFuncs() || (r.offset == 0 && !r.awaiting)) {
            return r.offset == 0 ? module.funcType(r.func).params() : null;
        }
        Map<Integer, List<ValType>> known = operands.get(r.func);
        List<ValType> stack =
                known == null ? null : known.get(module.body(r.func).start() + r.offset);
        return types(module, r.func, r.offset, r.awaiting, stack);
    }

    /** Types of all values of a frame; null if the code has no such point. */
    static @Nullable List<ValType> types(Module module, int func, int offset, boolean awaiting, int size) {
        if (func < module.importedFuncs() || (offset == 0 && !awaiting)) {
            return module.funcType(func).params();
        }
        int at = module.body(func).start() + offset;
        Map<Integer, Integer> wanted = Map.of(at, size + MAX_ARGS);
        return types(
                module,
                func,
                offset,
                awaiting,
                Validator.operandsAt(module, func, wanted).get(at));
    }

    private static @Nullable List<ValType> types(
            Module module, int func, int offset, boolean awaiting, @Nullable List<ValType> stack) {
        if (stack == null) {
            return null;
        }
        int n = stack.size();
        if (awaiting) {
            FuncType called = callee(module, func, offset);
            if (called == null) {
                return null;
            }
            n -= called.params().size() + (isIndirect(module, func, offset) ? 1 : 0);
        }
        List<ValType> types = new ArrayList<>(Arrays.asList(module.locals(func)));
        types.addAll(stack.subList(0, n));
        return types;
    }

    private static boolean isIndirect(Module module, int func, int offset) {
        Body body = module.body(func);
        return Op.read(module.reader(body.start() + offset, body.end())) == Op.CALL_INDIRECT;
    }

    /** Type of the function that the instruction at an offset calls, null if it is no call. */
    private static @Nullable FuncType callee(Module module, int func, int offset) {
        Body body = module.body(func);
        ByteReader in = module.reader(body.start() + offset, body.end());
        return switch (Op.read(in)) {
            case Op.CALL -> module.funcType(in.u32());
            case Op.CALL_INDIRECT -> module.types().get(in.u32());
            default -> null;
        };
    }

    /** The suspended program; null if there is none. Only after {@link #check}. */
    @Nullable
    Execution execution(Instance instance) {
        if (raws.isEmpty()) {
            return null;
        }
        List<Frame> frames = new ArrayList<>();
        for (Raw r : raws) {
            List<ValType> types = types(r);
            if (types == null) {
                throw damaged("frame");
            }
            ByteReader in = new ByteReader(section, r.at, section.length);
            long[] bits = new long[r.count];
            @Nullable Object[] refs = new Object[r.count];
            for (int i = 0; i < r.count; i++) {
                long v = in.s64();
                if (!types.get(i).isRef()) {
                    bits[i] = v;
                } else if (v > 0) {
                    refs[i] = instance.func((int) v - 1);
                }
            }
            frames.add(Frame.of(instance, r.func, r.offset, r.awaiting, localCount(r), bits, refs));
        }
        return new Execution(instance, frames).stack(stackWords * 8).fuel(fuel);
    }
}
