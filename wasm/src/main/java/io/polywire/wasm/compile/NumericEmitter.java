package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Emits numeric instructions. What the JVM does differently (division overflow, NaN bits, unsigned conversions) is in
 * {@link io.polywire.wasm.Num}; everything else is one JVM instruction or an intrinsic method.
 */
final class NumericEmitter {
    static final ClassDesc CD_INTEGER = ClassDesc.of("java.lang.Integer");
    static final ClassDesc CD_LONG_BOX = ClassDesc.of("java.lang.Long");
    static final ClassDesc CD_FLOAT = ClassDesc.of("java.lang.Float");
    static final ClassDesc CD_DOUBLE = ClassDesc.of("java.lang.Double");
    static final MethodTypeDesc I_F = MethodTypeDesc.of(CD_float, CD_int);
    static final MethodTypeDesc L_D = MethodTypeDesc.of(CD_double, CD_long);
    private static final MethodTypeDesc I_I = MethodTypeDesc.of(CD_int, CD_int);
    private static final MethodTypeDesc II_I = MethodTypeDesc.of(CD_int, CD_int, CD_int);
    private static final MethodTypeDesc L_I = MethodTypeDesc.of(CD_int, CD_long);
    private static final MethodTypeDesc LL_I = MethodTypeDesc.of(CD_int, CD_long, CD_long);
    private static final MethodTypeDesc LL_L = MethodTypeDesc.of(CD_long, CD_long, CD_long);
    private static final MethodTypeDesc LI_L = MethodTypeDesc.of(CD_long, CD_long, CD_int);

    private final CodeBuilder code;

    private final Operands operands;

    NumericEmitter(CodeBuilder code, Operands operands) {
        this.code = code;
        this.operands = operands;
    }

    /** Whether the instruction can trap. */
    static boolean traps(int op) {
        return (op >= 0x6d && op <= 0x70)
                || (op >= 0x7f && op <= 0x82)
                || (op >= 0xa8 && op <= 0xab)
                || (op >= 0xae && op <= 0xb1);
    }

    void emit(int op) {
        if (op == Op.I32_EQZ) {
            if (operands.isCondition()) {
                operands.negate();
            } else {
                operands.prepare(1);
                operands.pushCondition(Opcode.IFEQ);
            }
            return;
        }
        String signature = Op.signature(op);
        int arrow = signature.indexOf('>');
        ValType result = Op.letter(signature.charAt(arrow + 1));
        operands.prepare(arrow);
        if (op <= 0x66) {
            compare(op);
            return;
        }
        if (op <= 0x78) {
            int32(op);
        } else if (op <= 0x8a) {
            int64(op);
        } else if (op <= 0xa6) {
            floating(op);
        } else {
            convert(op, signature);
        }
        operands.push(result);
    }

    private void compare(int op) {
        if (op == Op.I64_EQZ) {
            code.lconst_0().lcmp();
            operands.pushCondition(Opcode.IFEQ);
        } else if (op < Op.I64_EQZ) {
            compare32(op - 0x46);
        } else if (op <= 0x5a) {
            compare64(op - 0x51);
        } else {
            boolean wide = op >= 0x61;
            compareFloat((op - 0x5b) % 6, wide);
        }
    }

    private void compare32(int n) {
        switch (n) {
            case 0 -> operands.pushCondition(Opcode.IF_ICMPEQ);
            case 1 -> operands.pushCondition(Opcode.IF_ICMPNE);
            default -> {
                boolean unsigned = n % 2 == 1;
                if (unsigned) {
                    code.invokestatic(CD_INTEGER, "compareUnsigned", II_I);
                }
                operands.pushCondition(
                        switch (n) {
                            case 2 -> Opcode.IF_ICMPLT;
                            case 3 -> Opcode.IFLT;
                            case 4 -> Opcode.IF_ICMPGT;
                            case 5 -> Opcode.IFGT;
                            case 6 -> Opcode.IF_ICMPLE;
                            case 7 -> Opcode.IFLE;
                            case 8 -> Opcode.IF_ICMPGE;
                            default -> Opcode.IFGE;
                        });
            }
        }
    }

