package io.polywire.wasm.module;

import io.polywire.wasm.module.ModuleException.Invalid;
import io.polywire.wasm.module.ModuleException.Malformed;
import io.polywire.wasm.module.ModuleException.Unsupported;
import org.jspecify.annotations.Nullable;

/** Instructions (specification 5.4): opcodes, signatures of plain ones, and the reading of their immediates. */
public final class Op {
    public static final int UNREACHABLE = 0x00;
    public static final int NOP = 0x01;
    public static final int BLOCK = 0x02;
    public static final int LOOP = 0x03;
    public static final int IF = 0x04;
    public static final int ELSE = 0x05;
    public static final int END = 0x0b;
    public static final int BR = 0x0c;
    public static final int BR_IF = 0x0d;
    public static final int BR_TABLE = 0x0e;
    public static final int RETURN = 0x0f;
    public static final int CALL = 0x10;
    public static final int CALL_INDIRECT = 0x11;
    public static final int RETURN_CALL = 0x12;
    public static final int RETURN_CALL_INDIRECT = 0x13;
    public static final int DROP = 0x1a;
    public static final int SELECT = 0x1b;
    public static final int SELECT_T = 0x1c;
    public static final int LOCAL_GET = 0x20;
    public static final int LOCAL_SET = 0x21;
    public static final int LOCAL_TEE = 0x22;
    public static final int GLOBAL_GET = 0x23;
    public static final int GLOBAL_SET = 0x24;
    public static final int TABLE_GET = 0x25;
    public static final int TABLE_SET = 0x26;
    public static final int I32_LOAD = 0x28;
    public static final int I32_STORE = 0x36;
    public static final int I64_STORE32 = 0x3e;
    public static final int MEMORY_SIZE = 0x3f;
    public static final int MEMORY_GROW = 0x40;
    public static final int I32_CONST = 0x41;
    public static final int I64_CONST = 0x42;
    public static final int F32_CONST = 0x43;
    public static final int F64_CONST = 0x44;
    public static final int I32_EQZ = 0x45;
    public static final int I64_EQZ = 0x50;
    public static final int I32_ADD = 0x6a;
    public static final int I32_SUB = 0x6b;
    public static final int I32_MUL = 0x6c;
    public static final int I64_ADD = 0x7c;
    public static final int I64_SUB = 0x7d;
    public static final int I64_MUL = 0x7e;
    public static final int LAST_NUMERIC = 0xc4;
    public static final int REF_NULL = 0xd0;
    public static final int REF_IS_NULL = 0xd1;
    public static final int REF_FUNC = 0xd2;
    public static final int PREFIX_FC = 0xfc;
    public static final int TRUNC_SAT_FIRST = 0xfc00;
    public static final int TRUNC_SAT_LAST = 0xfc07;
    public static final int MEMORY_INIT = 0xfc08;
    public static final int DATA_DROP = 0xfc09;
    public static final int MEMORY_COPY = 0xfc0a;
    public static final int MEMORY_FILL = 0xfc0b;
    public static final int TABLE_INIT = 0xfc0c;
    public static final int ELEM_DROP = 0xfc0d;
    public static final int TABLE_COPY = 0xfc0e;
    public static final int TABLE_GROW = 0xfc0f;
    public static final int TABLE_SIZE = 0xfc10;
    public static final int TABLE_FILL = 0xfc11;

    /** The block type without parameters and results. */
    public static final long EMPTY_BLOCK = -64;

    /** Largest br_table that is accepted, as in browsers. */
    private static final int MAX_BR_TABLE = 65520;

    /** Parameter and result types of the instructions 0x45..0xc4, in runs of equal ones. */
    private static final String[] NUMERIC = new String[LAST_NUMERIC + 1];

    private static final String[] TRUNC_SAT = {"f>i", "f>i", "d>i", "d>i", "f>l", "f>l", "d>l", "d>l"};

    /** Value type letters of the loads and stores from 0x28. */
    private static final String ACCESS_TYPES = "ilfdiiiillllllilfdiilll";

