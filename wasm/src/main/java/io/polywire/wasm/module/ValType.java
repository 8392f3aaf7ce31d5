package io.polywire.wasm.module;

import org.jspecify.annotations.Nullable;

/** Value types (specification 5.3). Vector types and typed references are not supported. */
public enum ValType {
    I32(0x7f),
    I64(0x7e),
    F32(0x7d),
    F64(0x7c),
    FUNCREF(0x70),
    EXTERNREF(0x6f);

    private final int code;

    ValType(int code) {
        this.code = code;
    }

    /** The byte that stands for this type in the binary format. */
    public int code() {
        return code;
    }

    /** Whether values of this type are references. */
    public boolean isRef() {
        return this == FUNCREF || this == EXTERNREF;
    }

    /** Whether the JVM needs two local variable slots for a value. */
    public boolean isWide() {
        return this == I64 || this == F64;
    }

    /** The type with this code, null if there is none. */
    public static @Nullable ValType of(int code) {
        return switch (code) {
            case 0x7f -> I32;
            case 0x7e -> I64;
            case 0x7d -> F32;
            case 0x7c -> F64;
            case 0x70 -> FUNCREF;
            case 0x6f -> EXTERNREF;
            default -> null;
        };
    }

    /** The name in the text format. */
    @Override
    public String toString() {
        return switch (this) {
            case I32 -> "i32";
            case I64 -> "i64";
            case F32 -> "f32";
            case F64 -> "f64";
            case FUNCREF -> "funcref";
            case EXTERNREF -> "externref";
        };
    }
}
