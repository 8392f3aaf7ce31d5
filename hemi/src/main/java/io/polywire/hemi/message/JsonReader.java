package io.polywire.hemi.message;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON from octets, token by token, strictly as RFC 8259 has it. Made for short messages: a general parser's tables and
 * buffers cost more than the reading. Used by one thread.
 */
final class JsonReader {
    /** Open objects and arrays, as deep as the original reads. */
    static final int DEEPEST = 10_000;

    /** What {@link #next} is on; a string or number has been passed already. */
    enum Token {
        OBJECT,
        ARRAY,
        STRING,
        INTEGER,
        DECIMAL,
        TRUE,
        FALSE,
        NULL
    }

    private final byte[] octets;
    private final int end;
    private int at;
    private int depth;

    /** Whether nothing of the innermost object or array was read yet. */
    private boolean fresh;

    /** The last token. */
    private int start;

    private boolean plain;

    JsonReader(byte[] octets, int offset, int length) {
        this.octets = octets;
        this.at = offset;
        this.end = offset + length;
    }

    /** Place of the next octet. */
    int position() {
        return at;
    }

    /** Place of the last token's first octet. */
    int start() {
        return start;
    }

    /** The value that comes next; of objects and arrays only the bracket is read. */
    Token next() {
        byte first = visible();
        start = at++;
        return switch (first) {
            case '{' -> open(Token.OBJECT);
            case '[' -> open(Token.ARRAY);
            case '"' -> passString();
            case 't' -> literal("true", Token.TRUE);
            case 'f' -> literal("false", Token.FALSE);
            case 'n' -> literal("null", Token.NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw malformed("no value");
        };
    }

    /** The name of the object's next member; null at its end, which is passed. */
    @Nullable
    String nextName() {
        if (closed('}')) {
            return null;
        }
        beginName();
        String name = string();
        endName();
        return name;
    }

    /** Whether the array has another element; its end is passed. */
    boolean nextElement() {
        return !closed(']');
    }

    /** Passes the rest of the value that {@link #next} is on. */
    void skip(Token token) {
        if (token != Token.OBJECT && token != Token.ARRAY) {
            return;
        }
        int outside = depth - 1;
        boolean[] objects = new boolean[16]; // by depth below the value
        objects[0] = token == Token.OBJECT;
        while (depth > outside) {
            int inner = depth - outside - 1;
            if (closed(objects[inner] ? '}' : ']')) {
                continue;
            }
            if (objects[inner]) {
                beginName();
                endName();
            }
            Token value = next();
            if (value == Token.OBJECT || value == Token.ARRAY) {
                if (inner + 2 > objects.length) {
                    objects = Arrays.copyOf(objects, objects.length * 2);
                }
                objects[inner + 1] = value == Token.OBJECT;
            }
        }
    }

    /** To be called after the last value: nothing but white space may come. */
    void finish() {
        while (at < end) {
            if (!blank(octets[at])) {
                throw malformed("more than one JSON value");
            }
            at++;
        }
    }

    // --- the last token --------------------------------------------------------------------------------------------

    /** Its octets. */
    int length() {
        return at - start;
    }

    /** The text of a string; halves of surrogate pairs are U+FFFD. */
    String string() {
        return plain
                ? new String(octets, start + 1, length() - 2, StandardCharsets.ISO_8859_1)
                : JsonText.wellFormed(unescaped());
    }

    /** An integer, null if it does not fit. */
    @Nullable
    Long integer() {
        int digits = length();
        if (digits < 19) {
            boolean negative = octets[start] == '-';
            long value = 0;
            for (int i = negative ? start + 1 : start; i < at; i++) {
                value = value * 10 + (octets[i] - '0');
            }
            return negative ? -value : value;
        }
        if (digits > 20) {
            return null;
        }
        BigInteger value = bigInteger();
        return value.bitLength() < Long.SIZE ? (Long) value.longValue() : null;
    }

    /** An integer of any size; takes more than linear time. */
    BigInteger bigInteger() {
        return new BigInteger(new String(octets, start, length(), StandardCharsets.ISO_8859_1));
    }

    // --- what tokens are made of -----------------------------------------------------------------------------------

    private Token open(Token token) {
        if (++depth > DEEPEST) {
            throw malformed("nested deeper than " + DEEPEST);
        }
        fresh = true;
        return token;
    }

    /** Passes the end of an object or array, or the comma before what comes next. */
    private boolean closed(char bracket) {
        byte next = visible();
        if (next == bracket) {
            at++;
            depth--;
            fresh = false;
            return true;
        }
        if (!fresh) {
            if (next != ',') {
                throw malformed("no comma");
            }
            at++;
        }
        fresh = false;
        return false;
    }

    private void beginName() {
        if (visible() != '"') {
            throw malformed("no name");
        }
        start = at++;
        var _ = passString();
    }

    private void endName() {
        if (visible() != ':') {
            throw malformed("no colon");
        }
        at++;
    }

    private Token passString() {
        fresh = false;
        boolean ascii = true;
        boolean escapes = false;
        while (at < end) {
            byte octet = octets[at++];
            if (octet == '"') {
                plain = ascii && !escapes;
                if (!ascii) {
                    checkUtf8();
                }
                return Token.STRING;
            }
            if (octet == '\\') {
                escapes = true;
                escape();
            } else if (octet < 0) {
                ascii = false;
            } else if (octet < ' ') {
                throw malformed("a control character in a string");
            }
        }
        throw malformed("a string without end");
    }

    private void escape() {
        byte kind = at < end ? octets[at++] : 0;
        if (kind == 'u') {
            if (at + 4 > end) {
                throw malformed("a string without end");
            }
            for (int i = 0; i < 4; i++) {
                if (Character.digit(octets[at++], 16) < 0) {
                    throw malformed("no hexadecimal digits after \\u");
                }
            }
        } else if ("\"\\/bfnrt".indexOf(kind) < 0) {
            throw malformed("an unknown escape");
        }
    }

    private void checkUtf8() {
        try {
            var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, start, length()));
        } catch (CharacterCodingException bad) {
            throw malformed("the text is not UTF-8");
        }
    }

    private String unescaped() {
        String raw = new String(octets, start + 1, length() - 2, StandardCharsets.UTF_8);
        StringBuilder text = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char kind = raw.charAt(++i);
            switch (kind) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append((char) Integer.parseInt(raw, i + 1, i + 5, 16));
                    i += 4;
                }
                default -> text.append(kind);
            }
        }
        return text.toString();
    }

    private Token literal(String word, Token token) {
        fresh = false;
        if (end - start < word.length()) {
            throw malformed("no value");
        }
        for (int i = 1; i < word.length(); i++) {
            if (octets[at++] != word.charAt(i)) {
                throw malformed("no value");
            }
        }
        return token;
    }

    private Token number() {
        fresh = false;
        at = octets[start] == '-' ? start + 1 : start;
        if (at < end && octets[at] == '0') {
            at++;
        } else {
            digits();
        }
        Token token = Token.INTEGER;
        if (at < end && octets[at] == '.') {
            token = Token.DECIMAL;
            at++;
            digits();
        }
        if (at < end && (octets[at] | 0x20) == 'e') {
            token = Token.DECIMAL;
            at++;
            if (at < end && (octets[at] == '+' || octets[at] == '-')) {
                at++;
            }
            digits();
        }
        return token;
    }

    private void digits() {
        int before = at;
        while (at < end && octets[at] >= '0' && octets[at] <= '9') {
            at++;
        }
        if (at == before) {
            throw malformed("no digits");
        }
    }

    /** The next octet that is no white space, which is not passed. */
    private byte visible() {
        while (at < end && blank(octets[at])) {
            at++;
        }
        if (at == end) {
            throw malformed("the message ends too early");
        }
        return octets[at];
    }

    private static boolean blank(byte octet) {
        return octet == ' ' || octet == '\n' || octet == '\r' || octet == '\t';
    }

    private MalformedMessageException malformed(String what) {
        return new MalformedMessageException(what + " at octet " + at);
    }
}
