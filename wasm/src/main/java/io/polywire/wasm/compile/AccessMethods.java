package io.polywire.wasm.compile;

import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_char;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;

import io.polywire.wasm.module.Op;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.TreeSet;

/**
 * Loads and stores of functions that are compiled for size: calls of small methods in the same class, one for each
 * instruction and offset, which take a third of the code of {@link MemoryEmitter}'s.
 */
final class AccessMethods {
    private record Method(int op, int offset) implements Comparable<Method> {
        String name() {
            return "m" + Integer.toHexString(op) + "_" + Integer.toUnsignedString(offset);
        }

        MethodTypeDesc type() {
            ClassDesc value = Names.desc(Op.accessType(op));
            return op >= Op.I32_STORE
                    ? MethodTypeDesc.of(CD_void, CD_int, value, Names.INSTANCE)
                    : MethodTypeDesc.of(value, CD_int, Names.INSTANCE);
        }

        @Override
        public int compareTo(Method other) {
            int c = Integer.compare(op, other.op);
            return c != 0 ? c : Integer.compare(offset, other.offset);
        }
    }

    private final ClassDesc owner;
    private final TreeSet<Method> used = new TreeSet<>();

    AccessMethods(ClassDesc owner) {
        this.owner = owner;
    }

    /** Emits an access of the first memory. */
    void access(CodeBuilder code, Operands operands, int instance, int op, int offset) {
        Method m = new Method(op, offset);
        used.add(m);
        operands.prepare(op >= Op.I32_STORE ? 2 : 1);
        code.aload(instance).invokestatic(owner, m.name(), m.type());
        if (op < Op.I32_STORE) {
            operands.push(Op.accessType(op));
        }
    }

    /** Adds the methods that were used to the class. */
    void emit(ClassBuilder cb) {
        for (Method m : used) {
            cb.withMethodBody(m.name(), m.type(), ACC_PRIVATE | ACC_STATIC, code -> {
                if (m.op >= Op.I32_STORE) {
                    store(code, m);
                } else {
                    load(code, m);
                }
            });
        }
    }

    private static void load(CodeBuilder code, Method m) {
        code.iload(0);
        switch (m.op) {
            case 0x2c, 0x2d, 0x30, 0x31 -> load(code, m, "loadByte", CD_byte);
            case 0x2e, 0x32 -> load(code, m, "loadShort", CD_short);
            case 0x2f, 0x33 -> load(code, m, "loadChar", CD_char);
            case 0x29, 0x2b -> load(code, m, "loadLong", CD_long);
            default -> load(code, m, "loadInt", CD_int);
        }
        switch (m.op) {
            case 0x2a -> code.invokestatic(NumericEmitter.CD_FLOAT, "intBitsToFloat", NumericEmitter.I_F);
            case 0x2b -> code.invokestatic(NumericEmitter.CD_DOUBLE, "longBitsToDouble", NumericEmitter.L_D);
            case 0x2d -> code.loadConstant(255).iand();
            case 0x31 -> code.loadConstant(255).iand().i2l();
            case 0x30, 0x32, 0x33, 0x34 -> code.i2l();
            case 0x35 -> code.i2l().loadConstant(0xffffffffL).land();
            default -> {}
        }
        code.return_(Names.kind(Op.accessType(m.op)));
    }

    private static void load(CodeBuilder code, Method m, String name, ClassDesc type) {
        code.loadConstant(m.offset).aload(1);
        code.invokestatic(Names.ACCESS, name, MethodTypeDesc.of(type, CD_int, CD_int, Names.INSTANCE));
    }

    private static void store(CodeBuilder code, Method m) {
        code.iload(0).loadLocal(Names.kind(Op.accessType(m.op)), 1);
        switch (m.op) {
            case 0x38 ->
                code.invokestatic(NumericEmitter.CD_FLOAT, "floatToRawIntBits", NumericEmitter.descriptor("f>i"));
            case 0x39 ->
                code.invokestatic(NumericEmitter.CD_DOUBLE, "doubleToRawLongBits", NumericEmitter.descriptor("d>l"));
            case 0x3c, 0x3d, 0x3e -> code.l2i();
            default -> {}
        }
        String name = switch (Op.accessWidth(m.op)) {
            case 0 -> "storeByte";
            case 1 -> "storeShort";
            case 2 -> "storeInt";
            default -> "storeLong";
        };
        ClassDesc value = Op.accessWidth(m.op) == 3 ? CD_long : CD_int;
        code.loadConstant(m.offset).aload(Op.accessType(m.op).isWide() ? 3 : 2);
        code.invokestatic(Names.ACCESS, name, MethodTypeDesc.of(CD_void, CD_int, value, CD_int, Names.INSTANCE));
        code.return_();
    }
}
