package io.polywire.wasm.module;

import java.util.List;

/** Type of a function: parameters and results in order (specification 2.3.5). */
public record FuncType(List<ValType> params, List<ValType> results) implements ExternType {
    public FuncType {
        params = List.copyOf(params);
        results = List.copyOf(results);
    }

    /** As {@code (i32 i32) -> (i64)}. */
    @Override
    public String toString() {
        return list(params) + " -> " + list(results);
    }

    private static String list(List<ValType> types) {
        StringBuilder s = new StringBuilder("(");
        for (ValType t : types) {
            s.append(s.length() == 1 ? "" : " ").append(t);
        }
        return s.append(')').toString();
    }
}
