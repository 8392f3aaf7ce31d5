package io.polywire.gate.client;

import io.polywire.gate.message.MalformedJsonException;
import io.polywire.gate.message.Status;
import io.polywire.gate.message.WebApi;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A call or io over a connection of its own, both directions at once. */
final class HttpStream implements GateStream {
    private static final int PIECE = 1 << 16;

    private final Socket socket;
    private final AnswerHead head;
    private final AnswerBody body;
    private final OutputStream input;

    private HttpStream(Socket socket, AnswerHead head, AnswerBody body, OutputStream input) {
        this.socket = socket;
        this.head = head;
        this.body = body;
        this.input = input;
    }

    /**
     * Sends a request and waits for the head of its answer.
     *
     * @param socket connected; closed if this fails
     * @param request request line and header fields, each with its line end, without those that tell the body's length
     * @param module the body; null: the program's input is
     */
    static HttpStream open(Socket socket, String request, @Nullable ModuleContent module, Refusals refusals)
            throws IOException {
        try {
            OutputStream out = socket.getOutputStream();
            String framing = module == null
                    ? "Transfer-Encoding: chunked\r\n\r\n"
                    : WebApi.HEADER_CONTENT_TYPE + ": " + WebApi.CONTENT_TYPE_WEBASSEMBLY + "\r\n"
                            + WebApi.HEADER_CONTENT_LENGTH + ": " + module.length() + "\r\n\r\n";
            out.write((request + framing).getBytes(StandardCharsets.UTF_8));
            IOException unsent = module == null ? null : send(module, out);
            InputStream in = new BufferedInputStream(socket.getInputStream(), PIECE);
            AnswerHead head;
            try {
                head = AnswerHead.read(in); // Also of a server that refuses without taking all.
            } catch (IOException e) {
                throw unsent == null ? e : unsent;
            }
            AnswerBody body = new AnswerBody(in, head);
            if (head.code() / 100 != 2) {
                throw refusals.of(head.code(), head.fields(), body);
            }
            OutputStream input = new ChunkedOutput(out);
            if (module != null) {
                input = OutputStream.nullOutputStream();
                input.close(); // The program sees the end of its input from the beginning.
            }
            return new HttpStream(socket, head, body, input);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static @Nullable IOException send(ModuleContent module, OutputStream out) {
        byte[] room = new byte[PIECE];
        try (InputStream from = module.open()) {
            for (int n = from.read(room); n >= 0; n = from.read(room)) {
                out.write(room, 0, n);
            }
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    @Override
    public String instance() {
        return head.field(WebApi.HEADER_INSTANCE);
    }

    @Override
    public String module() {
        String location = head.field(WebApi.HEADER_LOCATION);
        return location.substring(location.lastIndexOf('/') + 1);
    }

    @Override
    public OutputStream input() {
        return input;
    }

    @Override
    public InputStream output() {
        return body;
    }

    @Override
    public Status await() throws IOException {
        try (this) {
            body.transferTo(OutputStream.nullOutputStream());
            var trailers = body.trailers();
            String status = trailers == null
                    ? head.field(WebApi.HEADER_STATUS)
                    : trailers.firstValue(WebApi.HEADER_STATUS).orElse("");
            if (status.isEmpty()) {
                throw new IOException("the server does not tell how the program ended");
            }
            return Status.parse(status);
        } catch (MalformedJsonException e) {
            throw new IOException("the status is malformed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone all the same.
        }
    }
}
