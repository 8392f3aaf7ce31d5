package io.polywire.gate.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes exceptions of answers that are none of success.
 *
 * @param audience what the client's tokens are made out to; empty without tokens
 */
record Refusals(List<String> audience) {
    private static final int LONGEST_TEXT = 1 << 12;
    private static final Pattern REALM = Pattern.compile("\\brealm=\"([^\"]*)\"");

    GateException of(int code, HttpHeaders fields, InputStream body) throws IOException {
        return of(code, fields, new String(body.readNBytes(LONGEST_TEXT), StandardCharsets.UTF_8));
    }

    GateException of(int code, HttpHeaders fields, String body) {
        String type = fields.firstValue("Content-Type").orElse("text/plain");
        String text = type.startsWith("text/plain") ? body.strip() : "";
        if (!text.isEmpty()) {
            return new GateException(code, text, code == 401 ? hint(fields) : "");
        }
        return new GateException(
                code,
                switch (code) {
                    case 409 -> "instance takes no connection"; // The API has no text for it.
                    default -> "the server answers with status " + code;
                });
    }

    /** A server that goes by another name refuses each token and does not say why; it says its name. */
    private String hint(HttpHeaders fields) {
        Matcher realm = REALM.matcher(fields.firstValue("WWW-Authenticate").orElse(""));
        if (audience.isEmpty() || !realm.find() || audience.contains(realm.group(1))) {
            return "";
        }
        return " (the token is for " + audience.getFirst() + ", the server is " + realm.group(1) + ")";
    }
}
