package io.polywire.gate.program;

import io.polywire.wasm.module.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/** Makes small modules: imported functions, a memory of one page with data at 0, and one function, "main" () -> i32. */
final class TestModule {
    private record Import(String module, String name, String params, boolean result) {}

    private final List<Import> imports = new ArrayList<>();
    private final ByteWriter code = new ByteWriter();
    private byte[] data = {};

    TestModule imports(String module, String name, String params, boolean result) {
        imports.add(new Import(module, name, params, result));
        return this;
    }

    TestModule data(byte[] bytes) {
        data = bytes;
        return this;
    }

    TestModule i32(int v) {
        code.u8(0x41).s64(v);
        return this;
    }

    TestModule i64(long v) {
        code.u8(0x42).s64(v);
        return this;
    }

    TestModule call(int import_) {
        code.u8(0x10).u32(import_);
        return this;
    }

    TestModule op(int... bytes) {
        for (int b : bytes) {
            code.u8(b);
        }
        return this;
    }

    byte[] bytes() {
        ByteWriter types = new ByteWriter().u32(imports.size() + 1);
        ByteWriter list = new ByteWriter().u32(imports.size());
        types.u8(0x60).u8(0).u8(1).u8(0x7f);
        for (int i = 0; i < imports.size(); i++) {
            Import m = imports.get(i);
            types.u8(0x60).u32(m.params.length());
            m.params.chars().forEach(c -> types.u8(c == 'l' ? 0x7e : 0x7f));
            types.u32(m.result ? 1 : 0);
            if (m.result) {
                types.u8(0x7f);
            }
            list.name(m.module).name(m.name).u8(0).u32(i + 1);
        }
        ByteWriter body = new ByteWriter().u8(0).bytes(code.toBytes()).u8(0x0b);
        ByteWriter w = new ByteWriter().fixed(0x6d736100, 4).fixed(1, 4).section(1, types);
        if (!imports.isEmpty()) {
            w.section(2, list);
        }
        w.section(3, new ByteWriter().u8(1).u8(0));
        w.section(5, new ByteWriter().u8(1).u8(0).u8(1));
        w.section(7, new ByteWriter().u8(1).name("main").u8(0).u32(imports.size()));
        w.section(10, new ByteWriter().u8(1).u32(body.size()).bytes(body.toBytes()));
        w.section(
                11,
                new ByteWriter()
                        .u8(1)
                        .u8(0)
                        .u8(0x41)
                        .u8(0)
                        .u8(0x0b)
                        .u32(data.length)
                        .bytes(data));
        return w.toBytes();
    }
}
