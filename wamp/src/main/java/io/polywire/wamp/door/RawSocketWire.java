package io.polywire.wamp.door;

import io.netty.buffer.ByteBuf;
import io.polywire.codec.Encoded;
import io.polywire.model.Serialization;
import io.polywire.net.ByteStream;
import io.polywire.net.Connection;
import io.polywire.net.Output;
import io.polywire.net.Peer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One message in each RawSocket frame. */
final class RawSocketWire implements Wire {
    private static final String[] PROTOCOLS = Arrays.stream(Serialization.values())
            .map(one -> one.name().toLowerCase(Locale.ROOT))
            .toArray(String[]::new);

    private final ByteStream stream;
    private final Serialization serialization;
    private final int sendLimit;

    RawSocketWire(ByteStream stream, Serialization serialization, int sendLimit) {
        this.stream = stream;
        this.serialization = serialization;
        this.sendLimit = sendLimit;
    }

    @Override
    public Connection connection() {
        return stream;
    }

    @Override
    public Serialization serialization() {
        return serialization;
    }

    @Override
    public int sendLimit() {
        return sendLimit;
    }

    @Override
    public void write(Encoded message) {
        Output out = stream.output();
        out.writeInt(RawSocket.header(RawSocket.MESSAGE, message.length()));
        out.write(message.head(), 0, message.headLength());
        if (message.bodyLength() > 0) {
            out.write(message.body(), message.bodyOffset(), message.bodyLength());
        }
        if (message.tail() >= 0) {
            out.writeByte(message.tail());
        }
    }

    @Override
    public void write(byte[] message) {
        stream.output().writeInt(RawSocket.header(RawSocket.MESSAGE, message.length));
        stream.output().write(message);
    }

    @Override
    public void write(ByteBuf message) {
        stream.output().writeInt(RawSocket.header(RawSocket.MESSAGE, message.readableBytes()));
        stream.output().write(message);
    }

    @Override
    public Map<String, @Nullable Object> describe() {
        String type = "rawsocket";
        String protocol = PROTOCOLS[serialization.ordinal()];
        String peer = stream.peer().address();
        boolean secure = stream.peer().tls() != null;
        Peer.Credentials c = stream.peer().credentials();
        // Every session keeps its own: this kind of map is the smallest.
        return c == null
                ? Map.of("type", type, "protocol", protocol, "peer", peer, "secure", secure)
                : Map.of(
                        "type",
                        type,
                        "protocol",
                        protocol,
                        "peer",
                        peer,
                        "secure",
                        secure,
                        "pid",
                        (long) c.pid(),
                        "uid",
                        (long) c.uid(),
                        "gid",
                        (long) c.gid());
    }
}
