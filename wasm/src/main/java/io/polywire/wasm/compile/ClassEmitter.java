package io.polywire.wasm.compile;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.classfile.ClassFile.ACC_SUPER;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
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
    static final ClassFile CLASS_FILE = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofClassLoading(ClassEmitter.class.getClassLoader())));

    private static final MethodTypeDesc RESUME_PART =
            MethodTypeDesc.of(CD_int, Names.LONGS, Names.FRAME, Names.INSTANCE, CD_int, CD_int);
    private static final MethodTypeDesc RESUME_WHOLE =
            MethodTypeDesc.of(Names.VALUES, Names.LONGS, Names.FRAME, Names.INSTANCE, CD_int, CD_int);
    private static final MethodTypeDesc RESUME = MethodTypeDesc.of(Names.VALUES, Names.FRAME, Names.INSTANCE, CD_int);

    /** Most bytes of code of a method. */
    static final int MAX_CODE = 65535;

    /** Largest body that is compiled; what is larger would take too long. */
    private static final int MAX_BODY = 256 * 1024;

    /** How often a function is divided anew, into ever smaller parts. */
    private static final int MAX_DIVISIONS = 4;

    /** A byte of a function's body usually makes so many bytes of a method. */
    private static final double USUAL_GROWTH = 2.2;

    /** A byte of a function's body makes less than this many bytes of a method, some hundred for its frame aside. */
    private static final int GROWTH = 10;

    private final ModuleCode owner;
    private final Module module;
    private final BridgeEmitter bridges;
    private final Meter meter;

    ClassEmitter(ModuleCode owner) {
        this.owner = owner;
        this.bridges = new BridgeEmitter(owner);
        this.meter = new Meter(owner.budget());
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

    static byte[] build(ClassDesc name, List<ClassDesc> interfaces, Consumer<ClassBuilder> body) {
        return CLASS_FILE.build(name, cb -> {
            cb.withFlags(ACC_PUBLIC | ACC_FINAL | ACC_SUPER).withInterfaceSymbols(interfaces);
            constructor(cb);
            body.accept(cb);
        });
    }

    /**
     * Makes a group. Functions that the JVM would not compile are divided; if that is not possible and they are too
     * large for any method they are compiled for size, or marked and get a stub.
     */
    byte[] group(int n) {
        int[] range = owner.groupRange(n);
        try {
            return compiled(n, range);
        } catch (Meter.Exhausted e) {
            for (int f = range[0]; f < range[1]; f++) {
                owner.interpret(f);
            }
            return group(n, range[0], range[1]);
        } finally {
            meter.close();
        }
    }

    private byte[] compiled(int n, int[] range) {
        meter.spend(500); // the class itself
        for (int f = range[0]; f < range[1]; f++) {
            int size = module.body(f).size();
            if (size > MAX_BODY) {
                owner.interpret(f);
            } else if (size * USUAL_GROWTH > owner.hugeMethod()
                    && !owner.analysis(f).wide()) {
                split(f, 0);
            }
        }
        byte[] bytes = tryGroup(n, range);
        for (int times = 0; times < MAX_DIVISIONS && divide(n, range, bytes, times); times++) {
            bytes = tryGroup(n, range);
        }
        return bytes != null ? bytes : groupForSize(n, range);
    }

    private boolean split(int func, int times) {
        meter.spend(module.body(func).size());
        return owner.split(func, times);
    }

    /** Divides what is too large in a group, or in the group that could not be made. */
    private boolean divide(int n, int[] range, byte @Nullable [] group, int times) {
        boolean divided = false;
        for (int f = range[0]; f < range[1]; f++) {
            if (module.body(f).size() * GROWTH > owner.hugeMethod()
                    && !owner.analysis(f).wide()
                    && !owner.isMarked(f)
                    && (group == null ? size(n, f) : size(group, f)) > owner.hugeMethod()) {
                divided |= split(f, times);
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
                    bridges.stub(cb, f);
                } else {
                    function(cb, n, f, methods);
                }
            }
            byType.forEach((type, funcs) -> bridges.dispatcher(cb, n, type, funcs));
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
                code -> compile(new JvmMethod(owner, func, code, meter, whole, -1, null), methods));
        if (whole != null) {
            parts(cb, func, whole, methods);
        }
        if (tails) {
            cb.withMethodBody(
                    "f" + func, desc, ACC_PUBLIC | ACC_STATIC, code -> bridges.tailWrapper(code, group, func));
        }
    }

    private static void compile(JvmMethod method, AccessMethods methods) {
        new FunctionCompiler(method, methods).compile();
    }

    private void parts(ClassBuilder cb, int func, Part outer, AccessMethods methods) {
        for (Part p : outer.children.values()) {
            cb.withMethodBody(
                    p.method(func),
                    Names.PART,
                    ACC_PUBLIC | ACC_STATIC,
                    code -> compile(new JvmMethod(owner, func, code, meter, p, -1, null), methods));
            parts(cb, func, p, methods);
        }
    }

    byte[] resumer(int func, int offset) {
        ClassDesc name = Names.resumer(func, offset);
        AccessMethods methods = new AccessMethods(name);
        Part whole = owner.parts(func);
        meter.spend(500);
        byte[] bytes = build(name, List.of(Names.RESUMER), cb -> {
            if (whole != null) {
                cb.withMethodBody("resume", RESUME, ACC_PUBLIC, code -> resumeParts(code, name, func, whole, offset));
                resumedPart(cb, func, whole, offset);
            } else {
                cb.withMethodBody(
                        "resume",
                        RESUME,
                        ACC_PUBLIC,
                        code -> compile(new JvmMethod(owner, func, code, meter, null, offset, null), methods));
            }
            methods.emit(cb);
        });
        meter.close();
        return bytes;
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
                code -> compile(
                        new JvmMethod(owner, func, code, meter, p, child == null ? offset : -1, child),
                        new AccessMethods(CD_Object)));
        if (child != null) {
            resumedPart(cb, func, child, offset);
        }
    }
}
