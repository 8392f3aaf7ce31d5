package io.polywire.wasm.compile;

import static java.lang.classfile.ClassFile.ACC_ABSTRACT;
import static java.lang.classfile.ClassFile.ACC_INTERFACE;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;

import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes what connects functions: interfaces and adapters of function types, the methods of groups that call a function
 * by its number, and those that stand for functions without a method.
 */
final class BridgeEmitter {
    private static final MethodTypeDesc INVOKE =
            MethodTypeDesc.of(Names.VALUES, CD_Object, CD_int, Names.VALUES, Names.INSTANCE, CD_int);
    private static final MethodTypeDesc RT_INVOKE =
            MethodTypeDesc.of(Names.VALUES, Names.VALUES, Names.FUNC, Names.INSTANCE, CD_int);
    private static final MethodTypeDesc INTERPRET =
            MethodTypeDesc.of(Names.VALUES, Names.VALUES, Names.INSTANCE, CD_int, CD_int);
    private static final MethodTypeDesc TRAMPOLINE = MethodTypeDesc.of(Names.VALUES, Names.INSTANCE, CD_int);

    private final ModuleCode owner;
    private final Module module;

    BridgeEmitter(ModuleCode owner) {
        this.owner = owner;
        this.module = owner.module();
    }

    byte[] signature(int type) {
        return ClassEmitter.CLASS_FILE.build(
                Names.signature(type),
                cb -> cb.withFlags(ACC_PUBLIC | ACC_INTERFACE | ACC_ABSTRACT)
                        .withMethod("c" + type, dispatch(type), ACC_PUBLIC | ACC_ABSTRACT, mb -> {}));
    }

    private MethodTypeDesc dispatch(int type) {
        return Names.method(module.types().get(type), CD_int, Names.INSTANCE, CD_int);
    }

    /** Calls the body, then whatever it ended with a tail call to. */
    void tailWrapper(CodeBuilder code, int group, int func) {
        FuncType type = module.funcType(func);
        int instance = loadArgs(code, type, 0);
        code.aload(instance).iload(instance + 1);
        code.invokestatic(Names.group(group), "t" + func, Names.function(type));
        Label done = code.newLabel();
        code.aload(instance)
                .invokestatic(Names.RT, "hasTail", MethodTypeDesc.of(CD_boolean, Names.INSTANCE))
                .ifeq(done);
        if (!type.results().isEmpty()) {
            if (type.results().size() == 1 && type.results().get(0).isWide()) {
                code.pop2();
            } else {
                code.pop();
            }
        }
        code.aload(instance).iload(instance + 1).invokestatic(Names.RT, "trampoline", TRAMPOLINE);
        unpack(code, type);
        code.labelBinding(done);
        returnResult(code, type);
    }

    void stub(ClassBuilder cb, int func) {
        FuncType type = module.funcType(func);
        cb.withMethodBody("f" + func, Names.function(type), ACC_PUBLIC | ACC_STATIC, code -> {
            int instance = packArgs(code, type, 0);
            code.aload(instance).loadConstant(func).iload(instance + 1);
            code.invokestatic(Names.RT, "interpret", INTERPRET);
            unpack(code, type);
            returnResult(code, type);
        });
    }

    void dispatcher(ClassBuilder cb, int group, int type, List<Integer> funcs) {
        FuncType t = module.types().get(type);
        cb.withMethodBody("c" + type, dispatch(type), ACC_PUBLIC, code -> {
            int func = slots(t) + 1;
            Map<Integer, Label> labels = new LinkedHashMap<>();
            List<SwitchCase> cases = new ArrayList<>();
            for (int f : funcs) {
                if (owner.analysis(f).tailCalls() && !owner.isMarked(f)) {
                    labels.put(~f, code.newLabel());
                }
                labels.put(f, code.newLabel());
            }
            labels.keySet().stream().sorted().forEach(f -> cases.add(SwitchCase.of(f, label(labels, f))));
            Label none = code.newLabel();
            code.iload(func).lookupswitch(none, cases);
            labels.forEach((f, label) -> {
                code.labelBinding(label);
                loadArgs(code, t, 1);
                code.aload(func + 1).iload(func + 2);
                code.invokestatic(Names.group(group), f < 0 ? "t" + ~f : "f" + f, Names.function(t));
                returnResult(code, t);
            });
            code.labelBinding(none)
                    .invokestatic(Names.RT, "unreachable", MethodTypeDesc.of(Names.TRAP))
                    .athrow();
        });
    }

