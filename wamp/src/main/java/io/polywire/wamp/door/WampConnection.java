package io.polywire.wamp.door;

import io.polywire.codec.Codec;
import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.Uris;
import io.polywire.net.CloseCode;
import io.polywire.net.Connection;
import io.polywire.net.Loop;
import io.polywire.router.HostedRealm;
import io.polywire.router.Link;
import io.polywire.router.RealmOptions;
import io.polywire.router.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a WAMP client, from its first HELLO to its end.
 *
 * <pre>
 *   WAITING --HELLO--> DECIDING --WELCOME--> OPEN --GOODBYE--> PARTED --HELLO--> DECIDING ...
 *                      |      ^               |                   | 1 s
 *              CHALLENGE      AUTHENTICATE    | killed, shutdown  v
 *                      v      |               v                 ENDED
 *                     CHALLENGED            PARTING --GOODBYE--> ENDED
 * </pre>
 *
 * ABORT, a violation and a lost transport lead to ENDED from everywhere (WAMP, "Session Lifecycle").
 *
 * <p>Threads: owned by the connection's loop.
 */
final class WampConnection {
    private enum State {
        WAITING,
        DECIDING,
        CHALLENGED,
        OPEN,
        PARTING,
        PARTED,
        ENDED
    }

    private static final Duration ANOTHER_HELLO = Duration.ofSeconds(1);
    private static final Duration LAST_GOODBYE = Duration.ofSeconds(2);

    private final Wire wire;
    private final Codec codec;
    private final Visit visit;
    private final WampDoor door;
    private final LoopShare share;
    private final Backlog backlog;
    private final Runnable gone;

    private State state = State.WAITING;
    private long deadline; // of the state, where it has one
    private @Nullable SessionLink link;
    private Admission.@Nullable Answer answer;
    private Dict hello = Dict.EMPTY;
    private String realm = "";

    private int messageLimit = Integer.MAX_VALUE; // of the session, where it is less than the door's

    private List<Message> batch = List.of(); // what this read brought for a realm on another loop

    WampConnection(Wire wire, Codec codec, Visit visit, WampDoor door, LoopShare share, Runnable gone) {
        this.wire = wire;
        this.codec = codec;
        this.visit = visit;
        this.door = door;
        this.share = share;
        this.gone = gone;
        this.backlog = new Backlog(wire.connection(), share, door.settings());
        within(door.settings().helloTimeout());
    }

    static Message.Abort abort(String reason, String text) {
        return new Message.Abort(Dict.of("message", text), reason, Payload.EMPTY);
    }

    Loop loop() {
        return wire.connection().loop();
    }

    WampDoorSettings settings() {
        return door.settings();
    }

    int sendLimit() {
        return wire.sendLimit();
    }

    // --- what the peer sends ---------------------------------------------------------------------------------------

    /** Octets of one message. The slice is kept: it must not be written again. */
    void receive(byte[] octets, int offset, int length) {
        if (state == State.ENDED) {
            return;
        }
        if (length > messageLimit) {
            violated(
                    "a message of " + length + " octets, where this session may send " + messageLimit,
                    CloseCode.TOO_BIG);
            return;
        }
        Message message;
        try {
            message = codec.decode(octets, offset, length);
        } catch (ProtocolViolation violation) {
            if (state != State.PARTED && state != State.PARTING) {
                violated(violation.text(), CloseCode.PROTOCOL_ERROR);
            }
            return;
        }
        SessionLink open = link;
        if (state == State.OPEN && open != null && inSession(message)) {
            if (open.sameThread()) {
                open.receive(message);
            } else {
                if (batch.isEmpty()) {
                    batch = new ArrayList<>();
                }
                batch.add(message);
            }
        } else {
            control(message);
        }
    }

    private static boolean inSession(Message message) {
        return !(message instanceof Message.Goodbye
                || message instanceof Message.Abort
                || message instanceof Message.Hello);
    }

