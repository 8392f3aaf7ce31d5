package io.polywire.wasm.compile;

/** Lets tests see what was spent on a module's code. */
public final class Spent {
    /** What one class may go past the budget by: what is spent between two looks at it. */
    public static final int STEP = 8192;

    private Spent() {}

    /** What may still be spent. */
    public static long left(ModuleCode code) {
        return code.budget().get();
    }

    /** Units that making a function's group takes. */
    public static long on(ModuleCode code, int func) {
        long before = left(code);
        var _ = code.group(func);
        return before - left(code);
    }
}
