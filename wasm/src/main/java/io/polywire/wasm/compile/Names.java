package io.polywire.wasm.compile;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.ValType;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/** Names and descriptors in generated code. */
final class Names {
    static final ClassDesc INSTANCE = ClassDesc.of("io.polywire.wasm.Instance");
    static final ClassDesc MEMORY = ClassDesc.of("io.polywire.wasm.Memory");
    static final ClassDesc GLOBAL = ClassDesc.of("io.polywire.wasm.Global");
    static final ClassDesc FUNC = ClassDesc.of("io.polywire.wasm.Func");
    static final ClassDesc VALUES = ClassDesc.of("io.polywire.wasm.Values");
    static final ClassDesc FRAME = ClassDesc.of("io.polywire.wasm.Frame");
    static final ClassDesc SUSPEND = ClassDesc.of("io.polywire.wasm.Suspend");
    static final ClassDesc TRAP = ClassDesc.of("io.polywire.wasm.Trap");
    static final ClassDesc RT = ClassDesc.of("io.polywire.wasm.Rt");
    static final ClassDesc ACCESS = ClassDesc.of("io.polywire.wasm.Access");
    static final ClassDesc NUM = ClassDesc.of("io.polywire.wasm.Num");
    static final ClassDesc ADAPTER = ClassDesc.of("io.polywire.wasm.compile.Adapter");
    static final ClassDesc RESUMER = ClassDesc.of("io.polywire.wasm.compile.Resumer");
    static final ClassDesc BYTES = ClassDesc.ofDescriptor("[B");
    static final ClassDesc LONGS = ClassDesc.ofDescriptor("[J");

    /** Type of the method of a {@link Part}. */
    static final MethodTypeDesc PART = MethodTypeDesc.of(CD_int, LONGS, INSTANCE, CD_int);

    private static final String PACKAGE = "wasm.";

    private Names() {}

    static ClassDesc group(int n) {
        return ClassDesc.of(PACKAGE + "G" + n);
    }

    static ClassDesc signature(int type) {
        return ClassDesc.of(PACKAGE + "S" + type);
    }

    static ClassDesc adapter(int type) {
        return ClassDesc.of(PACKAGE + "A" + type);
    }

    static ClassDesc resumer(int func, int offset) {
        return ClassDesc.of(PACKAGE + "R" + func + "_" + offset);
    }

    static ClassDesc desc(ValType t) {
        return switch (t) {
            case I32 -> CD_int;
            case I64 -> CD_long;
            case F32 -> CD_float;
            case F64 -> CD_double;
            case FUNCREF, EXTERNREF -> CD_Object;
        };
    }

    static TypeKind kind(ValType t) {
        return switch (t) {
            case I32 -> TypeKind.INT;
            case I64 -> TypeKind.LONG;
            case F32 -> TypeKind.FLOAT;
            case F64 -> TypeKind.DOUBLE;
            case FUNCREF, EXTERNREF -> TypeKind.REFERENCE;
        };
    }

    /** Method of {@code Values} and {@code Frame} that appends, or gets, a value of this type. */
    static String letter(ValType t) {
        return switch (t) {
            case I32 -> "I";
            case I64 -> "L";
            case F32 -> "F";
            case F64 -> "D";
            case FUNCREF, EXTERNREF -> "R";
        };
    }

    static ClassDesc result(FuncType type) {
        return switch (type.results().size()) {
            case 0 -> CD_void;
            case 1 -> desc(type.results().get(0));
            default -> VALUES;
        };
    }

    /** Parameters of the function, then the given ones; result of the function. */
    static MethodTypeDesc method(FuncType type, ClassDesc... more) {
        List<ClassDesc> all = new ArrayList<>();
        for (ValType t : type.params()) {
            all.add(desc(t));
        }
        all.addAll(List.of(more));
        return MethodTypeDesc.of(result(type), all);
    }

    /** Descriptor of the static method of a function. */
    static MethodTypeDesc function(FuncType type) {
        return method(type, INSTANCE, CD_int);
    }
}