    private void compare64(int n) {
        if (n >= 2 && n % 2 == 1) {
            code.invokestatic(CD_LONG_BOX, "compareUnsigned", LL_I);
        } else {
            code.lcmp();
        }
        operands.pushCondition(
                switch (n) {
                    case 0 -> Opcode.IFEQ;
                    case 1 -> Opcode.IFNE;
                    case 2, 3 -> Opcode.IFLT;
                    case 4, 5 -> Opcode.IFGT;
                    case 6, 7 -> Opcode.IFLE;
                    default -> Opcode.IFGE;
                });
    }

    /** The comparison yields 1 or -1 for NaN, whichever makes the condition false and its negation true. */
    private void compareFloat(int n, boolean wide) {
        boolean less = n == 2 || n == 4;
        Opcode compare = wide ? (less ? Opcode.DCMPG : Opcode.DCMPL) : (less ? Opcode.FCMPG : Opcode.FCMPL);
        code.with(OperatorInstruction.of(compare));
        operands.pushCondition(
                switch (n) {
                    case 0 -> Opcode.IFEQ;
                    case 1 -> Opcode.IFNE;
                    case 2 -> Opcode.IFLT;
                    case 3 -> Opcode.IFGT;
                    case 4 -> Opcode.IFLE;
                    default -> Opcode.IFGE;
                });
    }

    private void int32(int op) {
        switch (op) {
            case 0x67 -> code.invokestatic(CD_INTEGER, "numberOfLeadingZeros", I_I);
            case 0x68 -> code.invokestatic(CD_INTEGER, "numberOfTrailingZeros", I_I);
            case 0x69 -> code.invokestatic(CD_INTEGER, "bitCount", I_I);
            case 0x6a -> code.iadd();
            case 0x6b -> code.isub();
            case 0x6c -> code.imul();
            case 0x6d -> code.invokestatic(Names.NUM, "div", II_I);
            case 0x6e -> code.invokestatic(CD_INTEGER, "divideUnsigned", II_I);
            case 0x6f -> code.irem();
            case 0x70 -> code.invokestatic(CD_INTEGER, "remainderUnsigned", II_I);
            case 0x71 -> code.iand();
            case 0x72 -> code.ior();
            case 0x73 -> code.ixor();
            case 0x74 -> code.ishl();
            case 0x75 -> code.ishr();
            case 0x76 -> code.iushr();
            case 0x77 -> code.invokestatic(CD_INTEGER, "rotateLeft", II_I);
            default -> code.invokestatic(CD_INTEGER, "rotateRight", II_I);
        }
    }

    private void int64(int op) {
        switch (op) {
            case 0x79 ->
                code.invokestatic(CD_LONG_BOX, "numberOfLeadingZeros", L_I).i2l();
            case 0x7a ->
                code.invokestatic(CD_LONG_BOX, "numberOfTrailingZeros", L_I).i2l();
            case 0x7b -> code.invokestatic(CD_LONG_BOX, "bitCount", L_I).i2l();
            case 0x7c -> code.ladd();
            case 0x7d -> code.lsub();
            case 0x7e -> code.lmul();
            case 0x7f -> code.invokestatic(Names.NUM, "div", LL_L);
            case 0x80 -> code.invokestatic(CD_LONG_BOX, "divideUnsigned", LL_L);
            case 0x81 -> code.lrem();
            case 0x82 -> code.invokestatic(CD_LONG_BOX, "remainderUnsigned", LL_L);
            case 0x83 -> code.land();
            case 0x84 -> code.lor();
            case 0x85 -> code.lxor();
            case 0x86 -> code.l2i().lshl();
            case 0x87 -> code.l2i().lshr();
            case 0x88 -> code.l2i().lushr();
            case 0x89 -> code.l2i().invokestatic(CD_LONG_BOX, "rotateLeft", LI_L);
            default -> code.l2i().invokestatic(CD_LONG_BOX, "rotateRight", LI_L);
        }
    }

