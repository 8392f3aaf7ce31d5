package io.polywire.model;

import org.jspecify.annotations.Nullable;

/** How the URI of a registration or subscription is compared with the one called or published to. */
public enum Match {
    EXACT("exact"),
    /** A prefix of the string: {@code a.b} matches {@code a.bc}. */
    PREFIX("prefix"),
    /** Component by component; an empty component matches any one component. */
    WILDCARD("wildcard");

    private final String text;

    Match(String text) {
        this.text = text;
    }

    /** The value of the option {@code match}. */
    public String text() {
        return text;
    }

    /**
     * The policy that an option names.
     *
     * @param text the option's value, null where it is absent
     * @return null if there is no such policy
     */
    public static @Nullable Match of(@Nullable String text) {
        return switch (text) {
            case null -> EXACT;
            case "exact" -> EXACT;
            case "prefix" -> PREFIX;
            case "wildcard" -> WILDCARD;
            default -> null;
        };
    }

    /** Whether a pattern (an URI of this kind) matches the URI of something. */
    public boolean covers(String pattern, String uri) {
        return switch (this) {
            case EXACT -> uri.equals(pattern);
            case PREFIX -> uri.startsWith(pattern);
            case WILDCARD -> wildcard(pattern, uri);
        };
    }

    /** The numbers of components are equal; an empty one of the pattern matches any that is not empty. */
    private static boolean wildcard(String pattern, String uri) {
        int p = 0;
        int u = 0;
        while (true) {
            int pEnd = end(pattern, p);
            int uEnd = end(uri, u);
            boolean any = pEnd == p && uEnd > u;
            if (!any && (pEnd - p != uEnd - u || !pattern.regionMatches(p, uri, u, pEnd - p))) {
                return false;
            }
            boolean pLast = pEnd == pattern.length();
            boolean uLast = uEnd == uri.length();
            if (pLast || uLast) {
                return pLast && uLast;
            }
            p = pEnd + 1;
            u = uEnd + 1;
        }
    }

    private static int end(String text, int from) {
        int dot = text.indexOf('.', from);
        return dot < 0 ? text.length() : dot;
    }
}
