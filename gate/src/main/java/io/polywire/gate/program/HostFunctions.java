package io.polywire.gate.program;

import io.polywire.wasm.HostCall;
import io.polywire.wasm.HostFunction;
import io.polywire.wasm.Imports;
import io.polywire.wasm.Values;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ValType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions that programs can import: module {@code gate}, WASI under both of its names, and the same in module
 * {@code env} with prefixes.
 */
final class HostFunctions {
    /** What a function does; the result counts only if it has one. */
    @FunctionalInterface
    interface Body {
        int call(Abi abi, HostCall call);
    }

    /** A function with its type. */
    record Definition(FuncType type, Body body) {
        /** @param params a letter for each parameter: i for i32, l for i64 */
        static Definition of(String params, boolean result, Body body) {
            List<ValType> types = new ArrayList<>();
            params.chars().forEach(c -> types.add(c == 'l' ? ValType.I64 : ValType.I32));
            return new Definition(new FuncType(types, result ? List.of(ValType.I32) : List.of()), body);
        }

        HostFunction bind(Abi abi) {
            return type.results().isEmpty() ? c -> none(abi, c) : c -> Values.ofI(body.call(abi, c));
        }

        private Values none(Abi abi, HostCall c) {
            body.call(abi, c);
            return Values.none();
        }
    }

    private static final long MIN_PACKET = 65536;
    private static final Map<String, Definition> STABLE = new HashMap<>();
    private static final Map<String, Definition> UNSTABLE = new HashMap<>();
    private static final Definition FD = Definition.of("", true, (abi, c) -> WasiFunctions.GATE_FD);
    private static final Definition IO = Definition.of("iiiiiii", false, HostFunctions::io);

    static {
        WasiFunctions.define(STABLE, 64);
        WasiFunctions.define(UNSTABLE, 56);
    }

    private HostFunctions() {}

    /** The function that an import means, null if there is none. */
    static @Nullable Definition find(String module, String field) {
        return switch (module) {
            case "gate" -> gate(field);
            case "wasi_snapshot_preview1" -> STABLE.get(field);
            case "wasi_unstable" -> UNSTABLE.get(field);
            case "env" ->
                field.startsWith("__gate_")
                        ? gate(field.substring(7))
                        : field.startsWith("__wasi_") ? STABLE.get(field.substring(7)) : null;
            default -> null;
        };
    }

    private static @Nullable Definition gate(String field) {
        int underscore = field.indexOf('_');
        if (underscore < 0 || !isPacketSize(field.substring(underscore + 1))) {
            return null;
        }
        return switch (field.substring(0, underscore)) {
            case "fd" -> FD;
            case "io" -> IO;
            default -> null;
        };
    }

    /** A decimal number without leading zeros, 65536 to 2^32 - 1. */
    private static boolean isPacketSize(String s) {
        if (s.isEmpty() || s.length() > 10 || s.charAt(0) == '0') {
            return false;
        }
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) < '0' || s.charAt(i) > '9') {
                return false;
            }
        }
        long n = Long.parseLong(s);
        return n >= MIN_PACKET && n <= 0xffffffffL;
    }

    /** The functions that a module imports, for one program. All are known to exist. */
    static Imports imports(Module module, Abi abi) {
        Imports imports = new Imports();
        for (Module.Import i : module.imports()) {
            Definition d = find(i.module(), i.name());
            if (d != null) {
                imports.func(i.module(), i.name(), d.type, d.bind(abi));
            }
        }
        return imports;
    }

    /** io(recv, recvlen, nrecv_ptr, send, sendlen, nsent_ptr, flags). */
    private static int io(Abi abi, HostCall c) {
        int receiveVectors = c.i32(1);
        int sendVectors = c.i32(4);
        if ((c.i32(6) & 1) != 0) {
            abi.await(c, true, sendVectors != 0);
        }
        int sent = sendVectors == 0 ? 0 : abi.send(c.memory(), c.i32(3), sendVectors);
        store(c, 5, sent);
        int received = receiveVectors == 0 ? 0 : abi.receive(c.memory(), c.i32(0), receiveVectors);
        store(c, 2, received);
        return 0;
    }

    private static void store(HostCall c, int argument, int value) {
        int address = c.i32(argument);
        if (address != 0) {
            c.memory().i32(address, value);
        }
    }
}
