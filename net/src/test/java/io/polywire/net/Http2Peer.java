package io.polywire.net;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client of HTTP/2 that does exactly what it is told, frame by frame. */
final class Http2Peer implements AutoCloseable {
    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RESET = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int ACK = 1;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    /** A frame as read. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean last() {
            return type <= HEADERS && (flags & END_STREAM) != 0;
        }

        /** The number that RST_STREAM begins with and GOAWAY has second. */
        int error() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    final RawPeer raw;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

    Http2Peer(RawPeer raw) throws IOException {
        this.raw = raw;
        raw.send(PREFACE);
        raw.send(frame(SETTINGS, 0, 0, new byte[0]));
        raw.send(frame(SETTINGS, ACK, 0, new byte[0])); // Of the server's, which it sends before it reads this.
    }

    static Http2Peer connect(Endpoint at) throws IOException {
        return new Http2Peer(RawPeer.connect(at));
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** A block of header fields, none of them compressed. */
    static byte[] block(String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i++) {
            byte[] text = namesAndValues[i].getBytes(StandardCharsets.ISO_8859_1);
            if (i % 2 == 0) {
                block.write(0);
            }
            if (text.length < 127) {
                block.write(text.length);
            } else {
                block.write(127);
                int rest = text.length - 127;
                for (; rest > 127; rest >>= 7) {
                    block.write(0x80 | rest & 0x7F);
                }
                block.write(rest);
            }
            block.writeBytes(text);
        }
        return block.toByteArray();
    }

    /** A whole request without a body, or the head of one. */
    static byte[] request(int stream, String method, String path, boolean last, String... more) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(block(":method", method, ":scheme", "http", ":path", path, ":authority", "x"));
        block.writeBytes(block(more));
        return frame(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block.toByteArray());
    }

    static byte[] data(int stream, boolean last, byte[] octets) {
        return frame(DATA, last ? END_STREAM : 0, stream, octets);
    }

    static byte[] window(int stream, int more) {
        return frame(
                WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(more).array());
    }

    static byte[] reset(int stream) {
        return frame(RESET, 0, stream, ByteBuffer.allocate(4).putInt(8).array());
    }

    Http2Peer send(byte[] octets) throws IOException {
        raw.send(octets);
        return this;
    }

    /** The next frame of any kind. */
    Frame any() throws IOException {
        ByteBuffer head = ByteBuffer.wrap(raw.read(9));
        int length = (head.get() & 0xFF) << 16 | head.getShort() & 0xFFFF;
        int type = head.get();
        int flags = head.get();
        return new Frame(type, flags, head.getInt(), raw.read(length));
    }

    /** The next frame of a kind; others are passed over. */
    Frame next(int type) throws IOException {
        Frame frame = any();
        while (frame.type != type) {
            frame = any();
        }
        return frame;
    }

    /** The next frame of a stream, or GOAWAY; updates of windows are passed over. */
    Frame next() throws IOException {
        Frame frame = any();
        while ((frame.stream == 0 && frame.type != GOAWAY) || frame.type == WINDOW_UPDATE) {
            frame = any();
        }
        return frame;
    }

    /** A field of a HEADERS frame. */
    String field(Frame headers, String name) throws Http2Exception {
        if (headers.type != HEADERS) {
            throw new AssertionError("frame of type " + headers.type + " instead of HEADERS");
        }
        return String.valueOf(decoder.decodeHeaders(headers.stream, Unpooled.wrappedBuffer(headers.payload))
                .get(name));
    }

    /** An answer whose frames are the next ones: status and body. */
    String answer(int stream) throws IOException, Http2Exception {
        Frame head = next();
        String status = field(head, ":status");
        StringBuilder body = new StringBuilder();
        for (Frame frame = head; !frame.last(); ) {
            frame = next();
            if (frame.stream != stream || frame.type > HEADERS) {
                throw new AssertionError("frame of type " + frame.type + " on stream " + frame.stream);
            }
            body.append(frame.type == DATA ? frame.text() : "");
        }
        return status + "|" + body;
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }
}
