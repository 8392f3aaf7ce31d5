package io.polywire.net;

/**
 * What happens on a byte stream, told on the loop of the connection; no method may block. An exception thrown by one
 * closes the connection and is logged.
 */
public interface StreamHandler {
    /** Called before anything else; octets may be written. */
    default void onOpen(ByteStream stream) {}

    /** Octets in the order of arrival. The array belongs to nobody: the slice may be kept and changed. */
    void onBytes(ByteStream stream, byte[] buf, int off, int len);

    /** Everything of one turn was delivered: the moment to hand over a batch. */
    default void onReadComplete(ByteStream stream) {}

    /** The output queue fell below its low mark after having been above the high one, see {@link Output#marks}. */
    default void onDrained(ByteStream stream) {}

    /** Called about every 500 ms. */
    default void onTick(ByteStream stream) {}

    /**
     * The connection is over. Called exactly once.
     *
     * @param code the code this side closed with, or {@link CloseCode#ABNORMAL} if the peer ended the stream or it broke
     * @param reason the reason that came with it, or what happened
     */
    void onClose(ByteStream stream, int code, String reason);
}
