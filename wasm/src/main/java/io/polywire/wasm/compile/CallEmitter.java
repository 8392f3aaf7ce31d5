package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** Calls, direct, of imports and through tables, and tail calls. */
final class CallEmitter {
    /** Bytes of code of a call, at least. */
    private static final int CALL = 6;

    private final JvmMethod method;
    private final CodeBuilder code;
    private final Operands operands;
    private final ByteReader in;
    private final SuspendEmitter suspend;
    private final ControlEmitter control;

    /** Where the function begins anew when it calls itself in tail position. */
    private final Label self;

    CallEmitter(JvmMethod method, ByteReader in, SuspendEmitter suspend, ControlEmitter control) {
        this.method = method;
        this.code = method.code;
        this.operands = method.operands;
        this.in = in;
        this.suspend = suspend;
        this.control = control;
        this.self = code.newLabel();
    }

    /** Marks where tail calls of the function itself go. */
    void bindSelf() {
        code.labelBinding(self);
        if (method.analysis.selfTail()) {
            suspend.poll(0, 1);
        }
    }

    void emit(int op, int at) {
        method.line(at);
        boolean direct = op == Op.CALL || op == Op.RETURN_CALL;
        int index = in.u32();
        int table = direct ? 0 : in.u32();
        FuncType callee =
                direct ? method.module.funcType(index) : method.module.types().get(index);
        if (op == Op.RETURN_CALL && index == method.func) {
            selfTailCall();
        } else if (op == Op.RETURN_CALL || op == Op.RETURN_CALL_INDIRECT) {
            tailCall(direct, index, table, callee);
        } else {
            call(direct, index, table, callee, at);
        }
    }

    private void call(boolean direct, int index, int table, FuncType callee, int at) {
        method.emits(CALL);
        int args = callee.params().size() + (direct ? 0 : 1);
        int height = operands.size() - args;
        operands.settle();
        operands.spillBelow(height);
        operands.prepare(args);
        int type = method.owner.canonical(direct ? method.module.typeIndex(index) : index);
        ClassDesc target = Names.adapter(type);
        MethodTypeDesc viaFunc = Names.method(callee, Names.FUNC, Names.INSTANCE, CD_int);
        Label start = suspend.startSite(at, true, height);
        if (!direct) {
            method.needAdapter(type);
            resolve(table, index);
            code.aload(method.instance).iload(method.depth).invokestatic(target, "call", viaFunc);
        } else if (index < method.module.importedFuncs()) {
            method.needAdapter(type);
            function(index);
            code.aload(method.instance).iload(method.depth).invokestatic(target, "call", viaFunc);
        } else {
            code.aload(method.instance).iload(method.depth);
            code.invokestatic(method.owner.groupOf(index), "f" + index, Names.function(callee));
        }
        suspend.endSite(start, at, true, height);
        method.loadMemory();
        results(callee.results());
    }

    /** Puts a function object on the JVM stack. */
    private void function(int index) {
        code.aload(method.instance).loadConstant(index);
        code.invokestatic(Names.RT, "func", MethodTypeDesc.of(Names.FUNC, Names.INSTANCE, CD_int));
    }

    /** Looks a function up; the index in the table is on the JVM stack. */
    private void resolve(int table, int typeIndex) {
        code.aload(method.instance).loadConstant(table).loadConstant(typeIndex);
        code.invokestatic(Names.RT, "indirect", MethodTypeDesc.of(Names.FUNC, CD_int, Names.INSTANCE, CD_int, CD_int));
    }

    private void results(List<ValType> results) {
        if (results.size() == 1) {
            operands.push(results.get(0));
        } else if (results.size() > 1) {
            code.astore(method.temp);
            for (int i = 0; i < results.size(); i++) {
                ValType t = results.get(i);
                code.aload(method.temp)
                        .loadConstant(i)
                        .invokevirtual(Names.VALUES, "get" + Names.letter(t), MethodTypeDesc.of(Names.desc(t), CD_int))
                        .storeLocal(Names.kind(t), operands.slot(operands.size()));
                operands.pushSlot(t);
            }
        }
    }

    private void selfTailCall() {
        int n = method.type.params().size();
        operands.prepare(n);
        for (int i = n - 1; i >= 0; i--) {
            code.storeLocal(Names.kind(method.locals[i]), method.slots[i]);
        }
        operands.popStack(0);
        method.clearLocals();
        code.goto_(self);
        control.reachable(false);
    }

    private void tailCall(boolean direct, int index, int table, FuncType callee) {
        int n = callee.params().size();
        operands.spill(operands.size() - n - (direct ? 0 : 1));
        if (direct) {
            function(index);
        } else {
            operands.prepare(1);
            resolve(table, index);
        }
        code.astore(method.temp);
        control.pack(n);
        code.aload(method.temp).checkcast(Names.FUNC).aload(method.instance);
        code.invokestatic(Names.RT, "tailCall", MethodTypeDesc.of(CD_void, Names.VALUES, Names.FUNC, Names.INSTANCE));
        operands.popStack(0);
        List<ValType> results = method.type.results();
        if (method.resuming() || results.size() > 1) {
            code.aconst_null().areturn();
        } else if (results.isEmpty()) {
            code.return_();
        } else {
            Bits.zero(code, results.get(0));
            code.return_(Names.kind(results.get(0)));
        }
        control.reachable(false);
    }
}
