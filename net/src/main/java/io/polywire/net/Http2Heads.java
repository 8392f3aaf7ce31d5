package io.polywire.net;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Translates heads and trailers between HTTP/2 and what doors know (RFC 9113, section 8). */
final class Http2Heads {
    /** Fields about a connection of HTTP/1.1; in HTTP/2 they are an error. */
    private static final Set<String> OF_CONNECTIONS =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private Http2Heads() {}

    /**
     * A request as a door would see it over HTTP/1.1: the authority is its {@code Host}, and a body whose length is not
     * announced is chunked.
     *
     * @param ended whether there is no body
     * @return null if method or path are missing, or anything contains what HTTP/1.1 could not have carried
     */
    static @Nullable HttpRequest request(Http2Headers head, boolean ended, Peer peer) {
        CharSequence method = head.method();
        CharSequence path = head.path();
        if (method == null || path == null || !printable(method) || !printable(path)) {
            return null;
        }
        String target = path.toString();
        if (!target.startsWith("/") && !target.equals("*")) {
            return null;
        }
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        CharSequence authority = head.authority();
        if (authority != null && !head.contains("host")) {
            fields.add(Map.entry("Host", authority.toString()));
        }
        if (!ended && !head.contains("content-length")) {
            fields.add(Map.entry("Transfer-Encoding", "chunked"));
        }
        if (!fields(head, fields)) {
            return null;
        }
        int mark = target.indexOf('?');
        return new HttpRequest(
                method.toString(),
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? null : target.substring(mark + 1),
                Headers.copyOf(fields),
                peer);
    }

    /** The fields of trailers; those that contain control characters are left out. */
    static Headers trailers(Http2Headers trailers) {
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        return fields(trailers, fields) ? Headers.copyOf(fields) : Headers.EMPTY;
    }

    private static boolean fields(Http2Headers from, List<Map.Entry<String, String>> to) {
        StringBuilder cookies = new StringBuilder();
        for (Map.Entry<CharSequence, CharSequence> e : from) {
            String name = e.getKey().toString();
            String value = e.getValue().toString();
            if (!printable(name) || value.chars().anyMatch(c -> (c < 32 && c != '\t') || c == 127)) {
                return false;
            }
            if (name.equals("cookie")) {
                cookies.append(cookies.isEmpty() ? "" : "; ").append(value); // Split to be compressed better.
            } else if (!name.startsWith(":")) {
                to.add(Map.entry(name, value));
            }
        }
        if (!cookies.isEmpty()) {
            to.add(Map.entry("Cookie", cookies.toString()));
        }
        return true;
    }

    private static boolean printable(CharSequence text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 32 && c < 127);
    }

    /** The head of an answer, with {@code Date}. */
    static Http2Headers answer(int status, Headers headers) {
        Http2Headers head = trailers(headers).status(Integer.toString(status));
        if (!head.contains("date")) {
            head.set("date", HttpDate.now());
        }
        return head;
    }

    /** Fields behind an answer. */
    static Http2Headers trailers(Headers headers) {
        Http2Headers out = new DefaultHttp2Headers();
        for (Headers.Field f : headers) {
            String name = f.name().toLowerCase(Locale.ROOT);
            if (!OF_CONNECTIONS.contains(name)) {
                out.add(name, f.value());
            }
        }
        return out;
    }
}
