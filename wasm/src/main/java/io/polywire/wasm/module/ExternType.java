package io.polywire.wasm.module;

/** Type of something that is imported or exported (specification 2.3.11). */
public sealed interface ExternType
        permits FuncType, ExternType.TableType, ExternType.MemoryType, ExternType.GlobalType {
    /** A table of references. */
    record TableType(ValType element, Limits limits) implements ExternType {}

    /** A linear memory. */
    record MemoryType(Limits limits) implements ExternType {}

    /** A global variable. */
    record GlobalType(ValType type, boolean mutable) implements ExternType {}
}
