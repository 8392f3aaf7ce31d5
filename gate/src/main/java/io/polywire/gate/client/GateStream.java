package io.polywire.gate.client;

import io.polywire.gate.message.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * The connection to a running program. One thread may write the input while another one reads the output; a program that gets
 * both has to be served by two, or neither gets on. {@link #close} may be called by any thread.
 */
public interface GateStream extends AutoCloseable {
    /** Id of the instance; empty if the server does not tell: to anonymous callers, and with io. */
    String instance();

    /** Key of the module if the call has kept it, else empty. */
    String module();

    /**
     * What the program reads. Written octets are sent at once. Closing it is the end of the program's input; over a WebSocket
     * there is no such end, and a program that waits for it waits until the whole stream is closed.
     */
    OutputStream input();

    /** What the program writes. It ends when both directions are closed or the program has ended. */
    InputStream output();

    /**
     * Waits for the end, reading and dropping the output that was not read yet.
     *
     * @return status of the instance; {@code RUNNING} if it goes on after io
     * @throws IOException if the connection is lost
     * @throws GateException if the server ends it with a refusal
     */
    Status await() throws IOException;

    /** Leaves. A call that has not ended is killed by the server, an instance with io lives on. */
    @Override
    void close();

    /**
     * The output as a publisher, in place of {@link #output}, for one subscriber. Buffers belong to the subscriber. Nothing is
     * read that was not requested.
     */
    default Flow.Publisher<ByteBuffer> outputPublisher() {
        return new OutputPublisher(output());
    }

    /**
     * The input as a subscriber, in place of {@link #input}. It requests the next buffer when one was sent; completion is the
     * end of the input, an error closes the whole stream.
     */
    default Flow.Subscriber<ByteBuffer> inputSubscriber() {
        return new InputSubscriber(this);
    }
}
