package io.polywire.wasm;

/** Numeric instructions on bits, for the interpreter and constant expressions. i32 and f32 are sign-extended. */
final class Arithmetic {
    private Arithmetic() {}

    static boolean isUnary(int op) {
        return op == 0x45
                || op == 0x50
                || (op >= 0x67 && op <= 0x69)
                || (op >= 0x79 && op <= 0x7b)
                || (op >= 0x8b && op <= 0x91)
                || (op >= 0x99 && op <= 0x9f)
                || op >= 0xa7;
    }

    static long binary(int op, long a, long b) {
        if (op <= 0x4f || (op >= 0x6a && op <= 0x78)) {
            return int32(op, (int) a, (int) b);
        }
        if (op <= 0x5a || (op >= 0x7c && op <= 0x8a)) {
            return int64(op, a, b);
        }
        if (op <= 0x60 || (op >= 0x92 && op <= 0x98)) {
            return float32(op, f(a), f(b));
        }
        return float64(op, d(a), d(b));
    }

    private static float f(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static double d(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static long bits(float v) {
        return Float.floatToRawIntBits(v);
    }

    private static long bits(double v) {
        return Double.doubleToRawLongBits(v);
    }

    private static long bool(boolean b) {
        return b ? 1 : 0;
    }

    private static long int32(int op, int a, int b) {
        return op <= 0x4f ? compare32(op, a, b) : (long) compute32(op, a, b);
    }

    private static long compare32(int op, int a, int b) {
        return switch (op) {
            case 0x46 -> bool(a == b);
            case 0x47 -> bool(a != b);
            case 0x48 -> bool(a < b);
            case 0x49 -> bool(Integer.compareUnsigned(a, b) < 0);
            case 0x4a -> bool(a > b);
            case 0x4b -> bool(Integer.compareUnsigned(a, b) > 0);
            case 0x4c -> bool(a <= b);
            case 0x4d -> bool(Integer.compareUnsigned(a, b) <= 0);
            case 0x4e -> bool(a >= b);
            default -> bool(Integer.compareUnsigned(a, b) >= 0);
        };
    }

    private static int compute32(int op, int a, int b) {
        return switch (op) {
            case 0x6a -> a + b;
            case 0x6b -> a - b;
            case 0x6c -> a * b;
            case 0x6d -> Num.div(a, b);
            case 0x6e -> Integer.divideUnsigned(a, b);
            case 0x6f -> a % b;
            case 0x70 -> Integer.remainderUnsigned(a, b);
            case 0x71 -> a & b;
            case 0x72 -> a | b;
            case 0x73 -> a ^ b;
            case 0x74 -> a << b;
            case 0x75 -> a >> b;
            case 0x76 -> a >>> b;
            case 0x77 -> Integer.rotateLeft(a, b);
            default -> Integer.rotateRight(a, b);
        };
    }

    private static long int64(int op, long a, long b) {
        return switch (op) {
            case 0x51 -> bool(a == b);
            case 0x52 -> bool(a != b);
            case 0x53 -> bool(a < b);
            case 0x54 -> bool(Long.compareUnsigned(a, b) < 0);
            case 0x55 -> bool(a > b);
            case 0x56 -> bool(Long.compareUnsigned(a, b) > 0);
            case 0x57 -> bool(a <= b);
            case 0x58 -> bool(Long.compareUnsigned(a, b) <= 0);
            case 0x59 -> bool(a >= b);
            case 0x5a -> bool(Long.compareUnsigned(a, b) >= 0);
            case 0x7c -> a + b;
            case 0x7d -> a - b;
            case 0x7e -> a * b;
            case 0x7f -> Num.div(a, b);
            case 0x80 -> Long.divideUnsigned(a, b);
            case 0x81 -> a % b;
            case 0x82 -> Long.remainderUnsigned(a, b);
            case 0x83 -> a & b;
            case 0x84 -> a | b;
            case 0x85 -> a ^ b;
            case 0x86 -> a << b;
            case 0x87 -> a >> b;
            case 0x88 -> a >>> b;
            case 0x89 -> Long.rotateLeft(a, (int) b);
            default -> Long.rotateRight(a, (int) b);
        };
    }

    private static long float32(int op, float a, float b) {
        return switch (op) {
            case 0x5b -> bool(a == b);
            case 0x5c -> bool(a != b);
            case 0x5d -> bool(a < b);
            case 0x5e -> bool(a > b);
            case 0x5f -> bool(a <= b);
            case 0x60 -> bool(a >= b);
            case 0x92 -> bits(a + b);
            case 0x93 -> bits(a - b);
            case 0x94 -> bits(a * b);
            case 0x95 -> bits(a / b);
            case 0x96 -> bits(Num.min(a, b));
            case 0x97 -> bits(Num.max(a, b));
            default -> bits(Num.copysign(a, b));
        };
    }

    private static long float64(int op, double a, double b) {
        return switch (op) {
            case 0x61 -> bool(a == b);
            case 0x62 -> bool(a != b);
            case 0x63 -> bool(a < b);
            case 0x64 -> bool(a > b);
            case 0x65 -> bool(a <= b);
            case 0x66 -> bool(a >= b);
            case 0xa0 -> bits(a + b);
            case 0xa1 -> bits(a - b);
            case 0xa2 -> bits(a * b);
            case 0xa3 -> bits(a / b);
            case 0xa4 -> bits(Num.min(a, b));
            case 0xa5 -> bits(Num.max(a, b));
            default -> bits(Num.copysign(a, b));
        };
    }

    static long unary(int op, long a) {
        return switch (op) {
            case 0x45 -> bool((int) a == 0);
            case 0x50 -> bool(a == 0);
            case 0x67 -> Integer.numberOfLeadingZeros((int) a);
            case 0x68 -> Integer.numberOfTrailingZeros((int) a);
            case 0x69 -> Integer.bitCount((int) a);
            case 0x79 -> Long.numberOfLeadingZeros(a);
            case 0x7a -> Long.numberOfTrailingZeros(a);
            case 0x7b -> Long.bitCount(a);
            default -> op <= 0x91 ? float32(op, f(a)) : op <= 0x9f ? float64(op, d(a)) : convert(op, a);
        };
    }

    private static long float32(int op, float a) {
        return bits(
                switch (op) {
                    case 0x8b -> Num.abs(a);
                    case 0x8c -> -a;
                    case 0x8d -> Num.ceil(a);
                    case 0x8e -> Num.floor(a);
                    case 0x8f -> Num.trunc(a);
                    case 0x90 -> Num.nearest(a);
                    default -> Num.sqrt(a);
                });
    }

    private static long float64(int op, double a) {
        return bits(
                switch (op) {
                    case 0x99 -> Num.abs(a);
                    case 0x9a -> -a;
                    case 0x9b -> Num.ceil(a);
                    case 0x9c -> Num.floor(a);
                    case 0x9d -> Num.trunc(a);
                    case 0x9e -> Num.nearest(a);
                    default -> Num.sqrt(a);
                });
    }

    private static long convert(int op, long a) {
        return switch (op) {
            case 0xa7, 0xac, 0xc4 -> (int) a;
            case 0xa8 -> Num.truncI(f(a));
            case 0xa9 -> Num.truncUI(f(a));
            case 0xaa -> Num.truncI(d(a));
            case 0xab -> Num.truncUI(d(a));
            case 0xad -> a & 0xffffffffL;
            case 0xae -> Num.truncL(f(a));
            case 0xaf -> Num.truncUL(f(a));
            case 0xb0 -> Num.truncL(d(a));
            case 0xb1 -> Num.truncUL(d(a));
            case 0xb2 -> bits((float) (int) a);
            case 0xb3 -> bits((float) (a & 0xffffffffL));
            case 0xb4 -> bits((float) a);
            case 0xb5 -> bits(Num.unsignedToFloat(a));
            case 0xb6 -> bits((float) d(a));
            case 0xb7 -> bits((double) (int) a);
            case 0xb8 -> bits((double) (a & 0xffffffffL));
            case 0xb9 -> bits((double) a);
            case 0xba -> bits(Num.unsignedToDouble(a));
            case 0xbb -> bits((double) f(a));
            case 0xbc, 0xbd, 0xbe, 0xbf -> a;
            case 0xc0, 0xc2 -> (byte) a;
            case 0xc1, 0xc3 -> (short) a;
            default -> saturate(op, a);
        };
    }

    private static long saturate(int op, long a) {
        return switch (op) {
            case 0xfc00 -> (int) f(a);
            case 0xfc01 -> Num.satUI(f(a));
            case 0xfc02 -> (int) d(a);
            case 0xfc03 -> Num.satUI(d(a));
            case 0xfc04 -> (long) f(a);
            case 0xfc05 -> Num.satUL(f(a));
            case 0xfc06 -> (long) d(a);
            default -> Num.satUL(d(a));
        };
    }
}
