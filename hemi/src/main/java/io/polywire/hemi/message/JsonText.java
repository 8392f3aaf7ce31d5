package io.polywire.hemi.message;

import java.nio.charset.StandardCharsets;

/**
 * JSON being written, in UTF-8; what separates members and elements comes by itself. Used by one thread. That what is
 * written makes a JSON value is the caller's care.
 */
final class JsonText {
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final Octets out = new Octets();

    void begin(char bracket) {
        separate();
        out.write(bracket);
    }

    void end(char bracket) {
        out.write(bracket);
    }

    void name(String name) {
        string(name);
        out.write(':');
    }

    void string(String text) {
        separate();
        out.write('"');
        inside(text);
        out.write('"');
    }

    void number(long value) {
        separate();
        ascii(Long.toString(value));
    }

    /** Digits that are a JSON number already. */
    void number(String digits) {
        separate();
        ascii(digits);
    }

    void bool(boolean value) {
        separate();
        out.write(value ? TRUE : FALSE);
    }

    void nothing() {
        separate();
        out.write(NULL);
    }

    /** As it is. */
    void raw(byte[] octets, int offset, int length) {
        out.write(octets, offset, length);
    }

    /** As it is. */
    void raw(byte[] octets) {
        out.write(octets);
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }

    /** What comes next is a further member or element, unless the last octet begins something. */
    private void separate() {
        int last = out.last();
        if (last != '{' && last != '[' && last != ':' && last != -1) {
            out.write(',');
        }
    }

    private void ascii(String text) {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The text as it stands between quotation marks. */
    void inside(String text) {
        if (plain(text)) {
            ascii(text);
            return;
        }
        for (byte octet : wellFormed(text).getBytes(StandardCharsets.UTF_8)) {
            if (octet == '"' || octet == '\\') {
                out.write('\\');
                out.write(octet);
            } else if (octet >= 0 && octet < ' ') {
                escape(octet);
            } else {
                out.write(octet);
            }
        }
    }

    private void escape(byte control) {
        out.write('\\');
        switch (control) {
            case '\b' -> out.write('b');
            case '\t' -> out.write('t');
            case '\n' -> out.write('n');
            case '\f' -> out.write('f');
            case '\r' -> out.write('r');
            default -> {
                out.write('u');
                out.write('0');
                out.write('0');
                out.write(HEX[control >> 4]);
                out.write(HEX[control & 0xF]);
            }
        }
    }

    private static boolean plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    /** The text with U+FFFD for every half of a surrogate pair: UTF-8 has no word for it. */
    static String wellFormed(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return mended(text);
            }
        }
        return text;
    }

    private static String mended(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(out::appendCodePoint);
        return out.toString();
    }
}
