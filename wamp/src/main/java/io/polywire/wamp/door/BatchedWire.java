package io.polywire.wamp.door;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.polywire.codec.Encoded;
import io.polywire.net.WebSocket;

/**
 * One or more messages in each WebSocket message (WAMP, "Batched WebSocket Transport"): in JSON each is followed by
 * {@link Subprotocol#RECORD_SEPARATOR}, else each is preceded by its length in four octets, big-endian.
 */
final class BatchedWire extends WebSocketWire {
    private static final byte[] SEPARATOR = {Subprotocol.RECORD_SEPARATOR};

    BatchedWire(WebSocket socket, Subprotocol subprotocol) {
        super(socket, subprotocol);
    }

    @Override
    public void write(Encoded message) {
        int length = message.length();
        begin(length);
        append(message);
        end();
    }

    @Override
    public void write(byte[] message) {
        begin(message.length);
        socket.append(message, 0, message.length);
        end();
    }

    @Override
    public void write(ByteBuf message) {
        write(ByteBufUtil.getBytes(message));
    }

    private void begin(int length) {
        if (text) {
            socket.begin(length + 1, true);
        } else {
            socket.begin(length + 4, false);
            byte[] prefix = {(byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length};
            socket.append(prefix, 0, 4);
        }
    }

    private void end() {
        if (text) {
            socket.append(SEPARATOR, 0, 1);
        }
        socket.end();
    }
}
