package io.polywire.wamp.client.auth;

import java.text.Normalizer;

/** SASLprep (RFC 4013): one form for what different keyboards write, so that both ends hash the same octets. */
final class SaslPrep {
    private SaslPrep() {}

    /** @throws IllegalArgumentException if there is a character that must not be in a password or name */
    static String prepare(String text) {
        StringBuilder mapped = new StringBuilder(text.length());
        text.codePoints().filter(c -> !mappedToNothing(c)).forEach(c -> mapped.appendCodePoint(isSpace(c) ? ' ' : c));
        String prepared = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
        prepared.codePoints().forEach(SaslPrep::check);
        checkDirections(prepared);
        return prepared;
    }

    /** RFC 3454, table C.1.2. */
    private static boolean isSpace(int c) {
        return Character.getType(c) == Character.SPACE_SEPARATOR || c == 0x200B;
    }

    /** RFC 3454, table B.1. */
    private static boolean mappedToNothing(int c) {
        return c == 0xAD
                || c == 0x34F
                || c == 0x1806
                || c >= 0x180B && c <= 0x180D
                || c >= 0x200C && c <= 0x200D
                || c == 0x2060
                || c >= 0xFE00 && c <= 0xFE0F
                || c == 0xFEFF;
    }

    private static void check(int c) {
        boolean prohibited = switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default ->
                (c & 0xFFFE) == 0xFFFE
                        || c >= 0xFDD0 && c <= 0xFDEF
                        || c == 0x6DD
                        || c == 0x70F
                        || c == 0x180E
                        || c >= 0x200E && c <= 0x200F
                        || c >= 0x202A && c <= 0x202E
                        || c >= 0x2061 && c <= 0x2063
                        || c >= 0x206A && c <= 0x206F
                        || c >= 0xFFF9 && c <= 0xFFFD
                        || c >= 0x2FF0 && c <= 0x2FFB
                        || c == 0x340
                        || c == 0x341
                        || c >= 0xE0000 && c <= 0xE007F;
        };
        if (prohibited) {
            throw new IllegalArgumentException(String.format("U+%04X is not allowed in a name or password", c));
        }
    }

    /** RFC 3454, section 6: right-to-left text has no left-to-right letters, and begins and ends right-to-left. */
    private static void checkDirections(String text) {
        if (text.codePoints().noneMatch(SaslPrep::rightToLeft)) {
            return;
        }
        boolean mixed = text.codePoints()
                .anyMatch(c -> Character.getDirectionality(c) == Character.DIRECTIONALITY_LEFT_TO_RIGHT);
        if (mixed || !rightToLeft(text.codePointAt(0)) || !rightToLeft(text.codePointBefore(text.length()))) {
            throw new IllegalArgumentException("a name or password mixes right-to-left with left-to-right text");
        }
    }

    private static boolean rightToLeft(int c) {
        byte d = Character.getDirectionality(c);
        return d == Character.DIRECTIONALITY_RIGHT_TO_LEFT || d == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