    static {
        run(0x45, 0x45, "i>i");
        run(0x46, 0x4f, "ii>i");
        run(0x50, 0x50, "l>i");
        run(0x51, 0x5a, "ll>i");
        run(0x5b, 0x60, "ff>i");
        run(0x61, 0x66, "dd>i");
        run(0x67, 0x69, "i>i");
        run(0x6a, 0x78, "ii>i");
        run(0x79, 0x7b, "l>l");
        run(0x7c, 0x8a, "ll>l");
        run(0x8b, 0x91, "f>f");
        run(0x92, 0x98, "ff>f");
        run(0x99, 0x9f, "d>d");
        run(0xa0, 0xa6, "dd>d");
        run(0xa7, 0xa7, "l>i");
        run(0xa8, 0xa9, "f>i");
        run(0xaa, 0xab, "d>i");
        run(0xac, 0xad, "i>l");
        run(0xae, 0xaf, "f>l");
        run(0xb0, 0xb1, "d>l");
        run(0xb2, 0xb3, "i>f");
        run(0xb4, 0xb5, "l>f");
        run(0xb6, 0xb6, "d>f");
        run(0xb7, 0xb8, "i>d");
        run(0xb9, 0xba, "l>d");
        run(0xbb, 0xbb, "f>d");
        run(0xbc, 0xbc, "f>i");
        run(0xbd, 0xbd, "d>l");
        run(0xbe, 0xbe, "i>f");
        run(0xbf, 0xbf, "l>d");
        run(0xc0, 0xc1, "i>i");
        run(0xc2, 0xc4, "l>l");
    }

    private Op() {}

    private static void run(int from, int to, String signature) {
        for (int op = from; op <= to; op++) {
            NUMERIC[op] = signature;
        }
    }

    /** Whether this is an instruction on numbers alone, without immediates. */
    public static boolean isNumeric(int op) {
        return (op >= I32_EQZ && op <= LAST_NUMERIC) || (op >= TRUNC_SAT_FIRST && op <= TRUNC_SAT_LAST);
    }

    /** Operands and result of a numeric instruction as letters: {@code ii>i}. */
    public static String signature(int op) {
        return op >= TRUNC_SAT_FIRST ? TRUNC_SAT[op - TRUNC_SAT_FIRST] : NUMERIC[op];
    }

    /** Type that a letter of {@link #signature} stands for. */
    public static ValType letter(char c) {
        return switch (c) {
            case 'i' -> ValType.I32;
            case 'l' -> ValType.I64;
            case 'f' -> ValType.F32;
            default -> ValType.F64;
        };
    }

    /** Whether this is a load or a store. */
    public static boolean isAccess(int op) {
        return op >= I32_LOAD && op <= I64_STORE32;
    }

    /** Type of the value that a load or store moves. */
    public static ValType accessType(int op) {
        return letter(ACCESS_TYPES.charAt(op - I32_LOAD));
    }

    /** Number of bytes that a load or store moves, as a power of two. */
    public static int accessWidth(int op) {
        return switch (op) {
            case 0x2c, 0x2d, 0x30, 0x31, 0x3a, 0x3c -> 0;
            case 0x2e, 0x2f, 0x32, 0x33, 0x3b, 0x3d -> 1;
            case 0x28, 0x2a, 0x34, 0x35, 0x36, 0x38, 0x3e -> 2;
            default -> 3;
        };
    }

    /**
     * Reads an opcode; those behind prefix 0xfc come as {@code 0xfc00 | n}.
     *
     * @throws Malformed if there is no such instruction
     * @throws Unsupported if the instruction belongs to a feature that is not supported
     */
    public static int read(ByteReader in) {
        int at = in.pos();
        int op = in.u8();
        if (op == PREFIX_FC) {
            int sub = in.u32();
            if (sub < 0 || sub > 0x11) {
                throw new Malformed("illegal opcode fc " + Integer.toHexString(sub), at);
            }
            return PREFIX_FC << 8 | sub;
        }
        if (op <= LAST_NUMERIC ? known(op) : op >= REF_NULL && op <= REF_FUNC) {
            return op;
        }
        String feature = feature(op);
        if (feature != null) {
            throw new Unsupported(feature + ", opcode " + Integer.toHexString(op), at);
        }
        throw new Malformed("illegal opcode " + Integer.toHexString(op), at);
    }

