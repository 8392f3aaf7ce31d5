package io.polywire.gate.door;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.WebApi;
import io.polywire.net.CloseCode;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpRequest;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import io.polywire.net.WebSocketSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One WebSocket: section A9 of the protocol reference. Owned by the loop of the connection. */
abstract class SocketSession implements MessageHandler {
    private static final WebSocketSettings SETTINGS = WebSocketSettings.ofLimit(WebApi.MAX_WEBSOCKET_REQUEST)
            .withPing(Duration.ofSeconds(30), 4)
            .withUtf8Check(false); // The one text is parsed, the others are octets.

    final GateDoor door;
    final Asked asked;
    private @Nullable SocketStream stream;
    private boolean first = true;
    private long deadline;
    private boolean closed;

    SocketSession(GateDoor door, Asked asked) {
        this.door = door;
        this.asked = asked;
    }

    /** Accepts an upgrade. */
    static HttpAnswer upgrade(Asked asked, SocketSession session) {
        if (asked.request().upgrade() == HttpRequest.Upgrade.NONE) {
            throw new ApiException(400, "bad request");
        }
        return new HttpAnswer.Upgrade(session, SETTINGS);
    }

    @Override
    public void onOpen(WebSocket socket) {
        patience(1);
    }

    /** The next message has to be there within so many times the patience. */
    void patience(int times) {
        deadline = System.nanoTime()
                + door.settings().patience().multipliedBy(times).toNanos();
    }

    @Override
    public void onTick(WebSocket socket) {
        if (stream == null && System.nanoTime() - deadline > 0) {
            socket.abort();
        }
    }

    /** The client's first message. */
    abstract void first(WebSocket socket, byte[] message);

    /** A message before the stream has begun, but not the first. */
    abstract void between(WebSocket socket, byte[] message, boolean text);

    @Override
    public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
        SocketStream to = stream;
        if (to != null) {
            to.received(buf, off, len);
        } else if (first) {
            first = false;
            first(socket, Arrays.copyOfRange(buf, off, off + len));
        } else {
            boolean whole = off == 0 && len == buf.length;
            between(socket, whole ? buf : Arrays.copyOfRange(buf, off, off + len), text);
        }
    }

    /** What comes from now on is input for a program. To be called while a message is handled. */
    SocketStream beginStream(WebSocket socket, boolean call) {
        socket.passParts();
        SocketStream begun = new SocketStream(socket, call);
        stream = begun;
        return begun;
    }

    /** Does what may block, on a virtual thread; what it throws closes the connection. */
    void work(WebSocket socket, Runnable work) {
        door.host().execute(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                socket.execute(() -> refuse(socket, Asked.told(e)));
            }
        });
    }

    /** Closes with the reason. */
    void refuse(WebSocket socket, ApiException why) {
        over();
        int code = why.code() >= 500 ? CloseCode.INTERNAL_ERROR : CloseCode.POLICY_VIOLATION;
        socket.closeAfterFlush(code, why.text());
    }

    /** Who asks. Blocks. */
    Caller caller(String authorization, boolean needed) {
        return door.caller(asked.request(), authorization.isEmpty() ? List.of() : List.of(authorization), needed);
    }

    boolean closed() {
        return closed;
    }

    /** The connection is over; called at least once. */
    void over() {
        closed = true;
        SocketStream to = stream;
        if (to != null) {
            to.lost();
        }
    }

    @Override
    public void onDrained(WebSocket socket) {
        SocketStream to = stream;
        if (to != null) {
            to.drained();
        }
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
        over();
    }
}
