package io.polywire.wamp.door;

import io.netty.buffer.ByteBuf;
import io.polywire.codec.Encoded;
import io.polywire.model.Serialization;
import io.polywire.net.Connection;
import io.polywire.net.WebSocket;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One message in each WebSocket message (WAMP, "WebSocket Transport"). */
class WebSocketWire implements Wire {
    final WebSocket socket;
    final Subprotocol subprotocol;
    final boolean text;

    WebSocketWire(WebSocket socket, Subprotocol subprotocol) {
        this.socket = socket;
        this.subprotocol = subprotocol;
        this.text = subprotocol.serialization.text();
    }

    static WebSocketWire of(WebSocket socket, Subprotocol subprotocol) {
        return subprotocol.batched ? new BatchedWire(socket, subprotocol) : new WebSocketWire(socket, subprotocol);
    }

    @Override
    public final Connection connection() {
        return socket;
    }

    @Override
    public final Serialization serialization() {
        return subprotocol.serialization;
    }

    @Override
    public final int sendLimit() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void write(Encoded message) {
        socket.begin(message.length(), text);
        append(message);
        socket.end();
    }

    final void append(Encoded message) {
        socket.append(message.head(), 0, message.headLength());
        if (message.bodyLength() > 0) {
            socket.append(message.body(), message.bodyOffset(), message.bodyLength());
        }
        if (message.tail() >= 0) {
            socket.append(new byte[] {(byte) message.tail()}, 0, 1);
        }
    }

    @Override
    public void write(byte[] message) {
        socket.send(message, 0, message.length, text);
    }

    @Override
    public void write(ByteBuf message) {
        socket.send(message, text);
    }

    @Override
    public final Map<String, @Nullable Object> describe() {
        return Map.of(
                "type",
                "websocket",
                "protocol",
                subprotocol.token,
                "peer",
                socket.peer().address(),
                "secure",
                socket.peer().tls() != null);
    }
}
