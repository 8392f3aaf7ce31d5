package io.polywire.wamp.embed;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import io.polywire.net.Loop;
import io.polywire.router.Identity;
import io.polywire.router.JoinRefused;
import io.polywire.router.Realm;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import io.polywire.wamp.client.link.Link;
import io.polywire.wamp.client.link.LinkHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The way between a client and a realm of the same process: messages are handed over, payloads encoded as on the wire, so that
 * neither side can change what the other one has.
 *
 * <p>Threads: the lane is the realm's loop, which owns everything. What the client sends goes into the realm at once; what the
 * realm sends comes out in a task of its own, so that neither is called from inside of itself.
 */
final class RealmLink implements Link {
    /** As much may wait for the client as for one behind a socket. */
    private static final long QUEUE = 16L << 20;

    private static final int COST = 64;

    private final Realm realm;
    private final Loop loop;
    private final Identity identity;
    private final LinkHandler handler;
    private final Runnable gone;
    private final Inbound inbound = new Inbound();
    private @Nullable Session session;
    private boolean over;

    private final ArrayDeque<Message> out = new ArrayDeque<>(); // from the realm, not delivered yet
    private long waiting; // octets there
    private boolean delivering;
    private boolean clientPaused;
    private final List<Runnable> whenDrained = new ArrayList<>();

    private final ArrayDeque<Message> held = new ArrayDeque<>(); // from the client, while the realm takes nothing
    private final AtomicLong heldOctets = new AtomicLong();
    private boolean realmPaused;

    RealmLink(Realm realm, Loop loop, Identity identity, LinkHandler handler, Runnable gone) {
        this.realm = realm;
        this.loop = loop;
        this.identity = identity;
        this.handler = handler;
        this.gone = gone;
    }

    // --- the client's side -----------------------------------------------------------------------------------------

    @Override
    public void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The router has stopped, and told the client before.
        }
    }

    @Override
    public Future<?> schedule(Runnable task, Duration delay) {
        try {
            return loop.schedule(task, delay);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null);
        }
    }

    @Override
    public void send(Message message) {
        if (over) {
            return;
        }
        if (realmPaused || !held.isEmpty()) {
            held.add(message);
            heldOctets.addAndGet(cost(message));
            return;
        }
        take(message);
    }

    private void take(Message message) {
        switch (message) {
            case Message.Hello hello when session == null -> hello(hello);
            case Message.Goodbye goodbye -> {
                if (leave()) {
                    give(new Message.Goodbye(Dict.EMPTY, Reasons.GOODBYE_AND_OUT));
                }
            }
            case Message.Abort abort -> leave();
            default -> receive(message);
        }
    }

    private void hello(Message.Hello hello) {
        if (!hello.realm().equals(realm.name())) {
            give(abort(Reasons.NO_SUCH_REALM, "this way leads to the realm " + realm.name()));
            return;
        }
        try {
            Session joined = realm.join(inbound, identity, hello.details(), Map.of("type", "memory"));
            session = joined;
            Dict details = Dict.of(Map.of(
                    "roles", realm.welcomeRoles().asMap(),
                    "realm", realm.name(),
                    "authid", identity.authid(),
                    "authrole", identity.authrole(),
                    "authmethod", identity.authmethod(),
                    "authprovider", identity.authprovider(),
                    "agent", "Polywire"));
            give(new Message.Welcome(joined.id(), details));
        } catch (JoinRefused refused) {
            give(abort(refused.reason(), refused.text()));
        } catch (InvalidArgument bad) {
            give(abort(Reasons.PROTOCOL_VIOLATION, "HELLO: " + bad.text()));
        }
    }

    private void receive(Message message) {
        Session to = session;
        if (to == null) {
            return;
        }
        try {
            to.receive(message);
        } catch (ProtocolViolation violation) {
            leave();
            give(abort(Reasons.PROTOCOL_VIOLATION, violation.text()));
        }
    }

    private static Message.Abort abort(String reason, String text) {
        return new Message.Abort(Dict.of("message", text), reason, Payload.EMPTY);
    }

    private boolean leave() {
        Session left = session;
        session = null;
        if (left != null) {
            left.leave();
        }
        return left != null;
    }

    @Override
    public long queuedBytes() {
        return heldOctets.get();
    }

    @Override
    public void pauseReading() {
        execute(() -> clientPaused = true);
    }

    @Override
    public void resumeReading() {
        execute(() -> {
            clientPaused = false;
            deliverLater();
        });
    }

    @Override
    public void close(int code, String reason) {
        execute(() -> {
            if (over) {
                return;
            }
            leave();
            over = true;
            out.clear();
            held.clear();
            drained();
            gone.run();
            handler.lost(reason);
        });
    }

    @Override
    public Serialization serialization() {
        return Serialization.MSGPACK;
    }

    @Override
    public @Nullable SSLSession tls() {
        return null;
    }

    // --- the realm's side ------------------------------------------------------------------------------------------

    private static int cost(Message message) {
        return COST
                + switch (message) {
                    case Message.Event m -> m.payload().length();
                    case Message.Invocation m -> m.payload().length();
                    case Message.Result m -> m.payload().length();
                    case Message.ErrorMessage m -> m.payload().length();
                    case Message.Call m -> m.payload().length();
                    case Message.Publish m -> m.payload().length();
                    case Message.Yield m -> m.payload().length();
                    default -> 0;
                };
    }

    private void give(Message message) {
        out.add(message);
        waiting += cost(message);
        deliverLater();
    }

    private void deliverLater() {
        if (!delivering && !clientPaused && !out.isEmpty()) {
            delivering = true;
            execute(this::deliver);
        }
    }

    private void deliver() {
        delivering = false;
        while (!clientPaused && !over) {
            Message message = out.poll();
            if (message == null) {
                break;
            }
            waiting -= cost(message);
            handler.received(message);
        }
        if (waiting <= QUEUE / 8) {
            drained();
        }
    }

    private void drained() {
        List<Runnable> tasks = List.copyOf(whenDrained);
        whenDrained.clear();
        tasks.forEach(Runnable::run);
    }

    private final class Inbound implements io.polywire.router.Link {
        @Override
        public Sent send(Message message) {
            if (over) {
                return Sent.CLOSED;
            }
            if ((message instanceof Message.Event || message instanceof Message.Invocation) && waiting > QUEUE) {
                return Sent.FULL;
            }
            give(message);
            return Sent.OK;
        }

        @Override
        public void end(Message.Goodbye why) {
            session = null;
            give(why);
        }

        @Override
        public void abort(String text) {
            session = null;
            give(RealmLink.abort(Reasons.PROTOCOL_VIOLATION, text));
        }

        @Override
        public String door() {
            return "embedded";
        }

        @Override
        public boolean congested() {
            return waiting > QUEUE / 2;
        }

        @Override
        public void whenDrained(Runnable task) {
            whenDrained.add(task);
            execute(() -> {
                if (waiting <= QUEUE / 8) {
                    drained();
                }
            });
        }

        @Override
        public void pauseReading() {
            realmPaused = true;
        }

        @Override
        public void resumeReading() {
            realmPaused = false;
            execute(RealmLink.this::takeHeld);
        }
    }

    private void takeHeld() {
        while (!realmPaused && !over) {
            Message message = held.poll();
            if (message == null) {
                break;
            }
            heldOctets.addAndGet(-cost(message));
            take(message);
        }
    }
}
