package io.polywire.wasm.module;

import io.polywire.wasm.module.Module.Custom;
import io.polywire.wasm.module.Module.Export;
import io.polywire.wasm.module.Module.Kind;
import java.util.HashMap;
import java.util.Map;

/** Function names for backtraces (specification appendix, "Name Section"). Damaged sections are ignored. */
final class NameSection {
    private static final int FUNCTION_NAMES = 1;

    private NameSection() {}

    static Map<Integer, String> functionNames(Module module) {
        Map<Integer, String> names = new HashMap<>();
        for (Export e : module.exports()) {
            if (e.kind() == Kind.FUNC) {
                names.putIfAbsent(e.index(), e.name());
            }
        }
        for (Custom c : module.customs()) {
            if (c.name().equals("name")) {
                read(module.reader(c.start(), c.start() + c.length()), names);
            }
        }
        return names;
    }

    private static void read(ByteReader in, Map<Integer, String> names) {
        try {
            while (!in.atEnd()) {
                int id = in.u8();
                int next = in.length() + in.pos();
                if (id == FUNCTION_NAMES) {
                    for (int n = in.count(2); n > 0; n--) {
                        int func = in.u32();
                        names.put(func, in.name());
                    }
                }
                in.seek(next);
            }
        } catch (ModuleException.Malformed damaged) {
            // names serve people only; what was read so far is good enough
        }
    }
}
