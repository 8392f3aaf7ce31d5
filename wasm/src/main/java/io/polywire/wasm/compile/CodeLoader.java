package io.polywire.wasm.compile;

import io.polywire.wasm.Frame;
import io.polywire.wasm.Instance;
import io.polywire.wasm.Values;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Defines the generated classes of one module. They see the engine's few classes that generated code calls and some
 * basic ones of the JDK, nothing else.
 */
final class CodeLoader extends ClassLoader {
    private static final String GENERATED = "wasm.";

    private static final Map<String, Class<?>> VISIBLE = new HashMap<>();

    static {
        ClassLoader engine = CodeLoader.class.getClassLoader();
        ClassDesc[] own = {
            Names.INSTANCE,
            Names.MEMORY,
            Names.GLOBAL,
            Names.FUNC,
            Names.VALUES,
            Names.FRAME,
            Names.SUSPEND,
            Names.TRAP,
            Names.RT,
            Names.NUM,
            Names.ACCESS,
            Names.ADAPTER,
            Names.RESUMER
        };
        try {
            for (ClassDesc d : own) {
                String name = d.packageName() + "." + d.displayName();
                VISIBLE.put(name, Class.forName(name, true, engine));
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        Class<?>[] jdk = {
            Object.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            Throwable.class,
            java.lang.invoke.VarHandle.class,
            java.lang.invoke.MethodHandle.class,
            java.lang.invoke.MethodType.class,
            Void.class,
            Math.class,
            RuntimeException.class
        };
        for (Class<?> c : jdk) {
            VISIBLE.put(c.getName(), c);
        }
    }

    private final ModuleCode code;

    CodeLoader(ModuleCode code) {
        super("polywire-wasm", null);
        this.code = code;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(GENERATED)) {
            Class<?> c = VISIBLE.get(name);
            if (c == null) {
                throw new ClassNotFoundException(name);
            }
            return c;
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known != null ? known : findClass(name);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes;
        try {
            bytes = generate(name);
        } catch (Compiling.Stopped e) {
            throw e; // from where the class is needed; the next program that needs it has it made anew
        } catch (RuntimeException e) { // a fault of the compiler must not look like a trap of the program
            throw new IllegalStateException("class " + name + " could not be made", e);
        }
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte @Nullable [] generate(String name) {
        int n = Integer.parseInt(name.substring(GENERATED.length() + 1));
        return switch (name.charAt(GENERATED.length())) {
            case 'G' -> new ClassEmitter(code).group(n);
            case 'S' -> new BridgeEmitter(code).signature(n);
            case 'A' -> new BridgeEmitter(code).adapter(n);
            default -> null;
        };
    }

    Object create(ClassDesc desc) {
        try {
            return loadClass(GENERATED + desc.displayName(), true)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("generated class", e);
        }
    }

    Resumer resumer(int func, int offset) {
        ClassDesc name = Names.resumer(func, offset);
        byte[] bytes;
        try {
            bytes = new ClassEmitter(code).resumer(func, offset);
        } catch (IllegalArgumentException | Meter.Exhausted tooMuch) {
            return new Impossible();
        }
        Class<?> c;
        synchronized (getClassLoadingLock(ConstantDescs.CD_Object.displayName())) {
            c = defineClass(GENERATED + name.displayName(), bytes, 0, bytes.length);
        }
        try {
            return (Resumer) c.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("generated class", e);
        }
    }

    /** Stands for a loop whose function plus the loading of its frame does not fit into a JVM method. */
    static final class Impossible implements Resumer {
        @Override
        public Values resume(Frame frame, Instance instance, int depth) {
            throw new IllegalStateException("not resumable");
        }
    }
}
