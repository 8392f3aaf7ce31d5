package io.polywire.wamp.door;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.net.CloseCode;
import io.polywire.router.HostedRealm;
import io.polywire.router.JoinRefused;
import io.polywire.router.Link;
import io.polywire.router.RealmOptions;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One stay of a connection in a realm: carries messages to its session, and the session's messages to the connection.
 *
 * <p>Threads: owned by the realm's thread. Where that is the connection's loop as well, nothing hops: messages go straight
 * through. Else both directions hop in batches: the connection hands over what one read brought, and what the realm sent
 * during one task goes to the connection's loop in one.
 */
final class SessionLink implements Link {
    private static final System.Logger LOG = System.getLogger("io.polywire.wamp");

    /** The peer is told and the connection closed, after all that was sent before. */
    private record Ending(Message last, int code, String reason) {}

    private final WampConnection connection;
    private final HostedRealm realm;
    private final Backlog backlog;
    private final boolean sameThread;
    private volatile @Nullable EventOverflow overflow; // made when an event first has no room
    private @Nullable Session session;
    private boolean over;
    private RealmOptions.Limits limits = RealmOptions.Limits.DEFAULT; // handed over with WELCOME

    /** What the realm sent since the last hop; only used where there is one. */
    private List<Object> outbox = List.of();

    private long outboxOctets;

    SessionLink(WampConnection connection, HostedRealm realm) {
        this.connection = connection;
        this.backlog = connection.backlog();
        this.realm = realm;
        this.sameThread = realm.inThread().getAsBoolean();
    }

    /** Called on the connection's loop: runs the task on the realm's thread. */
    void run(Runnable task) {
        if (sameThread) {
            task.run();
        } else {
            realm.thread().execute(task);
        }
    }

    boolean sameThread() {
        return sameThread;
    }

    void join(Admission.Admit admitted, Dict details, Map<String, @Nullable Object> transport) {
        if (over) {
            return; // the connection was lost meanwhile
        }
        try {
            session = realm.realm().join(this, admitted.identity(), details, transport);
        } catch (JoinRefused refused) {
            abort(refused.reason(), refused.text(), CloseCode.NORMAL);
            return;
        } catch (InvalidArgument bad) {
            abort(Reasons.PROTOCOL_VIOLATION, "HELLO: " + bad.text(), CloseCode.PROTOCOL_ERROR);
            return;
        }
        Session joined = session;
        limits = joined.limits();
        Map<String, @Nullable Object> welcome = new LinkedHashMap<>();
        welcome.put("roles", realm.realm().welcomeRoles().asMap());
        welcome.put("realm", realm.realm().name());
        welcome.put("authid", joined.identity().authid());
        welcome.put("authrole", joined.identity().authrole());
        welcome.put("authmethod", joined.identity().authmethod());
        welcome.put("authprovider", joined.identity().authprovider());
        welcome.put("agent", connection.settings().agent());
        if (!admitted.extra().isEmpty()) {
            welcome.put("authextra", admitted.extra());
        }
        passOn(new Message.Welcome(joined.id(), Dict.of(welcome)));
    }

    void receive(Message message) {
        Session to = session;
        if (to == null || over) {
            return;
        }
        try {
            to.receive(message);
        } catch (ProtocolViolation violation) {
            violated(violation.text(), CloseCode.PROTOCOL_ERROR);
        } catch (RuntimeException fault) {
            LOG.log(Level.ERROR, "session " + to.id() + " failed on a message of type " + message.code(), fault);
            leave();
            finish(WampConnection.abort(Reasons.PROTOCOL_VIOLATION, "internal error"), CloseCode.INTERNAL_ERROR);
        }
    }

    void receive(List<Message> batch) {
        for (Message message : batch) {
            receive(message);
        }
    }

    /** The peer broke the protocol, as this thread or the connection found. */
    void violated(String text, int closeCode) {
        if (!over) {
            leave();
            finish(WampConnection.abort(Reasons.PROTOCOL_VIOLATION, text), closeCode);
        }
    }

    private void abort(String reason, String text, int closeCode) {
        over = true;
        finish(WampConnection.abort(reason, text), closeCode);
    }

    /** The peer said GOODBYE: it gets its answer after all that was sent before. */
    void goodbye() {
        if (!over) {
            leave();
            passOn(new Message.Goodbye(Dict.EMPTY, Reasons.GOODBYE_AND_OUT));
        }
    }

