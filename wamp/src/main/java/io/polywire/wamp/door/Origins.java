package io.polywire.wamp.door;

import io.polywire.net.HttpRequest;
import java.util.List;
import java.util.Locale;

/**
 * Which web pages may connect, by the {@code Origin} that browsers send with an upgrade (RFC 6455, section 10.2). What sends no
 * origin is no web page, and not held up here.
 *
 * @param allowed {@code *} for all; {@code same} for pages of the host that is connected to; else an origin such as {@code
 *     https://example.com}, which may have {@code *} for the first labels of its host: {@code https://*.example.com}
 */
public record Origins(List<String> allowed) {
    public static final Origins ALL = new Origins(List.of("*"));

    private static final String SAME = "same";

    /**
     * @throws IllegalArgumentException if one of them has none of these forms
     */
    public Origins {
        allowed = allowed.stream().map(one -> one.toLowerCase(Locale.ROOT)).toList();
        for (String one : allowed) {
            if (!one.equals("*")
                    && !one.equals(SAME)
                    && !one.equals("null")
                    && !one.matches("[a-z][a-z0-9+.-]*://[^/]+")) {
                throw new IllegalArgumentException(
                        "'" + one + "' is not *, same, null or an origin such as https://example.com");
            }
        }
    }

    boolean allow(HttpRequest request) {
        String origin = request.headers().first("Origin");
        if (origin == null) {
            return true;
        }
        String from = origin.trim().toLowerCase(Locale.ROOT);
        String host = request.headers().first("Host");
        for (String one : allowed) {
            if (one.equals("*")
                    || one.equals(from)
                    || (one.equals(SAME)
                            && host != null
                            && from.endsWith("://" + host.trim().toLowerCase(Locale.ROOT)))
                    || wildcard(one, from)) {
                return true;
            }
        }
        return false;
    }

    private static boolean wildcard(String pattern, String origin) {
        int star = pattern.indexOf("://*.");
        return star >= 0
                && origin.startsWith(pattern.substring(0, star + 3))
                && origin.endsWith(pattern.substring(star + 4))
                && origin.length() > pattern.length() - 1;
    }
}
