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
    private int[] locals = {};

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

    /** Local variables of "main", as types in the binary format. */
    TestModule locals(int... types) {
        locals = types;
        return this;
    }

    /** A program that computes for a while: "main" returns 0 if it has got the right result after so many rounds. */
    static byte[] busy(int rounds) {
        long factor = 6364136223846793005L;
        long addend = 1442695040888963407L;
        long x = 0;
        for (int i = 0; i < rounds; i++) {
            x = x * factor + addend;
        }
        return new TestModule()
                .locals(0x7e, 0x7f)
                .i32(rounds)
                .op(0x21, 1) // local.set 1
                .op(0x03, 0x40) // loop
                .op(0x20, 0) // local.get 0
                .i64(factor)
                .op(0x7e) // i64.mul
                .i64(addend)
                .op(0x7c, 0x21, 0) // i64.add, local.set 0
                .op(0x20, 1) // local.get 1
                .i32(1)
                .op(0x6b, 0x22, 1, 0x0d, 0, 0x0b) // i32.sub, local.tee 1, br_if 0, end
                .op(0x20, 0) // local.get 0
                .i64(x)
                .op(0x52) // i64.ne
                .bytes();
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
        ByteWriter body = new ByteWriter().u32(locals.length);
        for (int type : locals) {
            body.u8(1).u8(type);
        }
        body.bytes(code.toBytes()).u8(0x0b);
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
