package io.polywire.webwire.door;

import io.polywire.net.HttpRequest;
import io.polywire.net.HttpResponse;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import org.jspecify.annotations.Nullable;

/**
 * What an application does with its clients; all of it is optional.
 *
 * <p>The hooks run on virtual threads and may block. For one client they are called one after the other, in the order in
 * which its messages arrived; a request is answered before the next message is looked at. For different clients they run
 * at the same time.
 */
public interface Hooks {
    /** Answers an HTTP OPTIONS request. By default every origin may ask with the method {@code WEBWIRE}. */
    default HttpResponse onOptions(HttpRequest request) {
        return Endpoint.PREFLIGHT;
    }

    /** A client has connected; called before its first message. An exception closes the connection with 1011. */
    default void onClientConnected(Client client) {}

    /** A client is gone. Its session is still attached, but not active any more: it may be restored already. */
    default void onClientDisconnected(Client client) {}

    /** A client sent a signal. An exception is logged. */
    default void onSignal(Client client, Signal signal) {}

    /**
     * A client sent a request.
     *
     * @return the reply; {@link Payload#EMPTY} for one without payload
     * @throws RequestException to answer with an error. Any other exception is logged and answered with the code {@code
     *     INTERNAL_ERROR}, without its text
     */
    default Payload onRequest(Client client, Request request) throws Exception {
        throw Answers.notImplemented();
    }

    /**
     * Asked before {@link #onRequest}, for requests that can be answered without waiting for anything: spares the change of
     * threads. It may be called on the event loop that serves the connection, and others, so it must not block, nor send
     * signals.
     *
     * @return the reply, or null to have {@link #onRequest} called
     * @throws RequestException to answer with an error
     */
    default @Nullable Payload replyAtOnce(Client client, Request request) {
        return null;
    }
}