    private void floating(int op) {
        boolean wide = op >= 0x99;
        switch (wide ? op - 0x99 : op - 0x8b) {
            case 1 -> {
                if (wide) {
                    code.dneg();
                } else {
                    code.fneg();
                }
            }
            case 7 -> {
                if (wide) {
                    code.dadd();
                } else {
                    code.fadd();
                }
            }
            case 8 -> {
                if (wide) {
                    code.dsub();
                } else {
                    code.fsub();
                }
            }
            case 9 -> {
                if (wide) {
                    code.dmul();
                } else {
                    code.fmul();
                }
            }
            case 10 -> {
                if (wide) {
                    code.ddiv();
                } else {
                    code.fdiv();
                }
            }
            default -> method(op, Op.signature(op));
        }
    }

    private void method(int op, String signature) {
        String name = switch (op >= 0x99 ? op - 0x99 : op - 0x8b) {
            case 0 -> "abs";
            case 2 -> "ceil";
            case 3 -> "floor";
            case 4 -> "trunc";
            case 5 -> "nearest";
            case 6 -> "sqrt";
            case 11 -> "min";
            case 12 -> "max";
            default -> "copysign";
        };
        code.invokestatic(Names.NUM, name, descriptor(signature));
    }

    static MethodTypeDesc descriptor(String signature) {
        int arrow = signature.indexOf('>');
        ClassDesc[] params = new ClassDesc[arrow];
        for (int i = 0; i < arrow; i++) {
            params[i] = Names.desc(Op.letter(signature.charAt(i)));
        }
        return MethodTypeDesc.of(Names.desc(Op.letter(signature.charAt(arrow + 1))), params);
    }

    private void convert(int op, String signature) {
        switch (op) {
            case 0xa7 -> code.l2i();
            case 0xac -> code.i2l();
            case 0xad -> code.i2l().loadConstant(0xffffffffL).land();
            case 0xb2 -> code.i2f();
            case 0xb3 -> code.i2l().loadConstant(0xffffffffL).land().l2f();
            case 0xb4 -> code.l2f();
            case 0xb6 -> code.d2f();
            case 0xb7 -> code.i2d();
            case 0xb8 -> code.i2l().loadConstant(0xffffffffL).land().l2d();
            case 0xb9 -> code.l2d();
            case 0xbb -> code.f2d();
            case 0xbc -> code.invokestatic(CD_FLOAT, "floatToRawIntBits", MethodTypeDesc.of(CD_int, CD_float));
            case 0xbd -> code.invokestatic(CD_DOUBLE, "doubleToRawLongBits", MethodTypeDesc.of(CD_long, CD_double));
            case 0xbe -> code.invokestatic(CD_FLOAT, "intBitsToFloat", I_F);
            case 0xbf -> code.invokestatic(CD_DOUBLE, "longBitsToDouble", L_D);
            case 0xc0 -> code.i2b();
            case 0xc1 -> code.i2s();
            case 0xc2 -> code.l2i().i2b().i2l();
            case 0xc3 -> code.l2i().i2s().i2l();
            case 0xc4 -> code.l2i().i2l();
            case 0xfc00 -> code.f2i();
            case 0xfc02 -> code.d2i();
            case 0xfc04 -> code.f2l();
            case 0xfc06 -> code.d2l();
            default -> code.invokestatic(Names.NUM, conversion(op), descriptor(signature));
        }
    }

    /** Name of the method of Num for a conversion without a JVM instruction of its own. */
    private static String conversion(int op) {
        return switch (op) {
            case 0xa8, 0xaa -> "truncI";
            case 0xa9, 0xab -> "truncUI";
            case 0xae, 0xb0 -> "truncL";
            case 0xaf, 0xb1 -> "truncUL";
            case 0xb5 -> "unsignedToFloat";
            case 0xba -> "unsignedToDouble";
            case 0xfc01, 0xfc03 -> "satUI";
            case 0xfc05, 0xfc07 -> "satUL";
            default -> throw new IllegalStateException("opcode " + Integer.toHexString(op));
        };
    }
}
