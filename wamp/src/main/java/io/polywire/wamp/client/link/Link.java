package io.polywire.wamp.client.link;

import io.polywire.model.Message;
import io.polywire.model.Serialization;
import java.time.Duration;
import java.util.concurrent.Future;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * An open way to a router.
 *
 * <p>Threads: a link has a lane, where tasks run one after the other and where everything that comes in is told to its {@link
 * LinkHandler}; {@link #send} is called there only. All other methods may be called from any thread. Nothing on the lane blocks.
 */
public interface Link {
    /** Runs the task on the lane, after those given before by this thread. Still does so when the link is closed. */
    void execute(Runnable task);

    /** Runs the task on the lane after the delay, unless the future is cancelled before. */
    Future<?> schedule(Runnable task, Duration delay);

    /**
     * Sends a message, in order; without effect if the link is closed.
     *
     * @throws MessageTooLong if the router does not take a message of that length; nothing was sent then
     */
    void send(Message message) throws MessageTooLong;

    /** Octets that were sent and have not left yet. */
    long queuedBytes();

    /** Reads nothing more for now. Some messages may still come in. */
    void pauseReading();

    void resumeReading();

    /**
     * Sends what was given before, then ends the connection.
     *
     * @param code a WebSocket close code; others just end
     */
    void close(int code, String reason);

    /** The serialization that payloads are best given in; null where messages are handed over as they are. */
    @Nullable
    Serialization serialization();

    /** The TLS session; null without TLS. */
    @Nullable
    SSLSession tls();

    /** A message over the limit of the transport. */
    final class MessageTooLong extends Exception {
        /** The text names the length and the limit. */
        public MessageTooLong(long length, long limit) {
            super("the message has " + length + " octets, the router takes " + limit);
        }
    }
}
