package io.polywire.wasm.compile;

import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;

/** Numbers as the 64 bits that they have in globals and in arrays of locals. References stay as they are. */
final class Bits {
    private Bits() {}

    /** Turns the number on the JVM stack into its bits. */
    static void to(CodeBuilder code, ValType t) {
        switch (t) {
            case I32 -> code.i2l();
            case F32 ->
                code.invokestatic(NumericEmitter.CD_FLOAT, "floatToRawIntBits", NumericEmitter.descriptor("f>i"))
                        .i2l();
            case F64 ->
                code.invokestatic(NumericEmitter.CD_DOUBLE, "doubleToRawLongBits", NumericEmitter.descriptor("d>l"));
            default -> {}
        }
    }

    /** Turns bits on the JVM stack into a number. */
    static void from(CodeBuilder code, ValType t) {
        switch (t) {
            case I32 -> code.l2i();
            case F32 -> code.l2i().invokestatic(NumericEmitter.CD_FLOAT, "intBitsToFloat", NumericEmitter.I_F);
            case F64 -> code.invokestatic(NumericEmitter.CD_DOUBLE, "longBitsToDouble", NumericEmitter.L_D);
            default -> {}
        }
    }

    /** Puts a type's first value on the JVM stack. */
    static void zero(CodeBuilder code, ValType t) {
        switch (t) {
            case I32 -> code.iconst_0();
            case I64 -> code.lconst_0();
            case F32 -> code.fconst_0();
            case F64 -> code.dconst_0();
            case FUNCREF, EXTERNREF -> code.aconst_null();
        }
    }
}
