package io.polywire.wasm;

import io.polywire.wasm.module.FuncType;
import org.jspecify.annotations.Nullable;

/** A function of an instance, or of the host as one instance has imported it. The value of a funcref. */
public final class Func implements Extern {
    /** The instance whose index space {@link #index} belongs to. */
    public final Instance instance;

    public final int index;

    /** Object of the class group that has the function's code, once it has been called. */
    public @Nullable Object code;

    final FuncType type;
    final @Nullable HostFunction host;

    Func(Instance instance, int index, FuncType type, @Nullable HostFunction host) {
        this.instance = instance;
        this.index = index;
        this.type = Types.intern(type);
        this.host = host;
    }

    public FuncType type() {
        return type;
    }

    /** Whether the function's type is not the given interned one. */
    @SuppressWarnings("ReferenceEquality") // interned
    boolean isOther(FuncType interned) {
        return type != interned;
    }

    @Override
    public String toString() {
        return "function " + index + " " + type;
    }
}
