package io.polywire.webwire.door;

import io.polywire.net.CloseCode;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import io.polywire.webwire.message.Composer;
import io.polywire.webwire.message.Encoding;
import io.polywire.webwire.message.MalformedMessage;
import io.polywire.webwire.message.Message;
import io.polywire.webwire.message.Message.CloseSession;
import io.polywire.webwire.message.Message.ErrorReply;
import io.polywire.webwire.message.Message.Reply;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.RestoreSession;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Parser;
import io.polywire.webwire.message.Payload;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What one client of a {@link Server} says, handled strictly in order.
 *
 * <p>Threads: the loop parses and fills the inbox, with all that one read brought at once. A virtual thread empties it, and
 * ends when it is empty; while it runs it owns the handling. While none runs and nothing waits, the loop owns it, and asks
 * {@link Hooks#replyAtOnce} itself, so that a request that can be answered without waiting changes no thread.
 */
final class Conversation implements MessageHandler, Runnable {
    /** What else is to be done in its turn. */
    private enum Step {
        CONNECTED,
        MALFORMED,
        DISCONNECTED
    }

    private final Server server;
    private @Nullable Client client;
    private @Nullable WebSocket socket;

    // Owned by the loop.
    private @Nullable ArrayList<Object> arrived; // messages and steps of this read
    private boolean deaf; // after a malformed message
    private boolean stopped; // reading, because the peer does not read
    private long stuckSince;

    // Guarded by this.
    private @Nullable ArrayList<Object> inbox;
    private boolean held; // reading, because the inbox is full
    private volatile boolean running;

    Conversation(Server server) {
        this.server = server;
    }

    // --- on the loop ----------------------------------------------------------------------------------------------

    @Override
    public void onOpen(WebSocket opened) {
        socket = opened;
        client = new Client(server, opened);
        int limit = server.settings().queueLimit();
        opened.output().marks(Math.max(1, limit / 4), limit);
        server.opened(this);
        if (server.announces()) {
            arrive(Step.CONNECTED);
            handOver();
        }
    }

    @Override
    public void onMessage(WebSocket from, byte[] buf, int off, int len, boolean text) {
        if (deaf) {
            return;
        }
        Message message;
        try {
            message = Parser.parse(buf, off, len);
        } catch (MalformedMessage malformed) {
            Server.LOG.log(Level.WARNING, "{0}: {1}; disconnected", client(), malformed.text());
            deaf = true;
            from.pauseReading();
            arrive(Step.MALFORMED);
            return;
        }
        if (!(message instanceof Request request && arrived == null && !running && answeredAtOnce(request))) {
            arrive(message);
        }
    }

    private boolean answeredAtOnce(Request request) {
        if (server.isShutDown()) {
            return false;
        }
        byte[] answer = atOnce(request);
        if (answer != null) {
            client().outbox().post(answer);
        }
        return answer != null;
    }

    private void arrive(Object item) {
        ArrayList<Object> batch = arrived;
        if (batch == null) {
            arrived = batch = new ArrayList<>(4);
        }
        batch.add(item);
    }

    @Override
    public void onReadComplete(WebSocket from) {
        if (arrived != null) {
            handOver();
        }
        if (!from.output().writable() && !stopped) {
            stopped = true;
            from.pauseReading();
        }
    }

    private void handOver() {
        ArrayList<Object> batch = arrived;
        arrived = null;
        if (batch == null) {
            return;
        }
        synchronized (this) {
            if (inbox == null) {
                inbox = batch;
            } else {
                inbox.addAll(batch);
            }
            if (inbox.size() >= server.settings().inboxLimit() && !held) {
                held = true;
                socket().pauseReading();
            }
            if (running) {
                return;
            }
            running = true;
        }
        Thread.ofVirtual().name("webwire").start(this);
    }

    @Override
    public void onDrained(WebSocket from) {
        stuckSince = 0;
        stopped = false;
        readAgain();
        client().outbox().room();
    }

    private synchronized void readAgain() {
        if (!held && !stopped && !deaf) {
            socket().resumeReading();
        }
    }

    @Override
    public void onTick(WebSocket from) {
        Outbox outbox = client().outbox();
        outbox.room();
        if (from.output().writable()) {
            stuckSince = 0;
            if (stopped) {
                onDrained(from);
            }
            return;
        }
        long now = System.nanoTime();
        if (stuckSince == 0) {
            stuckSince = now;
        } else if (now - stuckSince > server.settings().stuckTimeout().toNanos()) {
            Server.LOG.log(Level.WARNING, "{0} does not read; cut off", client());
            from.abort();
        }
    }

    @Override
    public void onClose(WebSocket from, int code, String reason) {
        client().lost(); // at once: who reconnects wants the session
        server.closed(this);
        arrive(Step.DISCONNECTED);
        handOver();
    }

    // --- on the virtual thread ------------------------------------------------------------------------------------

    @Override
    public void run() {
        while (true) {
            List<Object> batch;
            synchronized (this) {
                batch = inbox;
                inbox = null;
                if (batch == null) {
                    running = false;
                    server.idle(this);
                    return;
                }
                if (held) {
                    held = false;
                    socket().execute(this::readAgain);
                }
            }
            for (Object item : batch) {
                handle(item);
            }
        }
    }

    private void handle(Object item) {
        try {
            switch (item) {
                case Request m -> answer(m.id(), () -> request(m));
                case Signal m -> signal(m);
                case RestoreSession m -> restore(m);
                case CloseSession m -> answer(m.id(), () -> closeSession(m));
                case Step.CONNECTED -> server.hooks().onClientConnected(client());
                case Step.MALFORMED -> finish(CloseCode.PROTOCOL_ERROR, "malformed message");
                case Step.DISCONNECTED -> server.hooks().onClientDisconnected(client());
                default -> {
                    // A server's message from a client: without meaning, and without harm.
                }
            }
        } catch (RuntimeException | Error e) {
            Server.LOG.log(Level.ERROR, client() + ": " + item.getClass().getSimpleName() + " failed", e);
            if (!(item instanceof Signal)) {
                finish(CloseCode.INTERNAL_ERROR, "internal error");
            }
        }
    }

    /** Makes an answer. */
    private interface Answer {
        byte[] make() throws Exception;
    }

    private void answer(long id, Answer answer) {
        byte[] octets;
        try {
            octets = server.isShutDown() ? error(id, Answers.shutDown()) : answer.make();
        } catch (RequestException refused) {
            octets = error(id, refused);
        } catch (Exception | StackOverflowError e) {
            String trace =
                    HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
            Server.LOG.log(Level.ERROR, "request of " + client() + " failed, trace " + trace, e);
            octets = error(id, Answers.internal(trace));
        }
        client().outbox().send(octets);
    }

    private static byte[] error(long id, RequestException refused) {
        return Composer.compose(new ErrorReply(id, refused.code(), refused.text()));
    }

    private byte[] request(Request m) throws Exception {
        byte[] atOnce = atOnce(m);
        return atOnce != null
                ? atOnce
                : Composer.compose(new Reply(m.id(), server.hooks().onRequest(client(), m)));
    }

    private byte @Nullable [] atOnce(Request m) {
        try {
            Payload payload = server.hooks().replyAtOnce(client(), m);
            return payload == null ? null : Composer.compose(new Reply(m.id(), payload));
        } catch (RequestException refused) {
            return error(m.id(), refused);
        }
    }

    private void signal(Signal m) {
        if (!server.isShutDown()) {
            server.hooks().onSignal(client(), m);
        }
    }

    private byte[] closeSession(CloseSession m) {
        if (server.sessionHooks() == null) {
            throw Answers.sessionsDisabled();
        }
        client().closeSession();
        return Composer.compose(new Reply(m.id(), Payload.EMPTY));
    }

    private void restore(RestoreSession m) {
        SessionHooks hooks = server.sessionHooks();
        boolean[] failed = {false};
        answer(m.id(), () -> {
            if (hooks == null) {
                throw Answers.sessionsDisabled();
            }
            try {
                byte[] json = client().restoreSession(hooks, m.key()).toJson();
                return Composer.compose(new Reply(m.id(), new Payload(Encoding.UTF16, json))); // so it is labelled
            } catch (RequestException refused) {
                throw refused;
            } catch (Exception e) {
                Server.LOG.log(Level.ERROR, "OnSessionLookup failed", e);
                failed[0] = true;
                throw Answers.restorationFailed();
            }
        });
        if (failed[0]) {
            finish(CloseCode.INTERNAL_ERROR, "internal error");
        }
    }

    // --- from anywhere --------------------------------------------------------------------------------------------

    void finish(int code, String reason) {
        client().outbox().finish(code, reason);
    }

    /** Whether nothing is being handled. */
    boolean isIdle() {
        return !running;
    }

    private Client client() {
        Client c = client;
        if (c == null) {
            throw new IllegalStateException("not open");
        }
        return c;
    }

    private WebSocket socket() {
        WebSocket s = socket;
        if (s == null) {
            throw new IllegalStateException("not open");
        }
        return s;
    }
}
