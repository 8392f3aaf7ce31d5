package io.polywire.net;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** The server's half of the opening handshake. */
final class ServerUpgrade {
    private ServerUpgrade() {}

    /** The answer to a request that is no valid upgrade, null if it is one. */
    static @Nullable HttpResponse refusal(HttpRequest asked) {
        return switch (asked.upgrade()) {
            case NONE ->
                HttpResponse.text(426, "this is a WebSocket endpoint")
                        .with("Upgrade", "websocket")
                        .with("Connection", "Upgrade");
            case BAD_VERSION ->
                HttpResponse.text(400, "Sec-WebSocket-Version must be 13").with("Sec-WebSocket-Version", "13");
            case BAD_KEY -> HttpResponse.text(400, "Sec-WebSocket-Key must be 16 octets in base64");
            case VALID -> null;
        };
    }

    /** The WebSocket, not yet open, with the 101 answer as its first output. */
    static WebSocket accept(Channel channel, Loop loop, HttpAnswer.Upgrade wanted, HttpRequest asked) {
        String extensions = wanted.settings().deflate()
                ? Deflate.accept(asked.headers().elements("Sec-WebSocket-Extensions"))
                : null;
        WebSocket socket = new WebSocket(
                channel,
                loop,
                asked.peer(),
                wanted.handler(),
                wanted.settings(),
                true,
                wanted.subprotocol(),
                extensions != null);
        String key = String.valueOf(asked.headers().first("Sec-WebSocket-Key"));
        socket.output().write(Handshake.switching(key, wanted.subprotocol(), extensions, wanted.headers()));
        return socket;
    }
}
