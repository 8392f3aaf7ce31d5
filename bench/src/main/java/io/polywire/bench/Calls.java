package io.polywire.bench;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import java.io.IOException;

/** One callee answers with the same arguments; each caller keeps a window of calls outstanding. */
final class Calls implements Load.Steady {
    private static final String PROCEDURE = "io.polywire.bench.echo";

    private final Load load;
    private final byte[] argument;

    Calls(Load load) {
        this.load = load;
        this.argument = new byte[load.payload];
        java.util.Arrays.fill(argument, (byte) 'x');
    }

    @Override
    public void start() throws IOException {
        boolean[] registered = new boolean[1];
        Peer callee = load.open((peer, message) -> {
            if (message instanceof Message.Invocation call) {
                peer.send(new Message.Yield(call.request(), Dict.EMPTY, call.payload()));
            } else {
                registered[0] = message instanceof Message.Registered;
            }
        });
        callee.send(new Message.Register(1, Dict.EMPTY, PROCEDURE));
        callee.flush();
        load.run(Long.MAX_VALUE, () -> registered[0]);
        for (int i = 0; i < load.callers; i++) {
            Caller caller = new Caller();
            Peer peer = load.open(caller);
            for (int n = 0; n < load.window; n++) {
                caller.call(peer);
            }
        }
    }

    private final class Caller implements Peer.Handler {
        private final long[] started = new long[Integer.highestOneBit(Math.max(1, load.window)) * 4];
        private long next;

        void call(Peer peer) {
            long request = ++next;
            started[(int) (request & started.length - 1)] = System.nanoTime();
            peer.send(new Message.Call(
                    request,
                    Dict.EMPTY,
                    PROCEDURE,
                    Payload.of(new String(argument, java.nio.charset.StandardCharsets.US_ASCII))));
        }

        @Override
        public void onMessage(Peer peer, Message message) {
            if (!(message instanceof Message.Result result)) {
                throw new IllegalStateException("instead of a result: " + message);
            }
            load.ended(started[(int) (result.request() & started.length - 1)]);
            call(peer);
        }
    }
}
