package io.polywire.net;

/** Status codes of a WebSocket close frame (RFC 6455, section 7.4.1), also used to say how a byte stream ended. */
public final class CloseCode {
    /** The purpose of the connection is fulfilled. */
    public static final int NORMAL = 1000;

    /** The endpoint shuts down. */
    public static final int GOING_AWAY = 1001;

    /** The peer broke the protocol. */
    public static final int PROTOCOL_ERROR = 1002;

    /** Text where binary was expected or the other way round. */
    public static final int UNSUPPORTED_DATA = 1003;

    /** Never sent: the peer's close frame had no code. */
    public static final int NO_STATUS = 1005;

    /** Never sent: the transport ended without a close frame. */
    public static final int ABNORMAL = 1006;

    /** A text message that is not UTF-8. */
    public static final int INVALID_PAYLOAD = 1007;

    /** The peer broke a rule of the application. */
    public static final int POLICY_VIOLATION = 1008;

    /** A message over the limit. */
    public static final int TOO_BIG = 1009;

    /** A fault on this side. */
    public static final int INTERNAL_ERROR = 1011;

    private CloseCode() {}

    /** Whether a close frame may carry the code: 1000 to 4999 without the reserved ones. */
    static boolean sendable(int code) {
        return code >= 1000
                && code <= 4999
                && code != 1004
                && code != NO_STATUS
                && code != ABNORMAL
                && code != 1015
                && (code < 1016 || code >= 3000);
    }
}
