package io.polywire.gate.door;

import io.polywire.gate.host.GateHost;
import io.polywire.gate.host.GateInstance;
import io.polywire.gate.host.ModuleSource;
import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.Call;
import io.polywire.gate.message.MalformedJsonException;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Program;
import io.polywire.net.CloseCode;
import io.polywire.net.WebSocket;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A call over a WebSocket, with or without the module. */
final class CallSocket extends SocketSession {
    /** A message is seen when it is complete: a large one over a slow line takes its time. */
    private static final int MODULE_PATIENCE = 10;

    private final @Nullable ModuleSource source;
    private final String key;
    private final Wanted wanted;

    /** Octets taken from the budget of uploads. */
    private int reserved;

    private long announced;
    private @Nullable Caller caller;
    private byte @Nullable [] module;
    private @Nullable SocketStream stream;

    /**
     * @param source of the module; null: uploaded modules
     * @param key hash, or path in the source
     */
    CallSocket(GateDoor door, Asked asked, @Nullable ModuleSource source, String key, Wanted wanted) {
        super(door, asked);
        this.source = source;
        this.key = key;
        this.wanted = wanted;
    }

    @Override
    void first(WebSocket socket, byte[] message) {
        Call call;
        try {
            call = Call.parse(message);
        } catch (MalformedJsonException e) {
            socket.abort();
            return;
        }
        switch (call.contentType()) {
            case "" -> known(socket, call);
            case WebApi.CONTENT_TYPE_WEBASSEMBLY -> upload(socket, call);
            default -> refuse(socket, new ApiException(415, "unsupported content type"));
        }
    }

    private void known(WebSocket socket, Call call) {
        SocketStream stream = beginStream(socket, true);
        ModuleSource from = source;
        work(socket, () -> {
            if (from == null && call.authorization().isEmpty()) {
                throw new ApiException(401, "anonymous access not supported");
            }
            Caller found = caller(call.authorization(), wanted.ref());
            run(
                    socket,
                    stream,
                    found,
                    from == null
                            ? who -> door.host().program(who.owner(), key)
                            : who -> door.host().program(from, key));
        });
    }

    private void upload(WebSocket socket, Call call) {
        if (source != null) {
            refuse(socket, new ApiException(415, "content not supported by action"));
            return;
        }
        announced = call.contentLength();
        if (announced < 0 || announced > door.moduleLimit()) {
            refuse(socket, announced < 0 ? new ApiException(400, "invalid module content") : GateHost.tooLarge());
            return;
        }
        int limit = announced == 0 ? door.moduleLimit() : (int) announced;
        if (door.uploads().addAndGet(-limit) < 0) {
            door.uploads().addAndGet(limit);
            refuse(socket, new ApiException(429, "request rate limit exceeded"));
            return;
        }
        reserved = limit;
        patience(MODULE_PATIENCE);
        socket.messageLimit(limit);
        socket.pauseReading();
        work(socket, () -> {
            Caller found = caller(call.authorization(), wanted.ref());
            door.host().checkLength(key, announced == 0 ? -1 : announced);
            socket.execute(() -> {
                caller = found;
                socket.resumeReading();
                proceed(socket);
            });
        });
    }

    @Override
    void between(WebSocket socket, byte[] message, boolean text) {
        if (closed()) {
            return;
        }
        if (text) {
            over();
            socket.closeAfterFlush(CloseCode.UNSUPPORTED_DATA, "");
        } else if (announced != 0 && message.length != announced) {
            refuse(socket, new ApiException(400, "invalid module content"));
        } else {
            module = message;
            stream = beginStream(socket, true);
            proceed(socket);
        }
    }

    /** Runs the module once it is there and its owner is known. */
    private void proceed(WebSocket socket) {
        byte[] octets = module;
        SocketStream to = stream;
        Caller who = caller;
        if (octets == null || to == null || who == null || closed()) {
            return;
        }
        module = null;
        int taken = reserved;
        reserved = 0;
        work(socket, () -> {
            try {
                run(socket, to, who, c -> door.host().program(key, octets));
            } finally {
                door.uploads().addAndGet(taken);
            }
        });
    }

    /** On a virtual thread. */
    private void run(WebSocket socket, SocketStream to, Caller who, Function<Caller, Program> program) {
        Program found = program.apply(who);
        GateInstance instance = door.host().launch(wanted.request(who, found));
        Call.Connection answer = new Call.Connection(
                wanted.ref() ? door.location(found.id()) : "", who.anonymous() ? "" : instance.id());
        socket.execute(() -> to.begin(instance, answer));
    }

    @Override
    void over() {
        super.over();
        door.uploads().addAndGet(reserved);
        reserved = 0;
        module = null;
    }
}
