package io.polywire.wamp.client.link;

import io.polywire.codec.Encoded;
import io.polywire.model.Serialization;
import io.polywire.net.CloseCode;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import java.util.Locale;

/** One message in each WebSocket message (WAMP, "WebSocket Transport"). */
final class WebSocketLink extends SocketLink implements MessageHandler {
    private static final String PREFIX = "wamp.2.";

    private final int limit;
    private boolean text;

    WebSocketLink(LinkHandler handler, int limit) {
        super(handler);
        this.limit = limit;
    }

    /** The subprotocol for a serialization. */
    static String token(Serialization serialization) {
        return PREFIX + serialization.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void onOpen(WebSocket socket) {
        // One of those offered: others fail the handshake.
        String token = String.valueOf(socket.subprotocol());
        Serialization agreed =
                Serialization.valueOf(token.substring(PREFIX.length()).toUpperCase(Locale.ROOT));
        text = agreed.text();
        opened(socket, agreed, limit);
    }

    @Override
    public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean isText) {
        if (isText != text) {
            violated("a " + (isText ? "text" : "binary") + " message where the subprotocol has "
                    + (text ? "text" : "binary") + " ones");
        } else {
            receive(buf, off, len);
        }
    }

    @Override
    void write(Encoded message) {
        WebSocket socket = (WebSocket) connection();
        socket.begin(message.length(), text);
        socket.append(message.head(), 0, message.headLength());
        socket.append(message.body(), message.bodyOffset(), message.bodyLength());
        if (message.tail() >= 0) {
            socket.append(new byte[] {(byte) message.tail()}, 0, 1);
        }
        socket.end();
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
        lost(code == CloseCode.ABNORMAL ? reason : "WebSocket closed with code " + code + " " + reason);
    }
}
