package io.polywire.net;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The texts of the opening handshake (RFC 6455, section 4). */
final class Handshake {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Handshake() {}

    static String newKey() {
        byte[] key = new byte[16];
        RANDOM.nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key.trim() + MAGIC).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        }
    }

    /** The 101 answer. */
    static byte[] switching(String key, @Nullable String subprotocol, @Nullable String extensions, Headers more) {
        StringBuilder text = new StringBuilder(256)
                .append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
        field(text, "Sec-WebSocket-Accept", accept(key));
        field(text, "Sec-WebSocket-Protocol", subprotocol);
        field(text, "Sec-WebSocket-Extensions", extensions);
        return end(text, more);
    }

    /** The client's request. */
    static byte[] request(WebSocketTarget target, String key, boolean deflate) {
        StringBuilder text =
                new StringBuilder(256).append("GET ").append(target.path()).append(" HTTP/1.1\r\n");
        field(text, "Host", target.host());
        field(text, "Upgrade", "websocket");
        field(text, "Connection", "Upgrade");
        field(text, "Sec-WebSocket-Version", "13");
        field(text, "Sec-WebSocket-Key", key);
        if (!target.subprotocols().isEmpty()) {
            field(text, "Sec-WebSocket-Protocol", String.join(", ", target.subprotocols()));
        }
        field(text, "Sec-WebSocket-Extensions", deflate ? Deflate.PARAMETERS : null);
        return end(text, target.headers());
    }

    private static void field(StringBuilder text, String name, @Nullable String value) {
        if (value != null) {
            text.append(name).append(": ").append(value).append("\r\n");
        }
    }

    private static byte[] end(StringBuilder text, Headers more) {
        for (Headers.Field f : more) {
            field(text, f.name(), f.value());
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
