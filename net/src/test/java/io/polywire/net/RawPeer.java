package io.polywire.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A client that does exactly what it is told, octet by octet. */
final class RawPeer implements AutoCloseable {
    static final String UPGRADE = String.join(
            "\r\n",
            "GET /ws HTTP/1.1",
            "Host: test",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "",
            "");

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    static RawPeer connect(Endpoint at) throws IOException {
        Endpoint.Tcp tcp = (Endpoint.Tcp) at;
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(tcp.host(), tcp.port()), 5000);
        return new RawPeer(socket);
    }

    /** Connected and upgraded at /ws. */
    static RawPeer webSocket(Endpoint at) throws IOException {
        RawPeer peer = connect(at);
        peer.send(UPGRADE);
        String answer = peer.readHead();
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(answer);
        }
        return peer;
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void sendHex(String hex) throws IOException {
        send(hex(hex));
    }

    /** White space is skipped, and comments from a # to the end of the line. */
    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("#.*|\\s", ""));
    }

    /** A client frame with mask 01020304. */
    static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 65536) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        frame.writeBytes(new byte[] {1, 2, 3, 4});
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ (i % 4 + 1));
        }
        return frame.toByteArray();
    }

    static byte[] text(String text) {
        return frame(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] read(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new AssertionError("end after " + HexFormat.of().formatHex(bytes) + " instead of " + count);
        }
        return bytes;
    }

    String readHex(int count) throws IOException {
        return HexFormat.of().formatHex(read(count));
    }

    /** A server frame's payload; the frame has to be final, and start with that octet. */
    byte[] readFrame(int first) throws IOException {
        return readFrame(first, read(2));
    }

    private byte[] readFrame(int first, byte[] head) throws IOException {
        if ((head[0] & 0xFF) != first) {
            throw new AssertionError("frame starts with " + HexFormat.of().formatHex(head));
        }
        int length = head[1] & 0x7F;
        if (length == 126) {
            byte[] more = read(2);
            length = (more[0] & 0xFF) << 8 | more[1] & 0xFF;
        } else if (length == 127) {
            byte[] more = read(8);
            length = (more[4] & 0xFF) << 24 | (more[5] & 0xFF) << 16 | (more[6] & 0xFF) << 8 | more[7] & 0xFF;
        }
        return read(length);
    }

    String readText() throws IOException {
        return new String(readFrame(0x81), StandardCharsets.UTF_8);
    }

    /** The next text, with empty pings before it or without. */
    String readTextBehindPings() throws IOException {
        byte[] head = read(2);
        while ((head[0] & 0xFF) == 0x89 && head[1] == 0) {
            head = read(2);
        }
        return new String(readFrame(0x81, head), StandardCharsets.UTF_8);
    }

    /** Code and reason of a close frame. */
    String readClose() throws IOException {
        byte[] payload = readFrame(0x88);
        if (payload.length == 0) {
            return "";
        }
        int code = (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
        return (code + " " + new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8)).trim();
    }

    /** Up to and with the empty line. */
    String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) (read(1)[0] & 0xFF));
        }
        return head.toString();
    }

    /** Everything until the peer ends the stream, a reset counting as an end. */
    String readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketException e) {
            all.write('!');
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** A response with Content-Length: status line and body. */
    String readResponse() throws IOException {
        String head = readHead();
        String status = head.substring(0, head.indexOf("\r\n"));
        int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
        int length = Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
        return status + "|" + new String(read(length), StandardCharsets.UTF_8);
    }

    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
