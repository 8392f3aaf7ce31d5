package io.polywire.wamp.door;

import io.netty.buffer.ByteBuf;
import io.polywire.codec.Encoded;
import io.polywire.model.Serialization;
import io.polywire.net.Connection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How messages are framed on one connection. Owned by the connection's loop. */
interface Wire {
    Connection connection();

    Serialization serialization();

    /** The longest message that the peer takes, in octets. */
    int sendLimit();

    /** Appends a message to the output. */
    void write(Encoded message);

    /** Appends a message that was encoded before. */
    void write(byte[] message);

    /** Appends a message that was encoded before, without copying it; the caller keeps its reference. */
    void write(ByteBuf message);

    /** {@code details.transport} of the session. */
    Map<String, @Nullable Object> describe();
}
