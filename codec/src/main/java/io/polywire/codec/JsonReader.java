package io.polywire.codec;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * JSON (RFC 8259, strictly). Integers without fraction and exponent stay integers; a string of U+0000 and valid Base64
 * is binary (WAMP, "Binary conversion of JSON strings"). Half of a surrogate pair is refused even as an escape: it
 * cannot be written in the other serializations.
 */
final class JsonReader extends Reader {
    /** A number of more characters is refused: to read it would take too long. One more than an integer can need. */
    private static final int LONGEST_NUMBER = 1001;

    private static final int FIRST_VALUE = 0; // at the top, or after [
    private static final int NEXT_VALUE = 1; // a comma must come first
    private static final int FIRST_KEY = 2;
    private static final int NEXT_KEY = 3;
    private static final int MAP_VALUE = 4; // a colon must come first

    private final byte[] states = new byte[DEEPEST + 1];
    private boolean escaped;

    @Override
    String name() {
        return "JSON";
    }

    @Override
    void on(byte[] octets, int offset, int length) {
        super.on(octets, offset, length);
        states[0] = FIRST_VALUE;
    }

    @Override
    int next() {
        int level = depth;
        int state = states[level];
        int octet = visible();
        boolean inMap = state == FIRST_KEY || state == NEXT_KEY;
        if (level > 0 && state != MAP_VALUE && octet == (inMap ? '}' : ']')) {
            position++;
            depth = level - 1;
            return END;
        }
        if (state == MAP_VALUE) {
            octet = after(':', octet);
        } else if (state == NEXT_VALUE || state == NEXT_KEY) {
            octet = after(',', octet);
        }
        start = position;
        if (inMap) {
            if (octet != '"') {
                throw keyViolation();
            }
            states[level] = MAP_VALUE;
            string();
            return TEXT;
        }
        states[level] = (byte) (state == MAP_VALUE ? NEXT_KEY : NEXT_VALUE);
        return begin(octet);
    }

