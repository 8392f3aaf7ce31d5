package io.polywire.wamp.door;

import io.polywire.net.CloseCode;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import org.jspecify.annotations.Nullable;

/** Takes the messages of a WebSocket apart. Owned by the connection's loop. */
final class WebSocketPeer implements MessageHandler {
    private final WampDoor door;
    private final Subprotocol subprotocol;
    private final Visit visit;
    private @Nullable WampConnection connection;

    WebSocketPeer(WampDoor door, Subprotocol subprotocol, Visit visit) {
        this.door = door;
        this.subprotocol = subprotocol;
        this.visit = visit;
    }

    @Override
    public void onOpen(WebSocket socket) {
        connection = door.open(WebSocketWire.of(socket, subprotocol), visit);
    }

    @Override
    public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
        WampConnection to = connection();
        if (text != subprotocol.serialization.text()) {
            to.violated(
                    "a " + (text ? "text" : "binary") + " frame in " + subprotocol.token, CloseCode.UNSUPPORTED_DATA);
        } else if (!subprotocol.batched) {
            to.receive(buf, off, len);
        } else if (text) {
            separated(to, buf, off, off + len);
        } else {
            prefixed(to, buf, off, off + len);
        }
    }

    private static void separated(WampConnection to, byte[] buf, int start, int end) {
        if (end == start || buf[end - 1] != Subprotocol.RECORD_SEPARATOR) {
            to.violated("a batch must end with the octet 0x1E", CloseCode.PROTOCOL_ERROR);
            return;
        }
        int from = start;
        for (int i = start; i < end; i++) {
            if (buf[i] == Subprotocol.RECORD_SEPARATOR) {
                to.receive(buf, from, i - from);
                from = i + 1;
            }
        }
    }

    private static void prefixed(WampConnection to, byte[] buf, int start, int end) {
        if (start == end) {
            to.violated("an empty batch", CloseCode.PROTOCOL_ERROR);
        }
        for (int at = start; at < end; ) {
            long length = end - at < 4 ? Long.MAX_VALUE : Octets.unsignedInt(buf, at);
            if (length > end - at - 4L) {
                to.violated("a batch that ends inside a message", CloseCode.PROTOCOL_ERROR);
                return;
            }
            to.receive(buf, at + 4, (int) length);
            at += 4 + (int) length;
        }
    }

    private WampConnection connection() {
        WampConnection c = connection;
        if (c == null) {
            throw new IllegalStateException("not open");
        }
        return c;
    }

    @Override
    public void onReadComplete(WebSocket socket) {
        connection().receivedAll();
    }

    @Override
    public void onDrained(WebSocket socket) {
        connection().drained();
    }

    @Override
    public void onTick(WebSocket socket) {
        connection().tick();
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
        WampConnection c = connection;
        if (c != null) {
            c.lost();
        }
    }
}
