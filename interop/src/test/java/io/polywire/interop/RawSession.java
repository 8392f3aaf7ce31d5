package io.polywire.interop;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A session over RawSocket and JSON, by hand: it says what is on the wire, independently of any client library. */
final class RawSession implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final DataInputStream in;
    private int request;

    private RawSession(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    static RawSession join(int port) throws IOException {
        RawSession session = new RawSession(port);
        session.socket.getOutputStream().write(new byte[] {0x7F, (byte) 0xF1, 0, 0}); // 16 MiB, JSON
        session.in.readInt();
        session.send("[1,\"realm1\",{\"roles\":{\"caller\":{},\"callee\":{},\"publisher\":{},\"subscriber\":{}}}]");
        String welcome = session.read();
        if (!welcome.startsWith("[2,")) {
            throw new IOException("expected WELCOME, got " + welcome);
        }
        return session;
    }

    void send(String message) throws IOException {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[octets.length + 4];
        frame[1] = (byte) (octets.length >> 16);
        frame[2] = (byte) (octets.length >> 8);
        frame[3] = (byte) octets.length;
        System.arraycopy(octets, 0, frame, 4, octets.length);
        socket.getOutputStream().write(frame);
    }

    /** The next message. */
    String read() throws IOException {
        int header = in.readInt();
        byte[] octets = in.readNBytes(header & 0xFFFFFF);
        if (octets.length < (header & 0xFFFFFF)) {
            throw new EOFException();
        }
        return new String(octets, StandardCharsets.UTF_8);
    }

    /** Registers a procedure, calls it and answers: everything that a client needs of the router, once around. */
    void exercise() throws IOException {
        int n = request;
        request += 3;
        send("[64," + (n + 1) + ",{},\"probe.p" + n + "\"]");
        String registered = expect("[65,");
        send("[48," + (n + 2) + ",{},\"probe.p" + n + "\",[\"x\"]]");
        String invocation = expect("[68,");
        send("[70," + invocation.split(",")[1] + ",{},[\"y\"]]");
        String result = expect("[50,");
        if (!result.contains("\"y\"")) {
            throw new IOException("wrong result " + result);
        }
        send("[66," + (n + 3) + "," + registered.replaceAll(".*,(\\d+)]", "$1") + "]");
        expect("[67,");
    }

    private String expect(String start) throws IOException {
        String message = read();
        if (!message.startsWith(start)) {
            throw new IOException("expected " + start + ", got " + message);
        }
        return message;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
