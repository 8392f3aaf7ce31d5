package io.polywire.wasm;

/**
 * Numeric instructions that differ from the JVM's own (specification 4.3). Called by generated code and by the
 * interpreter. Every NaN that comes out of an operation is quiet, as hardware would make it; division by zero is left to
 * the JVM's ArithmeticException, which the engine reports as the trap.
 */
public final class Num {
    private static final double TWO_63 = 0x1p63;

    private Num() {}

    public static int div(int a, int b) {
        if (a == Integer.MIN_VALUE && b == -1) {
            throw new Trap(Trap.Kind.INTEGER_OVERFLOW);
        }
        return a / b;
    }

    public static long div(long a, long b) {
        if (a == Long.MIN_VALUE && b == -1) {
            throw new Trap(Trap.Kind.INTEGER_OVERFLOW);
        }
        return a / b;
    }

    public static float abs(float a) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(a) & 0x7fffffff);
    }

    public static double abs(double a) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(a) & Long.MAX_VALUE);
    }

    public static float copysign(float a, float b) {
        int sign = Float.floatToRawIntBits(b) & 0x80000000;
        return Float.intBitsToFloat((Float.floatToRawIntBits(a) & 0x7fffffff) | sign);
    }

    public static double copysign(double a, double b) {
        long sign = Double.doubleToRawLongBits(b) & Long.MIN_VALUE;
        return Double.longBitsToDouble((Double.doubleToRawLongBits(a) & Long.MAX_VALUE) | sign);
    }

    public static float ceil(float a) {
        return Float.isNaN(a) ? a + a : (float) Math.ceil(a);
    }

    public static double ceil(double a) {
        return Double.isNaN(a) ? a + a : Math.ceil(a);
    }

    public static float floor(float a) {
        return Float.isNaN(a) ? a + a : (float) Math.floor(a);
    }

    public static double floor(double a) {
        return Double.isNaN(a) ? a + a : Math.floor(a);
    }

    public static float trunc(float a) {
        return (float) trunc((double) a);
    }

    public static double trunc(double a) {
        if (Double.isNaN(a)) {
            return a + a;
        }
        return a < 0 || (a == 0 && 1 / a < 0) ? Math.ceil(a) : Math.floor(a);
    }

    public static float nearest(float a) {
        return Float.isNaN(a) ? a + a : (float) Math.rint(a);
    }

    public static double nearest(double a) {
        return Double.isNaN(a) ? a + a : Math.rint(a);
    }

    public static float sqrt(float a) {
        return (float) Math.sqrt(a);
    }

    public static double sqrt(double a) {
        return Math.sqrt(a);
    }

    public static float min(float a, float b) {
        return Float.isNaN(a) || Float.isNaN(b) ? a + b : Math.min(a, b);
    }

    public static double min(double a, double b) {
        return Double.isNaN(a) || Double.isNaN(b) ? a + b : Math.min(a, b);
    }

    public static float max(float a, float b) {
        return Float.isNaN(a) || Float.isNaN(b) ? a + b : Math.max(a, b);
    }

    public static double max(double a, double b) {
        return Double.isNaN(a) || Double.isNaN(b) ? a + b : Math.max(a, b);
    }

    public static int truncI(float a) {
        return truncI((double) a);
    }

    public static int truncI(double a) {
        if (a > -2147483649.0 && a < 2147483648.0) {
            return (int) a;
        }
        throw outOfRange(a);
    }

    public static int truncUI(float a) {
        return truncUI((double) a);
    }

    public static int truncUI(double a) {
        if (a > -1.0 && a < 4294967296.0) {
            return (int) (long) a;
        }
        throw outOfRange(a);
    }

    public static long truncL(float a) {
        return truncL((double) a);
    }

    public static long truncL(double a) {
        if (a >= -TWO_63 && a < TWO_63) {
            return (long) a;
        }
        throw outOfRange(a);
    }

    public static long truncUL(float a) {
        return truncUL((double) a);
    }

    public static long truncUL(double a) {
        if (a > -1.0 && a < 2 * TWO_63) {
            return unsigned(a);
        }
        throw outOfRange(a);
    }

    private static long unsigned(double a) {
        return a < TWO_63 ? (long) a : (long) (a - TWO_63) ^ Long.MIN_VALUE;
    }

    private static Trap outOfRange(double a) {
        return new Trap(Double.isNaN(a) ? Trap.Kind.INVALID_CONVERSION : Trap.Kind.INTEGER_OVERFLOW);
    }

    public static int satUI(float a) {
        return satUI((double) a);
    }

    public static int satUI(double a) {
        if (!(a > 0)) {
            return 0;
        }
        return a >= 4294967295.0 ? -1 : (int) (long) a;
    }

    public static long satUL(float a) {
        return satUL((double) a);
    }

    public static long satUL(double a) {
        if (!(a > 0)) {
            return 0;
        }
        return a >= 2 * TWO_63 ? -1 : unsigned(a);
    }

    public static float unsignedToFloat(long a) {
        return a >= 0 ? (float) a : (float) ((a >>> 1) | (a & 1)) * 2;
    }

    public static double unsignedToDouble(long a) {
        return a >= 0 ? (double) a : (double) ((a >>> 1) | (a & 1)) * 2;
    }
}