    private int begin(int octet) {
        return switch (octet) {
            case '"' -> {
                string();
                yield !skimming && binary() ? BINARY : TEXT;
            }
            case '[' -> open(LIST, FIRST_VALUE);
            case '{' -> open(MAP, FIRST_KEY);
            case 't' -> literal("true", TRUE);
            case 'f' -> literal("false", FALSE);
            case 'n' -> literal("null", NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw violation("no value begins here");
        };
    }

    private int open(int token, int state) {
        position++;
        open();
        states[depth] = (byte) state;
        return token;
    }

    /** The next octet that is no white space; the position is on it. */
    private int visible() {
        int at = position;
        while (at < end) {
            byte octet = octets[at];
            if (octet > ' ' || octet != ' ' && octet != '\n' && octet != '\r' && octet != '\t') {
                position = at;
                return octet;
            }
            at++;
        }
        position = at;
        throw truncated();
    }

    private int after(char separator, int octet) {
        if (octet != separator) {
            throw violation("'" + separator + "' is missing");
        }
        position++;
        return visible();
    }

    private int literal(String word, int token) {
        int length = word.length();
        for (int i = 0; i < length; i++) {
            if (position + i >= end) {
                throw truncated();
            }
            if (octets[position + i] != word.charAt(i)) {
                throw violation("no value begins here");
            }
        }
        position += length;
        return token;
    }

    private int number() {
        int begin = position;
        boolean negative = octets[begin] == '-';
        int firstDigit = negative ? begin + 1 : begin;
        int at = digits(firstDigit);
        if (octets[firstDigit] == '0' && at > firstDigit + 1) {
            position = firstDigit;
            throw violation("a number begins with 0");
        }
        int integerEnd = at;
        if (at < end && octets[at] == '.') {
            at = digits(at + 1);
        }
        if (at < end && (octets[at] | 0x20) == 'e') {
            boolean sign = at + 1 < end && (octets[at + 1] == '+' || octets[at + 1] == '-');
            at = digits(sign ? at + 2 : at + 1);
        }
        if (at - begin > LONGEST_NUMBER) {
            throw violation("a number has more than " + LONGEST_NUMBER + " characters");
        }
        position = at;
        if (at == integerEnd && at - firstDigit <= 18) {
            long value = 0;
            for (int i = skimming ? at : firstDigit; i < at; i++) {
                value = value * 10 + (octets[i] - '0');
            }
            integer = negative ? -value : value;
            return INTEGER;
        }
        return skimming ? NUMBER : largeOrFraction(begin, at, at == integerEnd);
    }

    private int largeOrFraction(int begin, int at, boolean isInteger) {
        String literal = new String(octets, begin, at - begin, StandardCharsets.ISO_8859_1);
        if (!isInteger) {
            number = Double.parseDouble(literal);
            return NUMBER;
        }
        big = new BigInteger(literal);
        integer = big.longValue();
        number = Double.POSITIVE_INFINITY * big.signum();
        return big.bitLength() < 64 ? INTEGER : big.bitLength() <= LARGEST_INTEGER ? BIG : NUMBER;
    }

    /** Behind the digits, of which there must be one at least. */
    private int digits(int at) {
        int first = at;
        while (at < end && octets[at] >= '0' && octets[at] <= '9') {
            at++;
        }
        if (at == first) {
            position = at;
            throw at >= end ? truncated() : violation("a digit is missing");
        }
        return at;
    }

    /** Finds the end of a string and checks all that is in it; its octets, escapes and all, become the slice. */
    private void string() {
        escaped = false;
        int at = position + 1;
        from = at;
        while (true) {
            at = Octets.ordinary(octets, at, end);
            if (at >= end) {
                throw truncated();
            }
            byte octet = octets[at];
            if (octet == '"') {
                break;
            }
            position = at;
            if (octet == '\\') {
                at = escape(at);
            } else if (octet >= 0) {
                throw violation("a control character is in a string");
            } else {
                int length = Octets.sequence(octets, at, end);
                if (length == 0) {
                    throw violation("a string is not valid UTF-8");
                }
                at += length;
            }
        }
        source = octets;
        to = at;
        position = at + 1;
    }

    /** Behind an escape. */
    private int escape(int at) {
        escaped = true;
        if (at + 1 >= end) {
            throw truncated();
        }
        return switch (octets[at + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 2;
            case 'u' -> unicodeEscape(at);
            default -> throw violation("an escape is unknown");
        };
    }

    private int unicodeEscape(int at) {
        char unit = unit(at + 2);
        if (!Character.isSurrogate(unit)) {
            return at + 6;
        }
        boolean pair = Character.isHighSurrogate(unit)
                && at + 7 < end
                && octets[at + 6] == '\\'
                && octets[at + 7] == 'u'
                && Character.isLowSurrogate(unit(at + 8));
        if (!pair) {
            throw violation("an escape is half of a surrogate pair");
        }
        return at + 12;
    }

    /** The UTF-16 unit of four hexadecimal digits. */
    private char unit(int at) {
        int unit = 0;
        for (int i = at; i < at + 4; i++) {
            if (i >= end) {
                throw truncated();
            }
            int digit = octets[i] < 0 ? -1 : Character.digit(octets[i], 16);
            if (digit < 0) {
                throw violation("an escape needs four hexadecimal digits");
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    @Override
    void plain() {
        if (!escaped) {
            return;
        }
        escaped = false;
        byte[] plain = new byte[to - from]; // no escape is shorter than what it stands for
        int length = 0;
        int at = from;
        while (at < to) {
            byte octet = octets[at++];
            if (octet != '\\') {
                plain[length++] = octet;
                continue;
            }
            octet = octets[at++];
            if (octet == 'u') {
                char unit = unit(at);
                at += 4;
                int point = unit;
                if (Character.isSurrogate(unit)) {
                    point = Character.toCodePoint(unit, unit(at + 2));
                    at += 6;
                }
                length = utf8(point, plain, length);
            } else {
                plain[length++] = unescaped(octet);
            }
        }
        source = plain;
        from = 0;
        to = length;
    }

    private static byte unescaped(byte octet) {
        return switch (octet) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> octet;
        };
    }

    private static int utf8(int point, byte[] into, int at) {
        if (point < 0x80) {
            into[at++] = (byte) point;
            return at;
        }
        if (point < 0x800) {
            into[at++] = (byte) (0xC0 | point >> 6);
        } else {
            if (point < 0x10000) {
                into[at++] = (byte) (0xE0 | point >> 12);
            } else {
                into[at++] = (byte) (0xF0 | point >> 18);
                into[at++] = (byte) (0x80 | point >> 12 & 0x3F);
            }
            into[at++] = (byte) (0x80 | point >> 6 & 0x3F);
        }
        into[at++] = (byte) (0x80 | point & 0x3F);
        return at;
    }

    /** Makes the slice binary, if it is the text that stands for binary. */
    private boolean binary() {
        if (!escaped || to - from < 6 || octets[from + 1] != 'u' || octets[from] != '\\' || unit(from + 2) != 0) {
            return false;
        }
        plain();
        if (!isBase64(source, from + 1, to)) {
            return false;
        }
        byte[] text = new byte[to - from - 1];
        System.arraycopy(source, from + 1, text, 0, text.length);
        source = Base64.getDecoder().decode(text);
        from = 0;
        to = source.length;
        return true;
    }

    /** Standard alphabet, padded. Checked here because the decoder takes more and says no by a costly exception. */
    private static boolean isBase64(byte[] text, int from, int to) {
        if ((to - from & 3) != 0) {
            return false;
        }
        int last = to;
        while (last > from && to - last < 2 && text[last - 1] == '=') {
            last--;
        }
        for (int i = from; i < last; i++) {
            byte c = text[i];
            boolean letter = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            if (!letter && !(c >= '0' && c <= '9') && c != '+' && c != '/') {
                return false;
            }
        }
        return true;
    }

    @Override
    void finish() {
        int at = position;
        while (at < end && (octets[at] == ' ' || octets[at] == '\n' || octets[at] == '\r' || octets[at] == '\t')) {
            at++;
        }
        if (at != end) {
            position = at;
            throw violation("octets follow the message");
        }
    }
}
