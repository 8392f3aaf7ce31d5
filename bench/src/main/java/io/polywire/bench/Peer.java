package io.polywire.bench;

import io.polywire.codec.Codec;
import io.polywire.codec.Encoded;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Serialization;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** One WAMP client: a non-blocking connection on the generator's only thread. */
final class Peer {
    /** What a peer does with the messages that come for it. */
    interface Handler {
        void onMessage(Peer peer, Message message);
    }

    private static final byte[] KEY = "dGhlIHNhbXBsZSBub25jZQ==".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final SelectionKey key;
    private final boolean webSocket;
    private final Codec codec;
    private final Encoded encoded = new Encoded();
    private ByteBuffer in = ByteBuffer.allocate(1 << 16);
    private ByteBuffer out = ByteBuffer.allocate(1 << 16);
    private Handler handler;
    long session;

    /** Connects, shakes hands and joins; blocking. */
    Peer(Selector selector, URI url, Codec codec, String realm, Handler handler) throws IOException {
        this.codec = codec;
        this.handler = handler;
        this.webSocket = url.getScheme().equals("ws");
        boolean unix = url.getScheme().equals("unix");
        SocketAddress address =
                unix ? UnixDomainSocketAddress.of(url.getPath()) : new InetSocketAddress(url.getHost(), url.getPort());
        channel = unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        channel.connect(address);
        if (!unix) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        if (webSocket) {
            upgrade(url);
        } else {
            handshake();
        }
        send(new Message.Hello(
                realm,
                Dict.of(
                        "roles",
                        Map.of(
                                "caller",
                                Map.of(),
                                "callee",
                                Map.of(),
                                "publisher",
                                Map.of(),
                                "subscriber",
                                Map.of()))));
        flush();
        if (!(await() instanceof Message.Welcome welcome)) {
            throw new IOException("the router refused the session");
        }
        session = welcome.session();
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    private void handshake() throws IOException {
        int serialization = codec.serialization().ordinal() + 1;
        channel.write(ByteBuffer.wrap(new byte[] {0x7F, (byte) (0xF0 | serialization), 0, 0}));
        ByteBuffer answer = ByteBuffer.allocate(4);
        while (answer.hasRemaining() && channel.read(answer) >= 0) {
            // four octets
        }
        if (answer.get(0) != 0x7F || (answer.get(1) & 0x0F) != serialization) {
            throw new IOException("RawSocket handshake refused: " + Arrays.toString(answer.array()));
        }
    }

    private void upgrade(URI url) throws IOException {
        String name = "wamp.2." + codec.serialization().name().toLowerCase(java.util.Locale.ROOT);
        String request = "GET " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + new String(KEY, StandardCharsets.US_ASCII) + "\r\nSec-WebSocket-Protocol: " + name + "\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        StringBuilder head = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (head.indexOf("\r\n\r\n") < 0) {
            if (channel.read(one.clear()) < 0) {
                throw new IOException("closed during the upgrade");
            }
            head.append((char) one.get(0));
        }
        if (!head.toString().startsWith("HTTP/1.1 101")) {
            throw new IOException("upgrade refused: " + head.substring(0, head.indexOf("\r\n")));
        }
    }

    void handler(Handler next) {
        handler = next;
    }

    /** Appends a message; {@link #flush} sends. */
    void send(Message message) {
        encoded.reset();
        codec.encode(message, encoded);
        byte[] octets = encoded.toByteArray();
        room(octets.length + 14);
        if (webSocket) {
            boolean text = codec.serialization() == Serialization.JSON;
            out.put((byte) (text ? 0x81 : 0x82));
            if (octets.length < 126) {
                out.put((byte) (0x80 | octets.length));
            } else if (octets.length < 1 << 16) {
                out.put((byte) (0x80 | 126)).putShort((short) octets.length);
            } else {
                out.put((byte) (0x80 | 127)).putLong(octets.length);
            }
            out.putInt(0); // a mask of zeros changes nothing
        } else {
            out.putInt(octets.length);
        }
        out.put(octets);
    }

    private void room(int more) {
        if (out.remaining() < more) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(out.capacity() * 2, out.position() + more));
            out = larger.put(out.flip());
        }
    }

    /** Writes what the kernel takes; the rest goes when the socket is writable again. */
    void flush() throws IOException {
        if (out.position() == 0) {
            return;
        }
        channel.write(out.flip());
        out.compact();
        if (key != null) {
            key.interestOps(out.position() == 0 ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    private Message await() throws IOException {
        Message[] got = new Message[1];
        Handler then = handler;
        handler = (p, m) -> got[0] = m;
        while (got[0] == null) {
            readable();
        }
        handler = then;
        return got[0];
    }

    /** Reads once and hands over every complete message. */
    void readable() throws IOException {
        if (!in.hasRemaining()) {
            in = ByteBuffer.allocate(in.capacity() * 2).put(in.flip());
        }
        if (channel.read(in) < 0) {
            throw new IOException("the router closed the connection");
        }
        in.flip();
        while (webSocket ? webSocketFrame() : rawFrame()) {
            // the next one
        }
        in.compact();
    }

    private boolean rawFrame() {
        if (in.remaining() < 4) {
            return false;
        }
        int length = in.getInt(in.position()) & 0xFFFFFF;
        return message(4, length);
    }

    private boolean webSocketFrame() {
        if (in.remaining() < 2) {
            return false;
        }
        int length = in.get(in.position() + 1) & 0x7F;
        int header = length < 126 ? 2 : length == 126 ? 4 : 10;
        if (in.remaining() < header) {
            return false;
        }
        if (length == 126) {
            length = in.getShort(in.position() + 2) & 0xFFFF;
        } else if (length == 127) {
            length = (int) in.getLong(in.position() + 2);
        }
        boolean control = (in.get(in.position()) & 8) != 0;
        if (control && in.remaining() >= header + length) {
            in.position(in.position() + header + length);
            return true;
        }
        return message(header, length);
    }

    private boolean message(int header, int length) {
        if (in.remaining() < header + length) {
            return false;
        }
        int from = in.position() + header;
        in.position(from + length);
        byte[] own = Arrays.copyOfRange(in.array(), from, from + length); // payloads keep their array
        handler.onMessage(this, codec.decode(own, 0, length));
        return true;
    }

    void close() throws IOException {
        channel.close();
    }
}
