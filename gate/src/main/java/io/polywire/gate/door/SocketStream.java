package io.polywire.gate.door;

import io.polywire.gate.host.GateInstance;
import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.Call;
import io.polywire.gate.message.ConnectionStatus;
import io.polywire.gate.message.Io;
import io.polywire.gate.message.Status;
import io.polywire.net.CloseCode;
import io.polywire.net.WebSocket;

/** A program's stream over a WebSocket: binary messages both ways, then the status. Owned by the loop of the connection. */
final class SocketStream extends ClientStream {
    private final WebSocket socket;
    private final boolean call;

    SocketStream(WebSocket socket, boolean call) {
        super(socket.loop(), call);
        this.socket = socket;
        this.call = call;
    }

    /** A call's instance runs. */
    void begin(GateInstance instance, Call.Connection answer) {
        if (!gone()) {
            socket.sendText(answer.toJson());
        }
        open(instance);
    }

    @Override
    void accepted() {
        if (!call) {
            socket.sendText(new Io.Connection(true).toJson());
        }
    }

    @Override
    void notAccepted() {
        socket.sendText(new Io.Connection(false).toJson());
        socket.closeAfterFlush(CloseCode.POLICY_VIOLATION, "not connected");
    }

    @Override
    void send(byte[] octets) {
        socket.sendBinary(octets);
    }

    @Override
    long queued() {
        return socket.queuedBytes();
    }

    @Override
    void pause(boolean on) {
        if (on) {
            socket.pauseReading();
        } else {
            socket.resumeReading();
        }
    }

    @Override
    void finish(Status status) {
        ConnectionStatus last = new ConnectionStatus(status);
        socket.sendText(call ? last.toCallJson() : last.toJson());
        socket.closeAfterFlush(CloseCode.NORMAL, "");
    }

    @Override
    void fail(Throwable failure) {
        ApiException told = Asked.told(failure);
        socket.closeAfterFlush(CloseCode.INTERNAL_ERROR, told.text());
    }
}
