package io.polywire.gate.door;

import io.polywire.gate.message.Status;
import io.polywire.net.Endpoint;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that shows everything: one connection, header fields as sent, chunks as they come, trailers. */
final class Http implements AutoCloseable {
    /** A whole answer. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Answer(int code, List<String> fields, byte[] octets, List<String> trailers) {
        String body() {
            return new String(octets, StandardCharsets.UTF_8);
        }

        /** The values of a field, with commas between them; null if there is none. */
        @Nullable
        String field(String name) {
            return value(fields, name);
        }

        /** From the header or the trailer. */
        Status status() {
            String value = value(trailers, "X-Gate-Status");
            return Status.parse(String.valueOf(value == null ? field("X-Gate-Status") : value));
        }

        String instance() {
            return String.valueOf(field("X-Gate-Instance"));
        }

        private static @Nullable String value(List<String> fields, String name) {
            List<String> found = fields.stream()
                    .filter(f -> f.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(f -> f.substring(name.length() + 1).strip())
                    .toList();
            return found.isEmpty() ? null : String.join(", ", found);
        }
    }

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private String method = "";

    Http(Endpoint at) throws IOException {
        Endpoint.Tcp tcp = (Endpoint.Tcp) at;
        socket = new Socket();
        socket.connect(new InetSocketAddress(tcp.host(), tcp.port()), 5000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        out = socket.getOutputStream();
    }

    /** Sends a head; header lines are given whole, {@code Host} is added. */
    Http head(String newMethod, String target, String... fields) throws IOException {
        method = newMethod;
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: test\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return send(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    Http send(byte[] octets) throws IOException {
        out.write(octets);
        out.flush();
        return this;
    }

    Http chunk(byte[] octets) throws IOException {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.writeBytes((Integer.toHexString(octets.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        chunk.writeBytes(octets);
        chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        return send(chunk.toByteArray());
    }

    Http chunk(String text) throws IOException {
        return chunk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends a chunked body. */
    Http end() throws IOException {
        return send("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** Everything of the next answer. */
    Answer answer() throws IOException {
        Answer head = readHead();
        if (method.equals("HEAD") || head.code == 204 || head.code == 304) {
            return head;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if ("chunked".equalsIgnoreCase(head.field("Transfer-Encoding"))) {
            for (byte[] chunk = readChunk(); chunk.length > 0; chunk = readChunk()) {
                body.writeBytes(chunk);
            }
            return new Answer(head.code, head.fields, body.toByteArray(), readFields());
        }
        String length = head.field("Content-Length");
        body.writeBytes(length == null ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length)));
        return new Answer(head.code, head.fields, body.toByteArray(), List.of());
    }

    /** The head of the next answer. */
    Answer readHead() throws IOException {
        String line = readLine();
        return new Answer(Integer.parseInt(line.substring(9, 12)), readFields(), new byte[0], List.of());
    }

    /** The next chunk; an empty one is the last, and trailers follow. */
    byte[] readChunk() throws IOException {
        byte[] chunk = in.readNBytes(Integer.parseInt(readLine(), 16));
        if (chunk.length > 0) {
            readLine();
        }
        return chunk;
    }

    /** That many octets of a chunked body. */
    String readText(int length) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (body.size() < length) {
            byte[] chunk = readChunk();
            if (chunk.length == 0) {
                break;
            }
            body.writeBytes(chunk);
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    List<String> readFields() throws IOException {
        List<String> fields = new ArrayList<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            fields.add(line);
        }
        return fields;
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("end after '" + line + "'");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** Whether the server has ended the connection. */
    boolean ended() throws IOException {
        return in.read() < 0;
    }

    /** Goes away without a word. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
