package io.polywire.wasm.compile;

import io.polywire.wasm.Limit;
import io.polywire.wasm.module.Module;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.function.Supplier;

/** Lets tests have functions divided into parts that are far too small for it to happen otherwise. */
public final class Division {
    private Division() {}

    /** Number of methods that a function is made of. */
    public static int parts(Module module, int func) {
        Part whole = Splitter.split(module, func, ModuleCode.methodBytes);
        return whole == null ? 1 : count(whole);
    }

    private static int count(Part p) {
        return 1 + p.children.values().stream().mapToInt(Division::count).sum();
    }

    /** Bytes of code of the largest method of a module's functions. */
    public static int largestMethod(Module module) {
        ModuleCode code = ModuleCode.of(module, false, Limit.COMPILE_BYTES);
        int largest = 0;
        for (int g = 0; g < code.groupCount(); g++) {
            for (MethodModel m :
                    ClassFile.of().parse(new ClassEmitter(code).group(g)).methods()) {
                int size = m.code().orElse(null) instanceof CodeAttribute c ? c.codeLength() : 0;
                largest = Math.max(largest, size);
            }
        }
        return largest;
    }

    /** Does something with modules whose methods are to be no larger than so many bytes. */
    public static <T> T into(int methodBytes, Supplier<T> work) {
        int usual = ModuleCode.methodBytes;
        ModuleCode.methodBytes = methodBytes;
        try {
            return work.get();
        } finally {
            ModuleCode.methodBytes = usual;
        }
    }
}
