package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_VarHandle;
import static java.lang.constant.ConstantDescs.CD_char;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;

import io.polywire.wasm.compile.Operands.Entry;
import io.polywire.wasm.compile.Operands.Place;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Emits loads and stores: accesses of a byte array through constant VarHandles, whose bounds check is the memory's. A
 * memory has fewer than 2^31 bytes, so an address with the sign bit set must fail: an offset is added and the sign bit
 * of the address put back, lest the sum wraps around.
 */
final class MemoryEmitter {
    private final CodeBuilder code;
    private final Operands operands;
    private final Runnable pushMemory;

    MemoryEmitter(CodeBuilder code, Operands operands, Runnable pushMemory) {
        this.code = code;
        this.operands = operands;
        this.pushMemory = pushMemory;
    }

    void load(int op, int offset) {
        int top = operands.size() - 1;
        operands.spill(top);
        switch (op) {
            case 0x2c, 0x2d, 0x30, 0x31 -> {
                pushMemory.run();
                address(top, offset);
                code.baload();
                if (op == 0x2d || op == 0x31) {
                    code.loadConstant(255).iand();
                }
                widen(op);
            }
            case 0x2e, 0x32 -> {
                get("SHORT", CD_short, top, offset);
                widen(op);
            }
            case 0x2f, 0x33 -> {
                get("CHAR", CD_char, top, offset);
                widen(op);
            }
            case 0x29 -> get("LONG", CD_long, top, offset);
            case 0x2a -> {
                get("INT", CD_int, top, offset);
                code.invokestatic(NumericEmitter.CD_FLOAT, "intBitsToFloat", NumericEmitter.I_F);
            }
            case 0x2b -> {
                get("LONG", CD_long, top, offset);
                code.invokestatic(NumericEmitter.CD_DOUBLE, "longBitsToDouble", NumericEmitter.L_D);
            }
            default -> {
                get("INT", CD_int, top, offset);
                widen(op);
                if (op == 0x35) {
                    code.loadConstant(0xffffffffL).land();
                }
            }
        }
        operands.truncate(top);
        operands.push(Op.accessType(op));
    }

    private void widen(int op) {
        if (Op.accessType(op) == ValType.I64) {
            code.i2l();
        }
    }

    private void get(String handle, ClassDesc type, int top, int offset) {
        code.getstatic(Names.MEMORY, handle, CD_VarHandle);
        pushMemory.run();
        address(top, offset);
        code.invokevirtual(CD_VarHandle, "get", MethodTypeDesc.of(type, Names.BYTES, CD_int));
    }

    void store(int op, int offset) {
        int value = operands.size() - 1;
        operands.spill(value - 1);
        switch (op) {
            case 0x3a, 0x3c -> {
                pushMemory.run();
                address(value - 1, offset);
                operands.load(value);
                narrow(op);
                code.bastore();
            }
            case 0x3b, 0x3d -> set("SHORT", CD_short, op, offset);
            case 0x37, 0x39 -> set("LONG", CD_long, op, offset);
            default -> set("INT", CD_int, op, offset);
        }
        operands.truncate(value - 1);
    }

    private void set(String handle, ClassDesc type, int op, int offset) {
        int value = operands.size() - 1;
        code.getstatic(Names.MEMORY, handle, CD_VarHandle);
        pushMemory.run();
        address(value - 1, offset);
        operands.load(value);
        switch (op) {
            case 0x38 ->
                code.invokestatic(NumericEmitter.CD_FLOAT, "floatToRawIntBits", NumericEmitter.descriptor("f>i"));
            case 0x39 ->
                code.invokestatic(NumericEmitter.CD_DOUBLE, "doubleToRawLongBits", NumericEmitter.descriptor("d>l"));
            case 0x3b, 0x3d -> {
                narrow(op);
                code.i2s();
            }
            case 0x3e -> code.l2i();
            default -> {}
        }
        code.invokevirtual(CD_VarHandle, "set", MethodTypeDesc.of(CD_void, Names.BYTES, CD_int, type));
    }

    private void narrow(int op) {
        if (Op.accessType(op) == ValType.I64) {
            code.l2i();
        }
    }

    private void address(int height, int offset) {
        Entry e = operands.get(height);
        if (offset < 0) {
            code.iconst_m1();
        } else if (e.place() == Place.CONST) {
            long sum = (e.value() & 0xffffffffL) + offset;
            code.loadConstant(sum > Integer.MAX_VALUE ? -1 : (int) sum);
        } else {
            operands.load(height);
            if (offset != 0) {
                code.loadConstant(offset).iadd();
                operands.load(height);
                code.loadConstant(Integer.MIN_VALUE).iand().ior();
            }
        }
    }
}
