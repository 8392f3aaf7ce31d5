package io.polywire.model;

/**
 * The URI grammar (WAMP, "URIs"), checked by hand: the regular expressions of the specification backtrack badly on long
 * hostile input.
 *
 * <p>Loose: components hold anything but white space, {@code #} and {@code .}; strict: only digits, lower-case letters
 * and underscores. The last component may be empty for {@link Match#PREFIX}, any one for {@link Match#WILDCARD}; the
 * empty URI is valid for these two.
 */
public final class Uris {
    /** The longest URI accepted, in UTF-16 units. */
    public static final int MAX_LENGTH = 4096;

    private Uris() {}

    public static boolean valid(String uri, boolean strict) {
        return valid(uri, Match.EXACT, strict);
    }

    public static boolean valid(String uri, Match match, boolean strict) {
        int length = uri.length();
        if (length > MAX_LENGTH) {
            return false;
        }
        boolean emptyComponent = false; // one before the last
        int start = 0;
        for (int i = 0; i < length; i++) {
            char c = uri.charAt(i);
            if (c == '.') {
                emptyComponent |= i == start;
                start = i + 1;
            } else if (strict ? !strictChar(c) : c == '#' || isSpace(c)) {
                return false;
            }
        }
        boolean lastEmpty = start == length;
        return switch (match) {
            case EXACT -> !emptyComponent && !lastEmpty;
            case PREFIX -> !emptyComponent;
            case WILDCARD -> true;
        };
    }

    /** Whether the first component is {@code wamp}: no client registers or publishes there. */
    public static boolean reserved(String uri) {
        return uri.startsWith("wamp") && (uri.length() == 4 || uri.charAt(4) == '.');
    }

    private static boolean strictChar(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_';
    }

    /** White space as Unicode has it (property White_Space), which is more than {@link Character#isWhitespace}. */
    private static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r' || c >= 0x85 && (c == 0x85 || c == 0xA0 || Character.isSpaceChar(c));
    }
}