    private static Label label(Map<Integer, Label> labels, int f) {
        Label l = labels.get(f);
        if (l == null) {
            throw new IllegalStateException();
        }
        return l;
    }

    byte[] adapter(int type) {
        FuncType t = module.types().get(type);
        return ClassEmitter.build(Names.adapter(type), List.of(Names.ADAPTER), cb -> {
            cb.withMethodBody("invoke", INVOKE, ACC_PUBLIC, code -> {
                code.aload(1).checkcast(Names.signature(type));
                for (int i = 0; i < t.params().size(); i++) {
                    get(code.aload(3), i, t.params().get(i));
                }
                code.iload(2).aload(4).iload(5);
                code.invokeinterface(Names.signature(type), "c" + type, dispatch(type));
                packResult(code, t);
                code.areturn();
            });
            cb.withMethodBody(
                    "call",
                    Names.method(t, Names.FUNC, Names.INSTANCE, CD_int),
                    ACC_PUBLIC | ACC_STATIC,
                    code -> call(code, type, t));
        });
    }

    /** A call of a function object: directly if it belongs to the caller's instance, else by the engine. */
    private void call(CodeBuilder code, int type, FuncType t) {
        int func = slots(t);
        Label slow = code.newLabel();
        code.aload(func)
                .getfield(Names.FUNC, "instance", Names.INSTANCE)
                .aload(func + 1)
                .if_acmpne(slow);
        code.aload(func)
                .getfield(Names.FUNC, "code", CD_Object)
                .instanceOf(Names.signature(type))
                .ifeq(slow);
        code.aload(func).getfield(Names.FUNC, "code", CD_Object).checkcast(Names.signature(type));
        loadArgs(code, t, 0);
        code.aload(func).getfield(Names.FUNC, "index", CD_int).aload(func + 1).iload(func + 2);
        code.invokeinterface(Names.signature(type), "c" + type, dispatch(type));
        returnResult(code, t);
        code.labelBinding(slow);
        packArgs(code, t, 0);
        code.aload(func).aload(func + 1).iload(func + 2);
        code.invokestatic(Names.RT, "invoke", RT_INVOKE);
        unpack(code, t);
        returnResult(code, t);
    }

    private static int slots(FuncType t) {
        int n = 0;
        for (ValType v : t.params()) {
            n += v.isWide() ? 2 : 1;
        }
        return n;
    }

    private static int loadArgs(CodeBuilder code, FuncType t, int first) {
        int slot = first;
        for (ValType v : t.params()) {
            code.loadLocal(Names.kind(v), slot);
            slot += v.isWide() ? 2 : 1;
        }
        return slot;
    }

    private static int packArgs(CodeBuilder code, FuncType t, int first) {
        code.loadConstant(t.params().size()).invokestatic(Names.VALUES, "of", MethodTypeDesc.of(Names.VALUES, CD_int));
        int slot = first;
        for (ValType v : t.params()) {
            code.loadLocal(Names.kind(v), slot);
            code.invokevirtual(Names.VALUES, "add" + Names.letter(v), MethodTypeDesc.of(Names.VALUES, Names.desc(v)));
            slot += v.isWide() ? 2 : 1;
        }
        return slot;
    }

    private static void get(CodeBuilder code, int index, ValType v) {
        code.loadConstant(index)
                .invokevirtual(Names.VALUES, "get" + Names.letter(v), MethodTypeDesc.of(Names.desc(v), CD_int));
    }

    /** Turns an object of values into what the function returns in the JVM. */
    private static void unpack(CodeBuilder code, FuncType t) {
        if (t.results().isEmpty()) {
            code.pop();
        } else if (t.results().size() == 1) {
            get(code, 0, t.results().get(0));
        }
    }

    private static void packResult(CodeBuilder code, FuncType t) {
        if (t.results().isEmpty()) {
            code.invokestatic(Names.VALUES, "none", MethodTypeDesc.of(Names.VALUES));
        } else if (t.results().size() == 1) {
            ValType v = t.results().get(0);
            code.invokestatic(Names.VALUES, "of" + Names.letter(v), MethodTypeDesc.of(Names.VALUES, Names.desc(v)));
        }
    }

    private static void returnResult(CodeBuilder code, FuncType t) {
        code.return_(
                switch (t.results().size()) {
                    case 0 -> TypeKind.VOID;
                    case 1 -> Names.kind(t.results().get(0));
                    default -> TypeKind.REFERENCE;
                });
    }
}
