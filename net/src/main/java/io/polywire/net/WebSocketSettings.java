package io.polywire.net;

import java.time.Duration;

/**
 * Limits and checks of WebSockets.
 *
 * @param messageLimit most octets of a message, fragments together and after inflating; above it the connection is closed
 *     with 1009
 * @param checkUtf8 whether text messages that are not UTF-8 close the connection with 1007; a door that parses the text
 *     itself may do without
 * @param deflate whether permessage-deflate (RFC 7692) is negotiated
 * @param pingInterval a ping is sent when nothing was heard for this long; zero for never
 * @param pingMisses so many pings in a row may remain without any sign of life before the connection is dropped
 * @param tooBigReason reason in the close frame when a message is over the limit, at most 123 octets
 */
public record WebSocketSettings(
        int messageLimit,
        boolean checkUtf8,
        boolean deflate,
        Duration pingInterval,
        int pingMisses,
        String tooBigReason) {
    /** 16 MiB, UTF-8 checked, no compression, a ping after 30 s of silence, dropped after two misses. */
    public static final WebSocketSettings DEFAULT = ofLimit(16 << 20);

    public WebSocketSettings {
        if (messageLimit < 1) {
            throw new IllegalArgumentException("message limit " + messageLimit + " is below 1");
        }
    }

    /** The defaults with another message limit. */
    public static WebSocketSettings ofLimit(int messageLimit) {
        return new WebSocketSettings(
                messageLimit,
                true,
                false,
                Duration.ofSeconds(30),
                2,
                "message is longer than " + messageLimit + " octets");
    }

    /** The same with another rule for pings; zero means none. */
    public WebSocketSettings withPing(Duration interval, int misses) {
        return new WebSocketSettings(messageLimit, checkUtf8, deflate, interval, misses, tooBigReason);
    }

    /** The same with or without the check of text messages. */
    public WebSocketSettings withUtf8Check(boolean check) {
        return new WebSocketSettings(messageLimit, check, deflate, pingInterval, pingMisses, tooBigReason);
    }

    /** The same with or without permessage-deflate. */
    public WebSocketSettings withDeflate(boolean on) {
        return new WebSocketSettings(messageLimit, checkUtf8, on, pingInterval, pingMisses, tooBigReason);
    }

    /** The same with another reason for 1009. */
    public WebSocketSettings withTooBigReason(String reason) {
        return new WebSocketSettings(messageLimit, checkUtf8, deflate, pingInterval, pingMisses, reason);
    }
}
