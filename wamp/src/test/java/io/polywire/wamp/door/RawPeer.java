package io.polywire.wamp.door;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client that does exactly what it is told, octet by octet. Messages are JSON in RawSocket frames. */
final class RawPeer implements AutoCloseable {
    static final String HELLO =
            "[1,\"realm1\",{\"roles\":{\"caller\":{},\"callee\":{},\"publisher\":{}," + "\"subscriber\":{}}}]";

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RawPeer(int port) throws IOException {
        socket = new Socket();
        socket.setReceiveBufferSize(1 << 16);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    void send(int... octets) throws IOException {
        byte[] all = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            all[i] = (byte) octets[i];
        }
        send(all);
    }

    void send(byte[] octets) throws IOException {
        out.write(octets);
        out.flush();
    }

    void sendText(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] frame(String message) {
        byte[] body = message.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    void sendMessage(String json) throws IOException {
        send(frame(json));
    }

    void expectOctets(int... octets) throws IOException {
        byte[] got = in.readNBytes(octets.length);
        for (int i = 0; i < octets.length; i++) {
            if (i >= got.length || got[i] != (byte) octets[i]) {
                throw new AssertionError("expected " + Arrays.toString(octets) + ", got " + Arrays.toString(got));
            }
        }
    }

    /** The next message. */
    String read() throws IOException {
        int header = in.readInt();
        if (header >>> 24 != 0) {
            throw new AssertionError("no message frame: " + Integer.toHexString(header));
        }
        return new String(in.readNBytes(header), StandardCharsets.UTF_8);
    }

    /** Reads one frame: true for a PONG. */
    boolean readMessageOrPong() throws IOException {
        int header = in.readInt();
        int type = header >>> 24;
        if (type != 0 && type != 2) {
            throw new AssertionError("neither a message nor a PONG: " + Integer.toHexString(header));
        }
        in.readNBytes(header & 0xFFFFFF);
        return type == 2;
    }

    /** Reads messages up to one that begins so, and returns it; the others must not be errors. */
    String expect(String start) throws IOException {
        String message = read();
        if (!message.startsWith(start)) {
            throw new AssertionError("expected " + start + ", got " + message);
        }
        return message;
    }

    /** The connection must end without another octet. */
    void expectEnd() throws IOException {
        try {
            int octet = in.read();
            if (octet >= 0) {
                throw new AssertionError("expected the end, got octet " + octet);
            }
        } catch (SocketException reset) {
            // ended as well
        }
    }

    void expectAbort(String reason) throws IOException {
        String message = read();
        if (!message.startsWith("[3,{\"message\":") || !message.contains(reason)) {
            throw new AssertionError("expected ABORT " + reason + ", got " + message);
        }
        expectEnd();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
