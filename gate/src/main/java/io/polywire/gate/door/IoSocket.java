package io.polywire.gate.door;

import io.polywire.gate.host.GateInstance;
import io.polywire.gate.message.Io;
import io.polywire.gate.message.MalformedJsonException;
import io.polywire.net.WebSocket;

/** A WebSocket to an instance. */
final class IoSocket extends SocketSession {
    private final String id;

    IoSocket(GateDoor door, Asked asked, String id) {
        super(door, asked);
        this.id = id;
    }

    @Override
    void first(WebSocket socket, byte[] message) {
        Io io;
        try {
            io = Io.parse(message);
        } catch (MalformedJsonException e) {
            socket.abort();
            return;
        }
        SocketStream stream = beginStream(socket, false);
        work(socket, () -> {
            Caller caller = caller(io.authorization(), true);
            GateInstance instance = door.host().instance(caller.owner(), id);
            socket.execute(() -> stream.open(instance));
        });
    }

    @Override
    void between(WebSocket socket, byte[] message, boolean text) {
        throw new IllegalStateException("the stream begins with the first message");
    }
}
