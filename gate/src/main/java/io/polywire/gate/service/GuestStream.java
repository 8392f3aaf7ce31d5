package io.polywire.gate.service;

import java.nio.ByteBuffer;

/**
 * A connection of a client to a program, as the client's side uses it. Thread-safe; no method blocks, and after the end
 * of the stream none has an effect.
 */
public interface GuestStream {
    /**
     * Passes input to the program; the bytes are copied.
     *
     * @throws IllegalArgumentException if they are more than {@link GuestPeer#credit} allowed
     */
    void input(ByteBuffer data);

    /** The input ends here. */
    void inputEnd();

    /**
     * Output has left the peer, so that the program may send as many bytes more. Calling this at once for what goes
     * into a bounded buffer is fine, and fastest.
     */
    void consumed(int bytes);

    /** All output up to its end has been written; the program is told so. */
    void outputWritten();

    /**
     * The client has gone, or does not want to wait any longer for the program to accept. Input that it sent is still
     * delivered as far as the program wants it; output is dropped.
     */
    void lost();
}
