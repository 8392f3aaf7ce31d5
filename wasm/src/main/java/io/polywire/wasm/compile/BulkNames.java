package io.polywire.wasm.compile;

import io.polywire.wasm.module.Op;

/** Methods of {@link io.polywire.wasm.Rt} for instructions on whole memories and tables. */
final class BulkNames {
    private BulkNames() {}

    static String of(int op) {
        return switch (op) {
            case Op.TABLE_GET -> "tableGet";
            case Op.TABLE_SET -> "tableSet";
            case Op.MEMORY_SIZE -> "memorySize";
            case Op.MEMORY_GROW -> "memoryGrow";
            case Op.MEMORY_INIT -> "memoryInit";
            case Op.DATA_DROP -> "dataDrop";
            case Op.MEMORY_COPY -> "memoryCopy";
            case Op.MEMORY_FILL -> "memoryFill";
            case Op.TABLE_INIT -> "tableInit";
            case Op.ELEM_DROP -> "elemDrop";
            case Op.TABLE_COPY -> "tableCopy";
            case Op.TABLE_GROW -> "tableGrow";
            case Op.TABLE_SIZE -> "tableSize";
            case Op.TABLE_FILL -> "tableFill";
            default -> throw new IllegalStateException("opcode " + Integer.toHexString(op));
        };
    }

    static int immediates(int op) {
        return switch (op) {
            case Op.MEMORY_INIT, Op.MEMORY_COPY, Op.TABLE_INIT, Op.TABLE_COPY -> 2;
            default -> 1;
        };
    }

    static int operands(int op) {
        return switch (op) {
            case Op.MEMORY_INIT, Op.MEMORY_COPY, Op.MEMORY_FILL -> 3;
            case Op.TABLE_INIT, Op.TABLE_COPY, Op.TABLE_FILL -> 3;
            case Op.TABLE_SET, Op.TABLE_GROW -> 2;
            case Op.TABLE_GET, Op.MEMORY_GROW -> 1;
            default -> 0;
        };
    }

    /** Whether the method returns how much work it did. */
    static boolean takesTime(int op) {
        return switch (op) {
            case Op.MEMORY_INIT, Op.MEMORY_COPY, Op.MEMORY_FILL, Op.TABLE_INIT, Op.TABLE_COPY, Op.TABLE_FILL -> true;
            default -> false;
        };
    }
}
