package io.polywire.gate.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer in HTTP/1.1: chunked with trailers, of a told length, or up to the connection's end. It is own code
 * because the JDK's client does not show trailers, in which Gate tells how a program ended.
 */
final class AnswerBody extends InputStream {
    private final InputStream in;
    private final boolean chunked;
    private long left; // in the chunk or the body; -1: up to the end
    private boolean ended;
    private boolean first = true;
    private @Nullable HttpHeaders trailers;

    AnswerBody(InputStream in, AnswerHead head) throws IOException {
        this.in = in;
        this.chunked = head.field("Transfer-Encoding").equalsIgnoreCase("chunked");
        if (chunked) {
            left = 0;
        } else if (head.code() == 204) {
            ended = true;
        } else {
            String length = head.field("Content-Length");
            left = length.isEmpty() ? -1 : number(length, 10);
            ended = left == 0;
        }
    }

    /** What came after the last chunk; null if that is not there yet. */
    @Nullable
    HttpHeaders trailers() {
        return trailers;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (chunked && left == 0 && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int n = in.read(into, offset, left < 0 ? count : (int) Math.min(count, left));
        if (n < 0) {
            if (left > 0) {
                throw new EOFException("the connection was lost before the end of the answer");
            }
            ended = true;
        } else if (left > 0) {
            left -= n;
            ended = !chunked && left == 0;
        }
        return n;
    }

    private void nextChunk() throws IOException {
        if (!first && !AnswerHead.readLine(in).isEmpty()) {
            throw new IOException("a chunk of the answer is longer than told");
        }
        first = false;
        String line = AnswerHead.readLine(in);
        int extension = line.indexOf(';');
        left = number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
        if (left == 0) {
            trailers = AnswerHead.readFields(in);
            ended = true;
        }
    }

    private static long number(String text, int radix) throws IOException {
        try {
            long number = Long.parseLong(text, radix);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The same text as for a negative one.
        }
        throw new IOException("the answer's length is malformed");
    }
}
