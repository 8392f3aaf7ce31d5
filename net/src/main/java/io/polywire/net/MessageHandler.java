package io.polywire.net;

/**
 * What happens on a WebSocket, told on the loop of the connection; no method may block. An exception thrown by one
 * closes the connection with {@link CloseCode#INTERNAL_ERROR} and is logged; its text does not reach the peer.
 */
public interface MessageHandler {
    /** The handshake is complete; called before anything else, messages may be sent. */
    default void onOpen(WebSocket socket) {}

    /**
     * A complete message. The array belongs to nobody: the slice may be kept as long as wanted, though it may keep the
     * memory of one read (64 KiB at most, if the message is smaller) alive. It must not be written to outside the slice.
     */
    void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text);

    /** All messages of one read were delivered: the moment to hand over a batch. */
    default void onReadComplete(WebSocket socket) {}

    /** The output queue fell below its low mark after having been above the high one, see {@link Output#marks}. */
    default void onDrained(WebSocket socket) {}

    /** Called about every 500 ms. */
    default void onTick(WebSocket socket) {}

    /**
     * The connection is over: no message will come and none can be sent. Called exactly once.
     *
     * @param code the code of the peer's close frame ({@link CloseCode#NO_STATUS} if it had none), the code this side
     *     closed with (also by the WebSocket layer after a violation), or {@link CloseCode#ABNORMAL}
     * @param reason the reason that came with it, or what happened
     */
    void onClose(WebSocket socket, int code, String reason);
}
