package io.polywire.wasm;

import io.polywire.wasm.module.ExternType.GlobalType;
import org.jspecify.annotations.Nullable;

/** A global variable. Not thread-safe: to be used by the thread that runs the program, or while it is stopped. */
public final class Global implements Extern {
    /** A number's bits; i32 and f32 sign-extended. */
    public long bits;

    public @Nullable Object ref;

    private final GlobalType type;

    public Global(GlobalType type, long bits, @Nullable Object ref) {
        this.type = type;
        this.bits = bits;
        this.ref = ref;
    }

    public GlobalType type() {
        return type;
    }
}
