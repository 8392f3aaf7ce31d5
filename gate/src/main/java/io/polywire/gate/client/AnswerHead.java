package io.polywire.gate.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Status line and fields of an answer in HTTP/1.1 (RFC 9112).
 *
 * @param code status
 * @param fields all header fields
 */
record AnswerHead(int code, HttpHeaders fields) {
    private static final int LONGEST = 1 << 16;

    /** Reads the next head that is no interim answer. */
    static AnswerHead read(InputStream in) throws IOException {
        while (true) {
            String line = readLine(in);
            if (!line.matches("HTTP/1\\.\\d \\d{3}( .*)?")) {
                throw new IOException("the answer is not HTTP/1.1");
            }
            int code = Integer.parseInt(line.substring(9, 12));
            HttpHeaders fields = readFields(in);
            if (code >= 200) {
                return new AnswerHead(code, fields);
            }
        }
    }

    /** Reads fields, or trailers, up to the empty line. */
    static HttpHeaders readFields(InputStream in) throws IOException {
        Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        int length = 0;
        for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
            length += line.length();
            int colon = line.indexOf(':');
            if (colon < 1 || length > LONGEST) {
                throw new IOException("the answer's header is malformed or too long");
            }
            fields.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return HttpHeaders.of(fields, (name, value) -> true);
    }

    /** Reads up to a line feed, which is dropped with a carriage return before it. */
    static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server has closed the connection");
            }
            if (line.length() == LONGEST) {
                throw new IOException("the answer has a line that is too long");
            }
            line.append((char) c);
        }
        int end = line.length();
        return new String(
                line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end)
                        .getBytes(StandardCharsets.ISO_8859_1),
                StandardCharsets.UTF_8);
    }

    String field(String name) {
        return fields.firstValue(name).orElse("");
    }
}
