package io.polywire.server.dashboard;

import io.polywire.net.Headers;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpDoor;
import io.polywire.net.HttpRequest;
import io.polywire.net.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hands out the files of the page at {@code /}. They hold nothing secret: what the page shows it asks the router for, over WAMP,
 * with the rights of whoever logs in. Immutable, all in memory.
 */
public final class DashboardDoor implements HttpDoor {
    /** The page comes from here alone, nobody may frame it, and it may connect to where it came from. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "app.js", "text/javascript; charset=utf-8",
            "console.js", "text/javascript; charset=utf-8",
            "ui.js", "text/javascript; charset=utf-8",
            "wamp.js", "text/javascript; charset=utf-8",
            "style.css", "text/css; charset=utf-8",
            "icon.svg", "image/svg+xml");

    private final Map<String, HttpResponse> files = new HashMap<>();

    /**
     * Reads the files.
     *
     * @param settings what the page has to know before it connects
     */
    public DashboardDoor(DashboardSettings settings) {
        TYPES.forEach((name, type) -> files.put("/" + name, file(type, read(name))));
        files.put("/", files.get("/index.html"));
        files.put("/favicon.ico", files.get("/icon.svg"));
        files.put("/settings.json", file("application/json", settings.json().getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] read(String name) {
        try (InputStream in = DashboardDoor.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar has no " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpResponse file(String type, byte[] body) {
        Headers headers = Headers.of(
                "Content-Type", type,
                "Cache-Control", "no-cache",
                "ETag", '"' + digest(body) + '"',
                "Content-Security-Policy", POLICY,
                "X-Content-Type-Options", "nosniff",
                "X-Frame-Options", "DENY",
                "Referrer-Policy", "no-referrer",
                "Cross-Origin-Opener-Policy", "same-origin");
        return new HttpResponse(200, headers, body);
    }

    private static String digest(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public @Nullable HttpAnswer answer(HttpRequest request) {
        HttpResponse file = files.get(request.path());
        boolean read = request.method().equals("GET") || request.method().equals("HEAD");
        if (file == null || !read || request.upgrade() != HttpRequest.Upgrade.NONE) {
            return null;
        }
        String tag = file.headers().first("ETag");
        return tag != null && request.headers().elements("If-None-Match").contains(tag)
                ? new HttpResponse(304, file.headers(), new byte[0])
                : file;
    }
}
