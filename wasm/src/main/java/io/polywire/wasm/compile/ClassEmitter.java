package io.polywire.wasm.compile;

import static java.lang.classfile.ClassFile.ACC_ABSTRACT;
import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_INTERFACE;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.classfile.ClassFile.ACC_SUPER;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes the class files that {@link ModuleCode} lists. */
final class ClassEmitter {
    private static final ClassFile CLASS_FILE = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofClassLoading(ClassEmitter.class.getClassLoader())));

    private static final MethodTypeDesc INVOKE =
            MethodTypeDesc.of(Names.VALUES, CD_Object, CD_int, Names.VALUES, Names.INSTANCE, CD_int);
    private static final MethodTypeDesc RT_INVOKE =
            MethodTypeDesc.of(Names.VALUES, Names.VALUES, Names.FUNC, Names.INSTANCE, CD_int);
    private static final MethodTypeDesc INTERPRET =
            MethodTypeDesc.of(Names.VALUES, Names.VALUES, Names.INSTANCE, CD_int, CD_int);
    private static final MethodTypeDesc TRAMPOLINE = MethodTypeDesc.of(Names.VALUES, Names.INSTANCE, CD_int);
    private static final MethodTypeDesc RESUME_PART =
            MethodTypeDesc.of(CD_int, Names.LONGS, Names.FRAME, Names.INSTANCE, CD_int, CD_int);
    private static final MethodTypeDesc RESUME_WHOLE =
            MethodTypeDesc.of(Names.VALUES, Names.LONGS, Names.FRAME, Names.INSTANCE, CD_int, CD_int);
    private static final MethodTypeDesc RESUME = MethodTypeDesc.of(Names.VALUES, Names.FRAME, Names.INSTANCE, CD_int);

    /** Most bytes of code of a method. */
    private static final int MAX_CODE = 65535;

    /** How often a function is divided anew, into ever smaller parts. */
    private static final int MAX_DIVISIONS = 4;

    /** A byte of a function's body usually makes so many bytes of a method. */
    private static final double USUAL_GROWTH = 2.2;

    /** A byte of a function's body makes less than this many bytes of a method, some hundred for its frame aside. */
    private static final int GROWTH = 10;

    private final ModuleCode owner;
    private final Module module;

    ClassEmitter(ModuleCode owner) {
        this.owner = owner;
        this.module = owner.module();
    }

    private static void constructor(ClassBuilder cb) {
        cb.withMethodBody(
                INIT_NAME,
                MTD_void,
                ACC_PUBLIC,
                code -> code.aload(0)
                        .invokespecial(CD_Object, INIT_NAME, MTD_void)
                        .return_());
    }

    private static byte[] build(ClassDesc name, List<ClassDesc> interfaces, Consumer<ClassBuilder> body) {
        return CLASS_FILE.build(name, cb -> {
            cb.withFlags(ACC_PUBLIC | ACC_FINAL | ACC_SUPER).withInterfaceSymbols(interfaces);
            constructor(cb);
            body.accept(cb);
        });
    }

    byte[] signature(int type) {
        return CLASS_FILE.build(
                Names.signature(type),
                cb -> cb.withFlags(ACC_PUBLIC | ACC_INTERFACE | ACC_ABSTRACT)
                        .withMethod("c" + type, dispatch(type), ACC_PUBLIC | ACC_ABSTRACT, mb -> {}));
    }

    private MethodTypeDesc dispatch(int type) {
        return Names.method(module.types().get(type), CD_int, Names.INSTANCE, CD_int);
    }

    /**
     * Makes a group. Functions that the JVM would not compile are divided; if that is not possible and they are too
     * large for any method they are compiled for size, or marked and get a stub.
     */
    byte[] group(int n) {
        int[] range = owner.groupRange(n);
        for (int f = range[0]; f < range[1]; f++) {
            if (module.body(f).size() * USUAL_GROWTH > owner.hugeMethod()
                    && !owner.analysis(f).wide()) {
                var _ = owner.split(f, 0);
            }
        }
        byte[] bytes = tryGroup(n, range);
        for (int times = 0; times < MAX_DIVISIONS && divide(n, range, bytes, times); times++) {
            bytes = tryGroup(n, range);
        }
        return bytes != null ? bytes : groupForSize(n, range);
    }

    /** Divides what is too large in a group, or in the group that could not be made. */
    private boolean divide(int n, int[] range, byte @Nullable [] group, int times) {
        boolean divided = false;
        for (int f = range[0]; f < range[1]; f++) {
            if (module.body(f).size() * GROWTH > owner.hugeMethod()
                    && !owner.analysis(f).wide()
                    && (group == null ? size(n, f) : size(group, f)) > owner.hugeMethod()) {
                divided |= owner.split(f, times);
            }
        }
        return divided;
    }

    private byte @Nullable [] tryGroup(int n, int[] range) {
        try {
            return group(n, range[0], range[1]);
        } catch (IllegalArgumentException tooLarge) {
            return null;
        }
    }

    private byte[] groupForSize(int n, int[] range) {
        for (int f = range[0]; f < range[1]; f++) {
            if (!owner.analysis(f).wide() && !owner.isMarked(f) && size(n, f) > MAX_CODE) {
                owner.compact(f);
                if (size(n, f) > MAX_CODE) {
                    owner.interpret(f);
                }
            }
        }
        return group(n, range[0], range[1]);
    }

    /** Size of the largest method that a function has in a class; 0 if there is none. */
    private static int size(byte[] group, int func) {
        String name = "f" + func;
        String part = name + "p";
        int largest = 0;
        for (MethodModel m : CLASS_FILE.parse(group).methods()) {
            String method = m.methodName().stringValue();
            if ((method.equals(name) || method.startsWith(part)) && m.code().orElse(null) instanceof CodeAttribute c) {
                largest = Math.max(largest, c.codeLength());
            }
        }
        return largest;
    }

    /** Size of the method that a function would have. */
    private int size(int n, int func) {
        try {
            AccessMethods methods = new AccessMethods(Names.group(n));
            return size(build(Names.group(n), List.of(), cb -> function(cb, n, func, methods)), func);
        } catch (IllegalArgumentException tooLarge) {
            return Integer.MAX_VALUE;
        }
    }

    private byte[] group(int n, int from, int to) {
        Map<Integer, List<Integer>> byType = new LinkedHashMap<>();
        for (int f = from; f < to; f++) {
            if (!owner.analysis(f).wide()) {
                byType.computeIfAbsent(owner.canonical(module.typeIndex(f)), t -> new ArrayList<>())
                        .add(f);
            }
        }
        List<ClassDesc> interfaces =
                byType.keySet().stream().map(Names::signature).toList();
        AccessMethods methods = new AccessMethods(Names.group(n));
        return build(Names.group(n), interfaces, cb -> {
            for (int f = from; f < to; f++) {
                if (Analysis.isWide(module.funcType(f))) {
                    continue;
                }
                if (owner.analysis(f).wide() || owner.isMarked(f)) {
                    stub(cb, f);
                } else {
                    function(cb, n, f, methods);
                }
            }
            byType.forEach((type, funcs) -> dispatcher(cb, n, type, funcs));
            methods.emit(cb);
        });
    }

    private void function(ClassBuilder cb, int group, int func, AccessMethods methods) {
        FuncType type = module.funcType(func);
        MethodTypeDesc desc = Names.function(type);
        boolean tails = owner.analysis(func).tailCalls();
        Part whole = owner.parts(func);
        cb.withMethodBody(
                (tails ? "t" : "f") + func,
                desc,
                ACC_PUBLIC | ACC_STATIC,
                code -> new FunctionCompiler(owner, func, code, methods, whole, -1, null).compile());
        if (whole != null) {
            parts(cb, func, whole, methods);
        }
        if (tails) {
            cb.withMethodBody("f" + func, desc, ACC_PUBLIC | ACC_STATIC, code -> tailWrapper(code, group, func));
        }
    }

    private void parts(ClassBuilder cb, int func, Part outer, AccessMethods methods) {
        for (Part p : outer.children.values()) {
            cb.withMethodBody(
                    p.method(func),
                    Names.PART,
                    ACC_PUBLIC | ACC_STATIC,
                    code -> new FunctionCompiler(owner, func, code, methods, p, -1, null).compile());
            parts(cb, func, p, methods);
        }
    }

    /** Calls the body, then whatever it ended with a tail call to. */
    private void tailWrapper(CodeBuilder code, int group, int func) {
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

    private void stub(ClassBuilder cb, int func) {
        FuncType type = module.funcType(func);
        cb.withMethodBody("f" + func, Names.function(type), ACC_PUBLIC | ACC_STATIC, code -> {
            int instance = packArgs(code, type, 0);
            code.aload(instance).loadConstant(func).iload(instance + 1);
            code.invokestatic(Names.RT, "interpret", INTERPRET);
            unpack(code, type);
            returnResult(code, type);
        });
    }

    private void dispatcher(ClassBuilder cb, int group, int type, List<Integer> funcs) {
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
        return build(Names.adapter(type), List.of(Names.ADAPTER), cb -> {
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

    byte[] resumer(int func, int offset) {
        ClassDesc name = Names.resumer(func, offset);
        AccessMethods methods = new AccessMethods(name);
        Part whole = owner.parts(func);
        return build(name, List.of(Names.RESUMER), cb -> {
            if (whole != null) {
                cb.withMethodBody("resume", RESUME, ACC_PUBLIC, code -> resumeParts(code, name, func, whole, offset));
                resumedPart(cb, func, whole, offset);
            } else {
                cb.withMethodBody(
                        "resume",
                        RESUME,
                        ACC_PUBLIC,
                        code -> new FunctionCompiler(owner, func, code, methods, null, offset, null).compile());
            }
            methods.emit(cb);
        });
    }

    /** Runs the part with the loop from there on, then the part around it from behind that part on, and so outwards. */
    private void resumeParts(CodeBuilder code, ClassDesc name, int func, Part whole, int offset) {
        int locals = module.locals(func).length;
        code.loadConstant(locals + whole.carried()).newarray(TypeKind.LONG).astore(4);
        code.aload(1)
                .aload(4)
                .invokevirtual(Names.FRAME, "copyLocals", MethodTypeDesc.of(ConstantDescs.CD_void, Names.LONGS));
        code.iload(3).loadConstant(ModuleCode.frameCost(locals)).isub().istore(3);
        code.iconst_0().istore(5);
        List<Part> chain = new ArrayList<>();
        for (Part p = whole; p != null; p = p.childWithLoop(offset)) {
            chain.add(p);
        }
        for (Part p : chain.reversed()) {
            code.aload(4).aload(1).aload(2).iload(3).iload(5);
            code.invokestatic(name, "p" + p.id, p.id == 0 ? RESUME_WHOLE : RESUME_PART);
            if (p.id != 0) {
                code.istore(5);
            }
        }
        code.areturn();
    }

    private void resumedPart(ClassBuilder cb, int func, Part p, int offset) {
        Part child = p.childWithLoop(offset);
        cb.withMethodBody(
                "p" + p.id,
                p.id == 0 ? RESUME_WHOLE : RESUME_PART,
                ACC_PUBLIC | ACC_STATIC,
                code -> new FunctionCompiler(
                                owner, func, code, new AccessMethods(CD_Object), p, child == null ? offset : -1, child)
                        .compile());
        if (child != null) {
            resumedPart(cb, func, child, offset);
        }
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