    private static boolean known(int op) {
        return op <= ELSE
                || (op >= END && op <= RETURN_CALL_INDIRECT)
                || (op >= DROP && op <= SELECT_T)
                || (op >= LOCAL_GET && op <= TABLE_SET)
                || op >= I32_LOAD;
    }

    private static @Nullable String feature(int op) {
        return switch (op) {
            case 0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f -> "exception handling";
            case 0x14, 0x15, 0xd4, 0xd5, 0xd6 -> "typed function references";
            case 0xd3, 0xfb -> "garbage collection";
            case 0xfd -> "SIMD";
            case 0xfe -> "threads";
            default -> null;
        };
    }

    /** Passes over the immediates of an instruction, checking their syntax. */
    public static void skipImmediates(ByteReader in, int op) {
        switch (op) {
            case BLOCK, LOOP, IF -> blockType(in);
            case BR, BR_IF, CALL, RETURN_CALL, LOCAL_GET, LOCAL_SET, LOCAL_TEE, GLOBAL_GET, GLOBAL_SET -> in.u32();
            case TABLE_GET, TABLE_SET, REF_FUNC, MEMORY_SIZE, MEMORY_GROW, DATA_DROP, ELEM_DROP -> in.u32();
            case MEMORY_FILL, TABLE_GROW, TABLE_SIZE, TABLE_FILL -> in.u32();
            case CALL_INDIRECT, RETURN_CALL_INDIRECT, MEMORY_INIT, MEMORY_COPY, TABLE_INIT, TABLE_COPY -> {
                in.u32();
                in.u32();
            }
            case BR_TABLE -> {
                for (int n = brTableSize(in); n >= 0; n--) {
                    in.u32();
                }
            }
            case SELECT_T -> {
                for (int n = in.count(1); n > 0; n--) {
                    Decoder.valType(in);
                }
            }
            case I32_CONST -> in.s32();
            case I64_CONST -> in.s64();
            case F32_CONST -> in.skip(4);
            case F64_CONST -> in.skip(8);
            case REF_NULL -> Decoder.heapType(in);
            default -> {
                if (isAccess(op)) {
                    memArg(in);
                }
            }
        }
    }

    /** Number of targets of a br_table without its default. */
    public static int brTableSize(ByteReader in) {
        int at = in.pos();
        int n = in.count(1);
        if (n > MAX_BR_TABLE) {
            throw new Unsupported("br_table of " + n + " targets", at);
        }
        return n;
    }

    /** Block type: negative codes of single types, {@link #EMPTY_BLOCK}, or a type index. */
    public static long blockType(ByteReader in) {
        int first = in.peek();
        if (first == 0x40) {
            in.u8();
            return EMPTY_BLOCK;
        }
        if ((first & 0xc0) == 0x40) {
            return Decoder.valType(in).code() - 128L;
        }
        int at = in.pos();
        long index = in.s33();
        if (index < 0) {
            throw new Malformed("malformed block type", at);
        }
        return index;
    }

    /**
     * Memory argument.
     *
     * @param align alignment as a power of two
     * @param memory index of the memory
     * @param offset unsigned 32-bit offset
     */
    public record MemArg(int align, int memory, int offset) {}

    /** Reads a memory argument. */
    public static MemArg memArg(ByteReader in) {
        int at = in.pos();
        int flags = in.u32();
        if (flags < 0 || flags >= 0x80) {
            throw new Malformed("malformed memop flags", at);
        }
        int memory = (flags & 0x40) != 0 ? in.u32() : 0;
        int align = flags & 0x3f;
        int offsetAt = in.pos();
        long offset = in.u64();
        if (offset >>> 32 != 0) {
            throw new Invalid("offset out of range", offsetAt);
        }
        return new MemArg(align, memory, (int) offset);
    }

    /** Passes over an expression up to and with its end. */
    static void skipExpr(ByteReader in) {
        int depth = 0;
        while (true) {
            int op = read(in);
            if (op == END && depth-- == 0) {
                return;
            }
            if (op == BLOCK || op == LOOP || op == IF) {
                depth++;
            }
            skipImmediates(in, op);
        }
    }
}
