package io.polywire.hemi.door;

import io.polywire.hemi.message.CommandSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Answers commands by handlers of this program, one per class of requests. A command of the set that has no handler is an
 * invalid command; pings are answered by the door. Thread-safe; add the handlers before the door is opened.
 */
public final class Handlers extends HemiService {
    private final CommandSet commands;
    private final Map<Class<? extends Record>, Entry> entries = new ConcurrentHashMap<>();
    private Semaphore permits = new Semaphore(1000);

    /**
     * A handler.
     *
     * @param response the command that answers, null for none
     * @param quick whether it runs on the event loop
     */
    record Entry(String request, @Nullable String response, Handler<Record> handler, boolean quick) {}

    /**
     * @param commands what is understood
     */
    public Handlers(CommandSet commands) {
        this.commands = commands;
    }

    /**
     * Requests of this class are answered on a virtual thread each, so that they run side by side; when the client is gone,
     * or the time is over, that thread is interrupted.
     *
     * @return this
     * @throws IllegalArgumentException if the class is in no command of the set, or has a handler
     */
    public <Q extends Record> Handlers on(Class<Q> request, Handler<? super Q> handler) {
        return add(request, handler, false);
    }

    /**
     * Requests of this class are answered on the connection's event loop at once: for handlers that only compute, for some
     * microseconds. They must not block.
     *
     * @return this
     * @throws IllegalArgumentException as {@link #on}
     */
    public <Q extends Record> Handlers onLoop(Class<Q> request, Handler<? super Q> handler) {
        return add(request, handler, true);
    }

    @SuppressWarnings("unchecked") // only called with records of its class
    private <Q extends Record> Handlers add(Class<Q> request, Handler<? super Q> handler, boolean quick) {
        String command = commands.command(request);
        if (command == null) {
            throw new IllegalArgumentException("no command carries " + request.getName());
        }
        Entry entry = new Entry(command, commands.responseTo(command), (Handler<Record>) handler, quick);
        if (entries.putIfAbsent(request, entry) != null) {
            throw new IllegalArgumentException(command + " has a handler");
        }
        return this;
    }

    @Override
    CommandSet commands() {
        return commands;
    }

    @Nullable
    Entry entry(Class<? extends Record> request) {
        return entries.get(request);
    }

    void limit(int concurrency) {
        permits = new Semaphore(concurrency);
    }

    /** As many as requests may run. */
    Semaphore permits() {
        return permits;
    }

    @Override
    String api() {
        return commands.api();
    }

    @Override
    Conversation open(HemiConnection connection) {
        return new HandledConversation(this, connection);
    }
}