    /** All that one read brought was received. */
    void receivedAll() {
        handOver();
        if (state != State.ENDED) {
            backlog.pauseUnlessRead();
        }
    }

    private void handOver() {
        SessionLink to = link;
        if (!batch.isEmpty() && to != null) {
            List<Message> all = batch;
            batch = List.of();
            to.run(() -> to.receive(all));
        }
    }

    private void control(Message message) {
        switch (message) {
            case Message.Abort abort -> {
                leave();
                close(CloseCode.NORMAL, abort.reason());
            }
            case Message.Hello m when state == State.WAITING || state == State.PARTED -> hello(m);
            case Message.Authenticate m when state == State.CHALLENGED -> authenticate(m);
            case Message.Goodbye m when state == State.OPEN -> goodbye();
            case Message.Goodbye m when state == State.PARTING -> close(CloseCode.NORMAL, m.reason());
            default -> {
                if (state != State.PARTED && state != State.PARTING) {
                    violated(name(message) + " is not allowed " + where(), CloseCode.PROTOCOL_ERROR);
                }
            }
        }
    }

    private static String name(Message message) {
        return message instanceof Message.ErrorMessage
                ? "ERROR"
                : message.getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT);
    }

    private String where() {
        return switch (state) {
            case WAITING -> "before HELLO";
            case DECIDING -> "before WELCOME";
            case CHALLENGED -> "where AUTHENTICATE is expected";
            default -> "in a session";
        };
    }

    private void hello(Message.Hello message) {
        boolean again = state == State.PARTED;
        state = State.DECIDING;
        within(door.settings().authenticateTimeout());
        hello = message.details();
        if (again && !door.mayShakeHands(wire.connection().peer())) {
            refuse(Reasons.AUTHENTICATION_FAILED, "too many handshakes from this address; try again later");
            return;
        }
        if (!Uris.valid(message.realm(), false)) {
            refuse(Reasons.INVALID_URI, "the realm's name is not a valid URI");
            return;
        }
        if (!door.realms().has(message.realm())) {
            refuse(Reasons.NO_SUCH_REALM, "there is no realm " + message.realm());
            return;
        }
        realm = message.realm();
        decide(admission(new Admission.Applicant(
                message.realm(),
                message.details(),
                wire.connection().peer(),
                wire.describe(),
                visit.headers(),
                visit.cookie())));
    }

    private Admission.Decision admission(Admission.Applicant applicant) {
        try {
            return door.admission().admit(applicant);
        } catch (InvalidArgument bad) {
            return new Admission.Refuse(Reasons.PROTOCOL_VIOLATION, "HELLO: " + bad.text());
        }
    }

    private void authenticate(Message.Authenticate message) {
        Admission.Answer next = answer;
        answer = null;
        state = State.DECIDING;
        if (next != null) {
            decide(next.to(message));
        }
    }

    private void decide(Admission.Decision decision) {
        if (state != State.DECIDING) {
            return; // ended while the decision was pending
        }
        switch (decision) {
            case Admission.Admit admit -> {
                HostedRealm in = door.realms().find(realm);
                if (in == null) {
                    refuse(Reasons.NO_SUCH_REALM, "there is no realm " + realm);
                    return;
                }
                SessionLink joining = new SessionLink(this, in);
                link = joining;
                Dict details = hello;
                Map<String, @Nullable Object> transport = wire.describe();
                joining.run(() -> joining.join(admit, details, transport));
            }
            case Admission.Ask ask -> {
                state = State.CHALLENGED;
                answer = ask.then();
                write(new Message.Challenge(ask.method(), ask.extra()));
            }
            case Admission.Refuse refuse -> refuse(refuse.reason(), refuse.text());
            case Admission.Later later ->
                later.decision()
                        .whenComplete((then, failure) -> loop().execute(() -> decide(
                                then != null
                                        ? then
                                        : new Admission.Refuse(
                                                Reasons.AUTHENTICATION_FAILED,
                                                "authentication could not be completed"))));
        }
    }

    private void refuse(String reason, String text) {
        write(abort(reason, text));
        close(CloseCode.NORMAL, reason);
    }

    private void goodbye() {
        handOver();
        SessionLink left = link;
        link = null;
        state = State.PARTED;
        within(ANOTHER_HELLO);
        if (left != null) {
            left.run(left::goodbye);
        }
    }

    /** A violation that the connection itself found; also called by the transport. */
    void violated(String text, int closeCode) {
        handOver();
        SessionLink open = link;
        if (open != null) {
            open.run(() -> open.violated(text, closeCode));
        } else {
            write(abort(Reasons.PROTOCOL_VIOLATION, text));
            close(closeCode, Reasons.PROTOCOL_VIOLATION);
        }
        state = State.ENDED;
    }

    private void leave() {
        handOver();
        SessionLink left = link;
        link = null;
        if (left != null) {
            left.run(left::leave);
        }
    }

    Link.Traffic traffic() {
        Connection of = wire.connection();
        return new Link.Traffic(of.octetsIn(), of.octetsOut(), of.queuedBytes());
    }

    // --- what the realm sends --------------------------------------------------------------------------------------

    /** WELCOME is on its way. */
    void welcomed(SessionLink by, RealmOptions.Limits limits) {
        if (link == by && state == State.DECIDING) {
            state = State.OPEN;
            hello = Dict.EMPTY;
            messageLimit = limits.messageOctets() > 0 ? limits.messageOctets() : Integer.MAX_VALUE;
            backlog.limit(limits.queuedOctets());
        }
    }

    /** The peer does not even take WELCOME. */
    void tooSmall(SessionLink by) {
        if (link == by) {
            leave();
            refuse(Reasons.PAYLOAD_SIZE_EXCEEDED, "the peer takes messages of " + sendLimit() + " octets only");
        }
    }

    /** The realm ended the session: a last message, and the end; after GOODBYE the peer may answer first. */
    void end(SessionLink by, Message last, int code, String reason) {
        if (link != by) {
            return;
        }
        link = null;
        write(last);
        if (last instanceof Message.Goodbye && state != State.ENDED) {
            state = State.PARTING;
            within(LAST_GOODBYE);
        } else {
            close(code, reason);
        }
    }

    /** Encodes a message into the output; on the connection's loop. */
    Sent write(Message message) {
        if (message instanceof Message.Event event) {
            return share.send(event, wire, codec) ? Sent.OK : Sent.TOO_LARGE;
        }
        codec.encode(message, share.encoded);
        if (share.encoded.length() > wire.sendLimit()) {
            return Sent.TOO_LARGE;
        }
        wire.write(share.encoded);
        return Sent.OK;
    }

    Backlog backlog() {
        return backlog;
    }

    // --- what happens to the connection ----------------------------------------------------------------------------

    void drained() {
        backlog.drained();
        roomAgain();
    }

    private void roomAgain() {
        SessionLink open = link;
        if (open != null) {
            open.roomAgain();
        }
    }

    void tick() {
        share.forget();
        roomAgain();
        long now = System.nanoTime();
        if (backlog.stuck(now) && state != State.ENDED) {
            leave();
            state = State.ENDED;
            wire.connection().abort();
        }
        if (state != State.OPEN && state != State.ENDED && now - deadline > 0) {
            late();
        }
    }

    private void late() {
        switch (state) {
            case WAITING -> close(CloseCode.POLICY_VIOLATION, "no HELLO in time");
            case DECIDING, CHALLENGED -> {
                leave();
                refuse(Reasons.AUTHENTICATION_FAILED, "authentication took too long");
            }
            default -> close(CloseCode.NORMAL, Reasons.GOODBYE_AND_OUT);
        }
    }

    /** The transport is gone. */
    void lost() {
        leave();
        state = State.ENDED;
        backlog.end();
        gone.run();
    }

    private void close(int code, String reason) {
        state = State.ENDED;
        wire.connection().closeAfterFlush(code, reason);
    }

    private void within(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
    }
}