    /** The session ends, whatever the cause; idempotent. */
    void leave() {
        over = true;
        Session left = session;
        if (left != null) {
            session = null;
            left.leave();
        }
    }

    // --- the realm's side ------------------------------------------------------------------------------------------

    @Override
    public Sent send(Message message) {
        if (over) {
            return Sent.CLOSED;
        }
        if (message instanceof Message.Event event) {
            if (eventsWait() || !backlog.hasRoom(outboxOctets)) {
                return overflow().take(event);
            }
        } else if (message instanceof Message.Invocation && !backlog.hasRoom(outboxOctets)) {
            return Sent.FULL;
        } else if (message instanceof Message.Unsubscribed && eventsWait()) {
            overflow().sendAll(); // no event comes after it
        }
        return pass(message);
    }

    private boolean eventsWait() {
        EventOverflow made = overflow;
        return made != null && made.isWaiting();
    }

    private EventOverflow overflow() {
        EventOverflow made = overflow;
        if (made == null) {
            made = new EventOverflow(this, connection.settings());
            overflow = made;
        }
        return made;
    }

    /** Sends what does not look at the room any more. */
    Sent pass(Message message) {
        if (sameThread) {
            return connection.write(message);
        }
        Payload payload = payload(message);
        if (payload.length() > connection.sendLimit() - 64) {
            return Sent.TOO_LARGE; // the head is not made yet, and seldom longer
        }
        outboxOctets += payload.length() + 64;
        passOn(message);
        return Sent.OK;
    }

    /** Whether there is room for an event. */
    boolean hasRoom() {
        return backlog.hasRoom(outboxOctets);
    }

    /** On the connection's loop: some room has come about. */
    void roomAgain() {
        if (eventsWait()) {
            run(overflow()::sendSome);
        }
    }

    /** The peer does not read its events, and is to be cut off for it. */
    void tooSlow() {
        realm.thread().execute(() -> {
            if (!over) {
                leave();
                finish(
                        WampConnection.abort(Reasons.NETWORK_FAILURE, "events were not read in time"),
                        CloseCode.POLICY_VIOLATION);
            }
        });
    }

    void countDropped() {
        realm.realm().counters().dropEvent();
    }

    @Override
    public Traffic traffic() {
        return connection.traffic();
    }

    @Override
    public void end(Message.Goodbye why) {
        over = true;
        session = null;
        passOn(new Ending(why, CloseCode.NORMAL, why.reason()));
    }

    @Override
    public void abort(String text) {
        over = true;
        session = null;
        finish(WampConnection.abort(Reasons.PROTOCOL_VIOLATION, text), CloseCode.PROTOCOL_ERROR);
    }

    @Override
    public boolean congested() {
        return backlog.congested(outboxOctets);
    }

    @Override
    public void whenDrained(Runnable task) {
        connection.loop().execute(() -> backlog.whenDrained(() -> run(task)));
    }

    @Override
    public void pauseReading() {
        backlog.pauseReading();
    }

    @Override
    public void resumeReading() {
        backlog.resumeReading();
    }

    private static Payload payload(Message message) {
        return switch (message) {
            case Message.Event m -> m.payload();
            case Message.Invocation m -> m.payload();
            case Message.Result m -> m.payload();
            case Message.ErrorMessage m -> m.payload();
            default -> Payload.EMPTY;
        };
    }

    private void finish(Message last, int closeCode) {
        String reason = last instanceof Message.Abort abort ? abort.reason() : "";
        passOn(new Ending(last, closeCode, reason));
    }

    private void passOn(Object item) {
        if (sameThread) {
            deliver(item);
            return;
        }
        if (outbox.isEmpty()) {
            outbox = new ArrayList<>();
            realm.thread().execute(this::hop);
        }
        outbox.add(item);
    }

    private void hop() {
        List<Object> batch = outbox;
        long octets = outboxOctets;
        outbox = List.of();
        outboxOctets = 0;
        backlog.handedOver(octets);
        connection.loop().execute(() -> {
            batch.forEach(this::deliver);
            backlog.arrived(octets);
        });
    }

    /** On the connection's loop. */
    private void deliver(Object item) {
        switch (item) {
            case Message message -> {
                boolean sent = connection.write(message) == Sent.OK;
                if (message instanceof Message.Welcome) {
                    if (sent) {
                        connection.welcomed(this, limits);
                    } else {
                        connection.tooSmall(this);
                    }
                }
            }
            case Ending ending -> connection.end(this, ending.last(), ending.code(), ending.reason());
            default -> throw new IllegalStateException();
        }
    }
}
