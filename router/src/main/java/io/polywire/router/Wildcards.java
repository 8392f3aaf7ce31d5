package io.polywire.router;

/** Compares a URI with one wildcard pattern (WAMP, "Wildcard Matching"). */
final class Wildcards {
    private Wildcards() {}

    /** Component by component; the numbers of components are equal, an empty one of the pattern matches any. */
    static boolean matches(String pattern, String uri) {
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
