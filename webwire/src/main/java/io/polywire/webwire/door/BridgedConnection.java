package io.polywire.webwire.door;

import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import io.polywire.webwire.message.MalformedMessage;
import io.polywire.webwire.message.Parser;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the messages of a client of a {@link WebWireDoor} apart and hands them over to the realm's thread, all of one read
 * at once. Owned by the connection's loop.
 */
final class BridgedConnection implements MessageHandler {
    /** Why a client is not read. */
    enum Hold {
        /** Its messages wait for their turn. */
        INBOX,
        /** It does not read what is sent to it. */
        OUTPUT,
        /** The realm wants it so. */
        REALM,
        /** It sent something malformed. */
        MALFORMED
    }

    private final WebWireDoor door;
    private @Nullable BridgedSession session;
    private List<Object> arrived = new ArrayList<>(4);
    private long stuckSince;

    BridgedConnection(WebWireDoor door) {
        this.door = door;
    }

    @Override
    public void onOpen(WebSocket socket) {
        int limit = door.settings().limits().queueLimit();
        socket.output().marks(Math.max(1, limit / 4), limit);
        BridgedSession opened = new BridgedSession(door, socket);
        session = opened;
        door.opened();
        door.realm().run(opened::join);
    }

    @Override
    public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
        if (session().holds(Hold.MALFORMED)) {
            return;
        }
        try {
            arrived.add(Parser.parse(buf, off, len));
        } catch (MalformedMessage malformed) {
            Server.LOG.log(
                    Level.WARNING,
                    "client {0}: {1}; disconnected",
                    socket.peer().address(),
                    malformed.text());
            session().hold(Hold.MALFORMED, true);
            arrived.add(malformed);
        }
    }

    @Override
    public void onReadComplete(WebSocket socket) {
        handOver();
        if (!socket.output().writable()) {
            session().hold(Hold.OUTPUT, true);
        }
    }

    private void handOver() {
        if (!arrived.isEmpty()) {
            List<Object> batch = arrived;
            arrived = new ArrayList<>(4);
            BridgedSession to = session();
            door.realm().run(() -> to.receive(batch));
        }
    }

    @Override
    public void onDrained(WebSocket socket) {
        session().hold(Hold.OUTPUT, false);
    }

    @Override
    public void onTick(WebSocket socket) {
        long now = System.nanoTime();
        if (socket.output().writable()) {
            stuckSince = 0;
            session().hold(Hold.OUTPUT, false);
        } else if (stuckSince == 0) {
            stuckSince = now;
        } else if (now - stuckSince > door.settings().limits().stuckTimeout().toNanos()) {
            Server.LOG.log(
                    Level.WARNING,
                    "client {0} does not read; cut off",
                    socket.peer().address());
            socket.abort();
        }
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
        handOver();
        door.closed();
        BridgedSession left = session();
        left.outbox().close();
        door.realm().run(left::lost);
    }

    private BridgedSession session() {
        BridgedSession s = session;
        if (s == null) {
            throw new IllegalStateException("not open");
        }
        return s;
    }
}
