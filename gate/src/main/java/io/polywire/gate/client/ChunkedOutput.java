package io.polywire.gate.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The body of a request as chunks (RFC 9112, section 7.1), each sent at once. For one thread. */
final class ChunkedOutput extends OutputStream {
    private static final int LARGEST = 1 << 16;

    private final OutputStream out;
    private final byte[] room = new byte[LARGEST + 16];
    private boolean closed;

    ChunkedOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        if (closed) {
            throw new IOException("the input was ended");
        }
        for (int at = 0; at < length; at += LARGEST) {
            chunk(from, offset + at, Math.min(LARGEST, length - at));
        }
    }

    /** One write for the socket, which sends without delay. */
    private void chunk(byte[] from, int offset, int length) throws IOException {
        byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(size, 0, room, 0, size.length);
        System.arraycopy(from, offset, room, size.length, length);
        room[size.length + length] = '\r';
        room[size.length + length + 1] = '\n';
        out.write(room, 0, size.length + length + 2);
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
