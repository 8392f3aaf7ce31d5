package io.polywire.gate.door;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.program.ProgramException;
import io.polywire.net.Headers;
import io.polywire.net.HttpRequest;
import io.polywire.net.HttpResponse;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** A request, its route, and the form of its answers. Immutable. */
record Asked(HttpRequest request, Route route) {
    private static final System.Logger LOG = System.getLogger("io.polywire.gate");
    private static final byte[] NOTHING = new byte[0];
    static final String CACHE_CONTROL = "public, max-age=3600";

    // ---- answers

    /** An answer without content. */
    HttpResponse answer(int code, String... headers) {
        return new HttpResponse(code, head(headers), NOTHING);
    }

    /** An answer in JSON. */
    HttpResponse json(String body, String... headers) {
        Headers head = head(headers).with("Content-Type", "application/json; charset=utf-8");
        return new HttpResponse(200, head, (body + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The head of an answer. */
    Headers head(String... headers) {
        Headers head = request.headers().first("Origin") == null ? Headers.EMPTY : route.cors();
        for (int i = 0; i < headers.length; i += 2) {
            head = head.with(headers[i], headers[i + 1]);
        }
        return head;
    }

    /** A refusal. */
    HttpResponse refusal(ApiException why) {
        Headers head = head();
        for (var header : why.headers().entrySet()) {
            head = head.with(header.getKey(), header.getValue());
        }
        if (why.text().isEmpty() || !acceptsText()) {
            return new HttpResponse(why.code(), head, NOTHING);
        }
        return new HttpResponse(
                why.code(),
                head.with("Content-Type", "text/plain; charset=utf-8"),
                (why.text() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** What a client is told of a failure; faults of this server are logged. */
    static ApiException told(Throwable failure) {
        return switch (failure) {
            case ApiException refused -> refused;
            case ProgramException refused -> new ApiException(refused.code(), refused.text());
            default -> {
                LOG.log(Level.ERROR, "a request failed", failure);
                yield new ApiException(500, "internal server error");
            }
        };
    }

    static ApiException unsupportedAction() {
        return new ApiException(501, "unsupported action").with("Cache-Control", CACHE_CONTROL);
    }

    // ---- what the request has to be like

    private boolean acceptsText() {
        return accepts(Set.of("*/*", "text/plain", "text/*"));
    }

    /** The type of the answer, below {@code application/}, has to be accepted. */
    void mustAccept(String type) {
        if (!accepts(Set.of("*/*", "application/*", type))) {
            throw new ApiException(406, "not acceptable");
        }
    }

    private boolean accepts(Set<String> types) {
        List<String> accepted = request.headers().all("Accept");
        if (accepted.isEmpty()) {
            return true;
        }
        for (String header : accepted) {
            for (String field : header.split(",")) {
                if (types.contains(mediaType(field))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String mediaType(String field) {
        int semicolon = field.indexOf(';');
        return (semicolon < 0 ? field : field.substring(0, semicolon)).strip();
    }

    void mustNotHaveQuery() {
        if (request.query() != null && !request.query().isEmpty()) {
            throw new ApiException(400, "unexpected query parameters");
        }
    }

    void mustHaveContentType(String type) {
        List<String> types = request.headers().all("Content-Type");
        if (types.size() > 1) {
            throw new ApiException(400, "duplicate header: Content-Type");
        }
        if (types.isEmpty() || !mediaType(types.get(0)).equals(type)) {
            throw unsupportedType();
        }
    }

    void mustNotHaveContentType() {
        if (request.headers().first("Content-Type") != null) {
            throw unsupportedType();
        }
    }

    private static ApiException unsupportedType() {
        return new ApiException(415, "unsupported content type");
    }

    void mustNotHaveContent() {
        if (contentLength() != 0) {
            throw new ApiException(413, "request content must be empty");
        }
    }

    void mustHaveContentLength() {
        if (contentLength() < 0) {
            throw new ApiException(411, "length required");
        }
    }

    /** Announced octets of the body; -1 if it comes in chunks. */
    long contentLength() {
        if (request.headers().first("Transfer-Encoding") != null) {
            return -1;
        }
        String length = request.headers().first("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            throw new ApiException(400, "content length is no number");
        }
    }

    /** Whether the body is compressed. */
    boolean gzipped() {
        List<String> encodings = request.headers().all("Content-Encoding");
        String encoding = encodings.isEmpty() ? "" : encodings.get(0).strip();
        if (encodings.size() == 1 && encoding.equals("gzip")) {
            return true;
        }
        if (encodings.size() > 1 || !(encoding.isEmpty() || encoding.equals("identity"))) {
            throw new ApiException(400, "unsupported content encoding").with("Accept-Encoding", "gzip");
        }
        return false;
    }
}
