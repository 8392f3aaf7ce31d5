package io.polywire.hemi.door;

import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.InvalidCommandException;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.Received;
import io.polywire.hemi.message.RequestException;
import io.polywire.net.CloseCode;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests that handlers answer.
 *
 * <p>Threads: owned by the connection's loop. A handler that may block runs on a virtual thread, which makes the answer's
 * octets and hands them to the loop ({@link Running}).
 */
final class HandledConversation implements Conversation {
    private static final System.Logger LOG = System.getLogger("io.polywire.hemi");

    private final Handlers handlers;
    private final CommandSet commands;
    private final HemiConnection connection;
    private final HemiSession session;
    private final int most;
    private final long timeoutNanos;

    /** In no order; each knows its place. */
    private final List<Running> running = new ArrayList<>();

    HandledConversation(Handlers handlers, HemiConnection connection) {
        this.handlers = handlers;
        this.commands = handlers.commands();
        this.connection = connection;
        this.session = new HemiSession(connection, commands);
        this.most = connection.settings().concurrency();
        this.timeoutNanos = connection.settings().requestTimeout().toNanos();
    }

    @Override
    public void begin() {
        connection.welcome();
    }

    @Override
    public void receive(Envelope envelope) {
        Received message = commands.read(envelope);
        Record request = message.payload();
        if (request == null) {
            throw new InvalidCommandException("payload of " + message.command() + " is null");
        }
        Handlers.Entry entry = handlers.entry(request.getClass());
        if (entry == null) {
            throw new InvalidCommandException(message.command() + " is not answered here");
        }
        if (entry.quick()) {
            deliver(answer(entry, message.id(), request, null));
            return;
        }
        Running one = new Running(this, entry, message.id(), request, running.size());
        running.add(one);
        one.thread.start();
        connection.pauseForConversation(running.size() >= most);
    }

    /**
     * Runs the handler; on its thread. Null if nothing is to be sent.
     *
     * @param running null on the loop
     */
    private byte @Nullable [] answer(Handlers.Entry entry, String id, Record request, @Nullable Running running) {
        try {
            Record response = entry.handler().handle(session, request);
            if (response == null) {
                return null;
            }
            String command = commands.command(response.getClass());
            if (command == null || !command.equals(entry.response())) {
                throw new IllegalStateException(
                        "the handler of " + entry.request() + " returned a " + response.getClass());
            }
            return commands.write(id, response);
        } catch (RequestException e) {
            return failed(entry, id, ProtocolError.request(e.text()));
        } catch (Exception | StackOverflowError e) {
            if (running != null && running.abandoned) {
                return null; // interrupted because nobody waits any more
            }
            ProtocolError error = ProtocolError.internal();
            LOG.log(Level.ERROR, error.logText(entry.request() + ": internal error: " + e), e);
            return failed(entry, id, error);
        }
    }

    private byte @Nullable [] failed(Handlers.Entry entry, String id, ProtocolError error) {
        String response = entry.response();
        if (response == null) {
            session.close(CloseCode.INTERNAL_ERROR, "");
            return null;
        }
        return commands.writeError(response, id, error);
    }

    private void deliver(byte @Nullable [] answer) {
        if (answer != null && connection.isOpen()) {
            connection.send(answer);
        }
    }

    private void remove(Running one) {
        int place = one.place;
        if (place < 0) {
            return;
        }
        one.place = -1;
        Running last = running.removeLast();
        if (last != one) {
            running.set(place, last);
            last.place = place;
        }
        if (running.size() <= most / 2) {
            connection.pauseForConversation(false);
        }
    }

    @Override
    public void tick(long now) {
        session.signal();
        for (int i = running.size() - 1; i >= 0; i = Math.min(i, running.size()) - 1) { // a late one may end them all
            Running one = running.get(i);
            if (now - one.started > timeoutNanos) {
                one.abandoned = true;
                one.thread.interrupt();
                remove(one);
                ProtocolError error = ProtocolError.internal();
                LOG.log(Level.ERROR, error.logText(one.entry.request() + ": internal error: took too long"));
                deliver(failed(one.entry, one.id, error));
            }
        }
    }

    @Override
    public void over() {
        for (Running one : running) {
            one.place = -1;
            one.abandoned = true;
            one.thread.interrupt();
        }
        running.clear();
        session.signal();
    }

    /** A request on its way: first run by its own thread, then, with the answer, by the loop. */
    private static final class Running implements Runnable {
        final HandledConversation conversation;
        final Handlers.Entry entry;
        final String id;
        final Record request;
        final long started = System.nanoTime();
        final Thread thread;
        int place; // in the list; of the loop

        volatile boolean abandoned;
        private byte @Nullable [] answer; // handed over by the loop's queue

        Running(HandledConversation conversation, Handlers.Entry entry, String id, Record request, int place) {
            this.conversation = conversation;
            this.entry = entry;
            this.id = id;
            this.request = request;
            this.place = place;
            this.thread = Thread.ofVirtual().unstarted(this);
        }

        @Override
        public void run() {
            if (!conversation.connection.socket().loop().inLoop()) {
                work();
            } else if (place >= 0) {
                conversation.remove(this);
                conversation.deliver(answer);
            }
        }

        private void work() {
            try {
                conversation.handlers.permits().acquire();
            } catch (InterruptedException gone) {
                return;
            }
            try {
                if (!abandoned) {
                    answer = conversation.answer(entry, id, request, this);
                }
            } finally {
                conversation.handlers.permits().release();
            }
            conversation.connection.socket().execute(this);
        }
    }
}
