package io.polywire.wasm;

import io.polywire.wasm.module.ValType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of values: arguments or results. Filled from the first on by {@code add...}, read by index with {@code get...};
 * the letters are I for i32, L for i64, F for f32, D for f64 and R for references. The reader must know the types. Not
 * thread-safe.
 */
public final class Values {
    private static final Values NONE = new Values(0);

    private final long[] bits;
    private @Nullable Object @Nullable [] refs;
    private int size;

    private Values(int capacity) {
        bits = new long[capacity];
    }

    /** An empty row with room for n values. */
    public static Values of(int n) {
        return new Values(n);
    }

    /** The row without values. */
    public static Values none() {
        return NONE;
    }

    public static Values ofI(int v) {
        return new Values(1).addI(v);
    }

    public static Values ofL(long v) {
        return new Values(1).addL(v);
    }

    public static Values ofF(float v) {
        return new Values(1).addF(v);
    }

    public static Values ofD(double v) {
        return new Values(1).addD(v);
    }

    public static Values ofR(@Nullable Object v) {
        return new Values(1).addR(v);
    }

    /** Number of values. */
    public int size() {
        return size;
    }

    public Values addI(int v) {
        bits[size++] = v;
        return this;
    }

    public Values addL(long v) {
        bits[size++] = v;
        return this;
    }

    public Values addF(float v) {
        bits[size++] = Float.floatToRawIntBits(v);
        return this;
    }

    public Values addD(double v) {
        bits[size++] = Double.doubleToRawLongBits(v);
        return this;
    }

    public Values addR(@Nullable Object v) {
        if (refs == null) {
            refs = new Object[bits.length];
        }
        refs[size++] = v;
        return this;
    }

    public int getI(int index) {
        return (int) bits[index];
    }

    public long getL(int index) {
        return bits[index];
    }

    public float getF(int index) {
        return Float.intBitsToFloat((int) bits[index]);
    }

    public double getD(int index) {
        return Double.longBitsToDouble(bits[index]);
    }

    public @Nullable Object getR(int index) {
        return refs == null ? null : refs[index];
    }

    /** Bits of a number: i32 and f32 in the low half, sign-extended. */
    public long bits(int index) {
        return bits[index];
    }

    /** Appends a number by its bits, or a reference. */
    Values add(ValType type, long v, @Nullable Object ref) {
        if (type.isRef()) {
            return addR(ref);
        }
        bits[size++] = type == ValType.I32 || type == ValType.F32 ? (int) v : v;
        return this;
    }

    /** The values as boxed objects: Integer, Long, Float, Double, or a reference. */
    public @Nullable Object box(int index, ValType type) {
        return switch (type) {
            case I32 -> getI(index);
            case I64 -> getL(index);
            case F32 -> getF(index);
            case F64 -> getD(index);
            case FUNCREF, EXTERNREF -> getR(index);
        };
    }

    /** A row of boxed objects whose classes must be those of {@link #box}. */
    public static Values boxed(List<ValType> types, @Nullable Object... args) {
        if (types.size() != args.length) {
            throw new IllegalArgumentException(types.size() + " arguments expected, got " + args.length);
        }
        Values v = new Values(args.length);
        for (int i = 0; i < args.length; i++) {
            Object a = args[i];
            switch (types.get(i)) {
                case I32 -> v.addI(number(a).intValue());
                case I64 -> v.addL(number(a).longValue());
                case F32 -> v.addF(number(a).floatValue());
                case F64 -> v.addD(number(a).doubleValue());
                case FUNCREF, EXTERNREF -> v.addR(a);
            }
        }
        return v;
    }

    private static Number number(@Nullable Object o) {
        if (o instanceof Number n) {
            return n;
        }
        throw new IllegalArgumentException("number expected, got " + o);
    }
}
