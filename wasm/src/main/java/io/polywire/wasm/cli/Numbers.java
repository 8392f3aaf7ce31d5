package io.polywire.wasm.cli;

import io.polywire.wasm.Values;
import io.polywire.wasm.cli.WasmCommand.UsageException;
import io.polywire.wasm.module.ValType;
import java.math.BigDecimal;

/** Numbers as text on the command line. */
final class Numbers {
    /** Decimal exponents from which on a float is written in scientific notation. */
    private static final int PLAIN = 21;

    private Numbers() {}

    /** Appends an argument; integers may be signed or unsigned, decimal or 0x. */
    static void add(Values v, ValType type, String text) {
        try {
            switch (type) {
                case I32 -> {
                    long n = Long.decode(text);
                    if (n < Integer.MIN_VALUE || n > 0xffffffffL) {
                        throw new NumberFormatException();
                    }
                    v.addI((int) n);
                }
                case I64 ->
                    v.addL(
                            text.startsWith("-") || text.startsWith("0x")
                                    ? Long.decode(text)
                                    : Long.parseUnsignedLong(text));
                case F32 -> v.addF(Float.parseFloat(java(text)));
                case F64 -> v.addD(Double.parseDouble(java(text)));
                case FUNCREF, EXTERNREF -> {
                    if (!text.equals("null")) {
                        throw new NumberFormatException();
                    }
                    v.addR(null);
                }
            }
        } catch (NumberFormatException e) {
            throw new UsageException("'" + text + "' is no " + type);
        }
    }

    private static String java(String text) {
        return switch (text) {
            case "nan" -> "NaN";
            case "inf", "+inf" -> "Infinity";
            case "-inf" -> "-Infinity";
            default -> text;
        };
    }

    /** A result: integers decimal, floats in the shortest form that reads back the same. */
    static String text(Values v, int index, ValType type) {
        return switch (type) {
            case I32 -> Integer.toString(v.getI(index));
            case I64 -> Long.toString(v.getL(index));
            case F32 -> decimal(Float.toString(v.getF(index)));
            case F64 -> decimal(Double.toString(v.getD(index)));
            case FUNCREF, EXTERNREF -> String.valueOf(v.getR(index));
        };
    }

    private static String decimal(String java) {
        return switch (java) {
            case "NaN" -> "nan";
            case "Infinity" -> "inf";
            case "-Infinity" -> "-inf";
            case "0.0" -> "0";
            case "-0.0" -> "-0";
            default -> {
                BigDecimal d = new BigDecimal(java).stripTrailingZeros();
                int exponent = d.precision() - d.scale() - 1;
                if (Math.abs(exponent) < PLAIN) {
                    yield d.toPlainString();
                }
                String digits = d.unscaledValue().toString();
                int sign = digits.startsWith("-") ? 1 : 0;
                String head = digits.substring(0, sign + 1);
                String tail = digits.substring(sign + 1);
                yield head + (tail.isEmpty() ? "" : "." + tail) + "e" + exponent;
            }
        };
    }
}
