package io.polywire.wamp.door;

import io.netty.buffer.ByteBuf;
import io.polywire.codec.Encoded;
import io.polywire.model.Serialization;
import io.polywire.net.ByteStream;
import io.polywire.net.Connection;
import io.polywire.net.Output;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One message in each RawSocket frame. */
final class RawSocketWire implements Wire {
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
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("type", "rawsocket");
        all.put("protocol", serialization.name().toLowerCase(java.util.Locale.ROOT));
        all.put("peer", stream.peer().address());
        all.put("secure", stream.peer().tls() != null);
        var credentials = stream.peer().credentials();
        if (credentials != null) {
            all.put("pid", (long) credentials.pid());
            all.put("uid", (long) credentials.uid());
            all.put("gid", (long) credentials.gid());
        }
        return all;
    }
}
