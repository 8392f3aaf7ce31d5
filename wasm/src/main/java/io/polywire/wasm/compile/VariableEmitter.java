package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import io.polywire.wasm.compile.Operands.Entry;
import io.polywire.wasm.compile.Operands.Place;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.constant.MethodTypeDesc;

/** Locals, globals, constants and references. */
final class VariableEmitter {
    private final JvmMethod method;
    private final CodeBuilder code;
    private final Operands operands;
    private final ByteReader in;

    VariableEmitter(JvmMethod method, ByteReader in) {
        this.method = method;
        this.code = method.code;
        this.operands = method.operands;
        this.in = in;
    }

    /** Emits an instruction; false if it is none of these. */
    boolean emit(int op) {
        switch (op) {
            case Op.DROP -> {
                operands.popStack(operands.size() - 1);
                operands.truncate(operands.size() - 1);
            }
            case Op.SELECT -> select();
            case Op.SELECT_T -> {
                Op.skipImmediates(in, op);
                select();
            }
            case Op.LOCAL_GET -> {
                operands.settle();
                int i = in.u32();
                operands.pushLocal(method.locals[i], i);
            }
            case Op.LOCAL_SET -> setLocal(in.u32());
            case Op.LOCAL_TEE -> {
                int i = in.u32();
                setLocal(i);
                operands.pushLocal(method.locals[i], i);
            }
            case Op.GLOBAL_GET -> globalGet(in.u32());
            case Op.GLOBAL_SET -> globalSet(in.u32());
            case Op.I32_CONST -> constant(ValType.I32, in.s32());
            case Op.I64_CONST -> constant(ValType.I64, in.s64());
            case Op.F32_CONST -> constant(ValType.F32, in.fixed32());
            case Op.F64_CONST -> constant(ValType.F64, in.fixed64());
            case Op.REF_NULL -> {
                ValType t = ValType.of(in.u8());
                constant(t == null ? ValType.EXTERNREF : t, 0);
            }
            case Op.REF_IS_NULL -> {
                operands.prepare(1);
                operands.pushCondition(Opcode.IFNULL);
            }
            case Op.REF_FUNC -> {
                operands.settle();
                code.aload(method.instance).loadConstant(in.u32());
                code.invokestatic(Names.RT, "refFunc", MethodTypeDesc.of(CD_Object, Names.INSTANCE, CD_int));
                operands.push(ValType.FUNCREF);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void constant(ValType t, long bits) {
        operands.settle();
        operands.pushConst(t, bits);
    }

    private void setLocal(int local) {
        Entry top = operands.peek(0);
        if (top.place() == Place.LOCAL && top.value() == local) {
            operands.truncate(operands.size() - 1);
            return;
        }
        operands.settle();
        operands.detach(local);
        operands.prepare(1);
        code.storeLocal(Names.kind(method.locals[local]), method.slots[local]);
        if (method.part != null && !method.part.isLeaf()) {
            method.save(local);
        }
    }

    private void select() {
        int n = operands.size();
        if (operands.peek(1).place() == Place.STACK || operands.peek(2).place() == Place.STACK) {
            operands.spill(n - 3);
        }
        Opcode jump = operands.popCondition();
        Label no = code.newLabel();
        Label done = code.newLabel();
        ValType t = operands.peek(0).type();
        code.branch(Operands.inverse(jump), no);
        operands.load(n - 3);
        code.goto_(done).labelBinding(no);
        operands.load(n - 2);
        code.labelBinding(done);
        operands.truncate(n - 3);
        operands.push(t);
    }

    private void globalCell(int index) {
        code.aload(method.instance)
                .getfield(Names.INSTANCE, "globals", Names.GLOBAL.arrayType())
                .loadConstant(index)
                .aaload();
    }

    private void globalGet(int index) {
        operands.settle();
        ValType t = method.module.globals().get(index).type();
        globalCell(index);
        if (t.isRef()) {
            code.getfield(Names.GLOBAL, "ref", CD_Object);
        } else {
            code.getfield(Names.GLOBAL, "bits", CD_long);
            Bits.from(code, t);
        }
        operands.push(t);
    }

    private void globalSet(int index) {
        ValType t = method.module.globals().get(index).type();
        int top = operands.size() - 1;
        operands.spill(top);
        globalCell(index);
        operands.load(top);
        operands.truncate(top);
        if (t.isRef()) {
            code.putfield(Names.GLOBAL, "ref", CD_Object);
            return;
        }
        Bits.to(code, t);
        code.putfield(Names.GLOBAL, "bits", CD_long);
    }
}
