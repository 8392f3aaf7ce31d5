package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.Module.Body;
import io.polywire.wasm.module.Op;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles one function to the body of a static method {@code f(params..., Instance, int depth)}.
 *
 * <pre>
 *   if (depth &lt; instance.limit) Rt.entry(..)      stack exhausted, or somebody wants the program's attention
 *   depth -= cost
 *   loop:  if ((count -= weight) &lt;= 0) count = Rt.poll(..)
 *   call:  g(args..., instance, depth)            what lies below the arguments is in variables
 *   ...
 *   handlers:  catch (Suspend s) { frame = s.at(point); frame.add(operands) ; goto save }
 *   save:  frame.add(locals); throw frame.end(instance, function)
 * </pre>
 *
 * <p>A suspension thus unwinds the JVM stack and leaves one frame per function behind, innermost first. A method of
 * the same shape that starts with loading a frame and jumping to a loop continues a function there: the "resume
 * method", made only for loops in which a resumed program spends its time. Everything between is done by the
 * interpreter, which uses the same frames.
 *
 * <p>This class goes through the instructions; the emitters know what becomes of them: {@link NumericEmitter},
 * {@link MemoryEmitter}, {@link VariableEmitter}, {@link ControlEmitter}, {@link CallEmitter}, and {@link SuspendEmitter}
 * for all that has to do with stopping. Of a divided function, {@link PartEmitter} does what holds the parts together.
 */
final class FunctionCompiler {
    /** Units that an instruction takes, and operands under it that make one more to look through. */
    private static final int INSTRUCTION = 4;

    private static final int OPERANDS = 8;

    /** Bytes of code of a load or store, at least. */
    private static final int ACCESS = 4;

    private final JvmMethod method;
    private final CodeBuilder code;
    private final Operands operands;
    private final AccessMethods methods;
    private final ByteReader in;
    private final NumericEmitter numeric;
    private final VariableEmitter variables;
    private final SuspendEmitter suspend;
    private final ControlEmitter control;
    private final CallEmitter calls;
    private final PartEmitter parts;

    /**
     * Prepares for one method.
     *
     * @param methods collects the methods that loads and stores of large functions need in their class
     */
    FunctionCompiler(JvmMethod method, AccessMethods methods) {
        this.method = method;
        this.code = method.code;
        this.operands = method.operands;
        this.methods = methods;
        Body body = method.module.body(method.func);
        this.in = method.module.reader(body.start(), body.end());
        numeric = new NumericEmitter(code, operands);
        variables = new VariableEmitter(method, in);
        suspend = new SuspendEmitter(method);
        control = new ControlEmitter(method, in, suspend);
        calls = new CallEmitter(method, in, suspend, control);
        parts = new PartEmitter(method, suspend, control);
    }

    /** Emits the whole method body. */
    void compile() {
        method.spend(100 + 16 * method.variables());
        if (method.part == null) {
            prologue();
        } else {
            parts.begin();
        }
        if (method.part != null && method.isInner()) {
            in.seek(method.base + method.part.start);
            for (List<ValType> types : method.part.labels) {
                control.enclosing(types);
            }
            instructions(method.base + method.part.end);
            parts.end();
        } else {
            control.enclosing(method.type.results());
            instructions(in.end());
        }
        suspend.backEdges();
        suspend.handlers();
    }

    private void prologue() {
        if (method.resuming()) {
            suspend.loadLocals();
            suspend.loadOperands();
            method.setup();
            code.goto_(method.resumeLabel);
        } else {
            method.clearLocals();
            suspend.entry();
            method.setup();
        }
        calls.bindSelf();
        // after the poll: a program that stops at the poll begins the function anew
        suspend.charge(method.analysis.entryCost(), 0);
    }

    private void instructions(int end) {
        while (in.pos() < end) {
            int at = in.pos() - method.base;
            method.spend(INSTRUCTION + operands.size() / OPERANDS);
            Part child = method.part == null || !control.reachable() ? null : method.part.children.get(at);
            if (child != null) {
                parts.call(child);
                in.seek(method.base + child.end);
                continue;
            }
            int op = Op.read(in);
            if (control.reachable()) {
                instruction(op, at);
            } else {
                control.dead(op);
            }
        }
    }

    private void instruction(int op, int at) {
        if (Op.isNumeric(op)) {
            if (NumericEmitter.traps(op)) {
                method.line(at);
            }
            numeric.emit(op);
        } else if (Op.isAccess(op)) {
            access(op, at);
        } else if (op <= Op.RETURN) {
            control.emit(op, at);
        } else if (op <= Op.RETURN_CALL_INDIRECT) {
            calls.emit(op, at);
        } else if (!variables.emit(op)) {
            bulk(op, at);
        }
    }

    // ---- memories and tables

    private void access(int op, int at) {
        method.line(at);
        method.emits(ACCESS);
        Op.MemArg arg = Op.memArg(in);
        if (method.compact && arg.memory() == 0) {
            methods.access(code, operands, method.instance, op, arg.offset());
            return;
        }
        MemoryEmitter emitter = new MemoryEmitter(code, operands, () -> pushMemory(arg.memory()));
        if (op >= Op.I32_STORE) {
            emitter.store(op, arg.offset());
        } else {
            emitter.load(op, arg.offset());
        }
    }

    private void pushMemory(int index) {
        if (index == 0) {
            code.aload(method.memory);
        } else {
            code.aload(method.instance)
                    .getfield(Names.INSTANCE, "memories", Names.MEMORY.arrayType())
                    .loadConstant(index)
                    .aaload()
                    .getfield(Names.MEMORY, "bytes", Names.BYTES);
        }
    }

    private void bulk(int op, int at) {
        method.line(at);
        int a = in.u32();
        int b = BulkNames.immediates(op) == 2 ? in.u32() : 0;
        List<ClassDesc> params = new ArrayList<>();
        int n = BulkNames.operands(op);
        for (int i = n - 1; i >= 0; i--) {
            params.add(Names.desc(operands.peek(i).type()));
        }
        operands.prepare(n);
        code.aload(method.instance).loadConstant(a).loadConstant(b);
        params.add(Names.INSTANCE);
        params.add(CD_int);
        params.add(CD_int);
        ValType result = switch (op) {
            case Op.TABLE_GET -> method.module.tables().get(a).element();
            case Op.MEMORY_SIZE, Op.MEMORY_GROW, Op.TABLE_SIZE, Op.TABLE_GROW -> ValType.I32;
            default -> null;
        };
        boolean works = BulkNames.takesTime(op);
        ClassDesc returned = works ? CD_int : result == null ? CD_void : Names.desc(result);
        code.invokestatic(Names.RT, BulkNames.of(op), MethodTypeDesc.of(returned, params));
        if (works) {
            chargeWork();
        }
        if (op == Op.MEMORY_GROW || op == Op.TABLE_GROW) {
            method.pollSoon();
        }
        if (op == Op.MEMORY_GROW) {
            method.loadMemory();
        }
        if (result != null) {
            operands.push(result);
        }
    }

    /** A bulk operation returns how much it did, in units of the poll counter. */
    private void chargeWork() {
        if (method.hasLoops()) {
            code.istore(method.temp)
                    .iload(method.counter)
                    .iload(method.temp)
                    .isub()
                    .istore(method.counter);
        } else {
            code.pop();
        }
    }
}
