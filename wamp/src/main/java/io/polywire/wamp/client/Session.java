package io.polywire.wamp.client;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import io.polywire.net.CloseCode;
import io.polywire.wamp.client.link.Link;
import io.polywire.wamp.client.link.Link.MessageTooLong;
import io.polywire.wamp.client.link.LinkHandler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One session, from HELLO to GOODBYE, over one link.
 *
 * <p>Threads: owned by the link's lane, where every message comes in and every task of {@link #post} runs. {@link #post}, {@link
 * #request}, {@link #give} and what is volatile may be used by any thread. User code never runs on the lane.
 *
 * <p>States: joining (HELLO is sent, see {@link Join}), joined, leaving (GOODBYE is sent; only its answer counts), ended. A message
 * that the router must not send in a state ends the session with ABORT.
 */
final class Session implements LinkHandler {
    private static final Logger LOG = System.getLogger("io.polywire.wamp.client");

    private enum State {
        JOINING,
        JOINED,
        LEAVING,
        ENDED
    }

    private final ClientSettings settings;
    private final Owner owner;
    private final Join join;
    private final Requests requests;
    private final Caller caller;
    private final Callee callee;
    private final Publisher publisher;
    private final Subscriber subscriber;
    private final CompletableFuture<WampException> end = new CompletableFuture<>();
    private final long joinBefore;
    private @Nullable Future<?> deadline;
    private State state = State.JOINING;

    private volatile @Nullable Link link;
    private volatile @Nullable Intake intake;
    private volatile @Nullable Outflow outflow;
    private volatile @Nullable SessionInfo info;
    private volatile @Nullable WampException cause;

    /** Who hears of the session's fate; told on the lane. */
    interface Owner {
        void joined(Session session, SessionInfo info);

        /** Once; also for a session that was never joined. */
        void ended(Session session, WampException cause);

        /** A registration or subscription came about. */
        void active(Object registrationOrSubscription);

        /** The router took a registration or subscription away. */
        void revoked(Object registrationOrSubscription, WampException cause);

        /** An event found no room. */
        void dropped(Subscription subscription);
    }

    Session(ClientSettings settings, Owner owner) {
        this.settings = settings;
        this.owner = owner;
        this.join = new Join(this, settings);
        this.requests = new Requests(this, settings.replyTimeout());
        this.caller = new Caller(this, requests);
        this.callee = new Callee(this, requests);
        this.publisher = new Publisher(this, requests);
        this.subscriber = new Subscriber(this, requests);
        this.joinBefore = System.nanoTime() + settings.connectTimeout().toNanos();
    }

    // ------------------------------------------------------------------ the link

    @Override
    public void opened(Link opened) {
        link = opened;
        intake = new Intake(
                opened, settings.receiveQueue(), () -> !requests.isEmpty() || caller.busy() || callee.open());
        outflow = new Outflow(settings.sendQueue(), opened::queuedBytes);
        if (cause != null) {
            opened.close(CloseCode.NORMAL, "closed"); // Closed while the connection was being made.
            return;
        }
        deadline = opened.schedule(
                () -> {
                    if (state == State.JOINING) {
                        fail(Reasons.TIMEOUT, "the router did not answer HELLO in time", CloseCode.NORMAL);
                    }
                },
                Duration.ofNanos(Math.max(0, joinBefore - System.nanoTime())));
        join.begin(opened.tls());
    }

    @Override
    public void received(Message message) {
        try {
            switch (state) {
                case JOINING -> join.received(message);
                case JOINED -> joined(message);
                case LEAVING -> leaving(message);
                case ENDED -> {}
            }
        } catch (ProtocolViolation e) {
            violated(e.text());
        }
    }

    @Override
    public void violated(String text) {
        if (state == State.ENDED) {
            return;
        }
        transmit(new Message.Abort(Dict.of("message", text), Reasons.PROTOCOL_VIOLATION, Payload.EMPTY));
        fail(Reasons.PROTOCOL_VIOLATION, "the router broke the protocol: " + text, CloseCode.PROTOCOL_ERROR);
    }

    @Override
    public void lost(String reason) {
        if (state == State.LEAVING) {
            end(closed());
        } else {
            end(failure(Reasons.NETWORK_FAILURE, Arguments.of("connection lost: " + reason), Dict.EMPTY, null));
        }
    }

    private void joined(Message message) {
        switch (message) {
            case Message.Event m -> subscriber.event(m);
            case Message.Result m -> caller.result(m);
            case Message.Invocation m -> callee.invocation(m);
            case Message.Interrupt m -> callee.interrupt(m);
            case Message.ErrorMessage m -> {
                if (m.requestType() == Message.Call.CODE) {
                    caller.error(m);
                } else if (m.requestType() != Message.Cancel.CODE) { // That one only says that the mode was invalid.
                    requests.failed(m);
                }
            }
            case Message.Published m -> requests.answered(Message.Publish.CODE, m.request(), m);
            case Message.Subscribed m -> requests.answered(Message.Subscribe.CODE, m.request(), m);
            case Message.Registered m -> requests.answered(Message.Register.CODE, m.request(), m);
            case Message.Unsubscribed m -> {
                if (m.request() == 0) {
                    subscriber.revoked(m.details());
                } else {
                    requests.answered(Message.Unsubscribe.CODE, m.request(), m);
                }
            }
            case Message.Unregistered m -> {
                if (m.request() == 0) {
                    callee.revoked(m.details());
                } else {
                    requests.answered(Message.Unregister.CODE, m.request(), m);
                }
            }
            case Message.Goodbye m -> {
                transmit(new Message.Goodbye(Dict.EMPTY, Reasons.GOODBYE_AND_OUT));
                end(new SessionClosedException(m.reason(), Arguments.NONE, m.details(), null));
                close(CloseCode.NORMAL, m.reason());
            }
            case Message.Abort m -> aborted(m);
            default ->
                throw new ProtocolViolation("a router must not send "
                        + message.getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT) + " in a session");
        }
        reviewIntake();
    }

    private void leaving(Message message) {
        if (message instanceof Message.Goodbye || message instanceof Message.Abort) {
            end(closed());
            close(CloseCode.NORMAL, "");
        }
    }

    // ------------------------------------------------------------------ joining and leaving

    /** Sends HELLO or AUTHENTICATE. */
    void joinBy(Message message) {
        try {
            link().send(message);
        } catch (MessageTooLong e) {
            fail(Reasons.PAYLOAD_SIZE_EXCEEDED, String.valueOf(e.getMessage()), CloseCode.NORMAL);
        }
    }

    /** WELCOME came and was found good. */
    void welcomed(SessionInfo session) {
        if (state != State.JOINING) {
            return;
        }
        stopDeadline();
        state = State.JOINED;
        info = session;
        owner.joined(this, session);
    }

    void aborted(Message.Abort m) {
        end(failure(m.reason(), new Arguments(m.payload(), Dict.EMPTY), m.details(), null));
        close(CloseCode.NORMAL, m.reason());
    }

    /** This side gives up: the session ends for that reason. */
    void fail(String uri, String text, int closeCode) {
        end(failure(uri, Arguments.of(text), Dict.EMPTY, null));
        close(closeCode, text);
    }

    /** The same with ABORT, for a router that still waits. */
    void abort(String uri, String text, @Nullable Throwable why) {
        if (state != State.JOINING) {
            return;
        }
        transmit(new Message.Abort(Dict.of("message", text), uri, Payload.EMPTY));
        end(failure(uri, Arguments.of(text), Dict.EMPTY, why));
        close(CloseCode.NORMAL, uri);
    }

    /** No connection came about. */
    void unreachable(Throwable why) {
        String text = why.getMessage() == null ? why.toString() : why.getMessage();
        end(failure(Reasons.NETWORK_FAILURE, Arguments.of(text), Dict.EMPTY, why));
    }

    private WampException failure(String uri, Arguments arguments, Dict details, @Nullable Throwable why) {
        return state == State.JOINING
                ? new ConnectException(uri, arguments, details, why)
                : new SessionClosedException(uri, arguments, details, why);
    }

    private static SessionClosedException closed() {
        return new SessionClosedException(Reasons.CLOSE_REALM, "closed by this side");
    }

    /** Says GOODBYE and waits so long for the answer. Any thread; the end is told by the future. */
    CompletableFuture<WampException> leave() {
        Link l = link;
        if (l == null) {
            cause = closed();
            end.complete(closed());
        } else {
            l.execute(() -> goodbye(l));
        }
        return end;
    }

    private void goodbye(Link l) {
        switch (state) {
            case JOINING -> {
                end(closed());
                close(CloseCode.NORMAL, "closed");
            }
            case JOINED -> {
                state = State.LEAVING;
                release(closed());
                transmit(new Message.Goodbye(Dict.EMPTY, Reasons.CLOSE_REALM));
                deadline = l.schedule(
                        () -> {
                            end(closed());
                            close(CloseCode.NORMAL, "no answer to GOODBYE");
                        },
                        settings.closeTimeout());
            }
            case LEAVING, ENDED -> {}
        }
    }

    private void end(WampException why) {
        if (state == State.ENDED) {
            return;
        }
        stopDeadline();
        release(why);
        state = State.ENDED;
        end.complete(why);
        owner.ended(this, why);
    }

    /** Everything that is under way fails. */
    private void release(WampException why) {
        cause = why;
        Outflow out = outflow;
        if (out != null) {
            out.end();
        }
        requests.failAll(why);
        caller.failAll(why);
        callee.end();
        subscriber.end();
    }

    private void stopDeadline() {
        Future<?> d = deadline;
        if (d != null) {
            d.cancel(false);
        }
    }

    private void close(int code, String reason) {
        Link l = link;
        if (l != null) {
            l.close(code, reason);
        }
    }

    // ------------------------------------------------------------------ for the roles

    /** Sends on the lane, where the length of the message does not matter or was checked. */
    void transmit(Message message) {
        try {
            link().send(message);
        } catch (MessageTooLong e) {
            LOG.log(Level.WARNING, "a {0} was not sent: {1}", message.getClass().getSimpleName(), e.getMessage());
        }
    }

    /** Sends a request on the lane, or fails it. */
    boolean transmit(Message message, Request<?> request) {
        try {
            link().send(message);
            return true;
        } catch (MessageTooLong e) {
            request.fail(new WampException(Reasons.PAYLOAD_SIZE_EXCEEDED, String.valueOf(e.getMessage())));
            return false;
        }
    }

    /** Runs the task on the lane; any thread. */
    void post(Runnable task) {
        link().execute(task);
    }

    /**
     * Runs a request's task on the lane, or fails the request if the session is over; waits for room first. Any thread.
     *
     * @param payload of the message that the task sends
     */
    <T, R extends Request<T>> R request(R request, Payload payload, Runnable task) {
        WampException over = cause;
        if (over != null) {
            request.fail(over);
            return request;
        }
        Outflow out = Objects.requireNonNull(outflow);
        long cost = 256L + payload.length();
        out.enter(cost);
        post(() -> {
            out.handed(cost);
            WampException why = cause;
            if (why != null) {
                request.fail(why);
            } else {
                task.run();
                reviewIntake();
            }
        });
        return request;
    }

    /** Adds a piece to a call; see {@link CallStream}. Any thread. */
    void more(PendingCall call, Arguments arguments, boolean open) {
        Payload payload = encode(arguments, call.options.passthru());
        WampException over = cause;
        if (over != null) {
            throw over.here();
        }
        request(call, payload, () -> caller.more(call, payload, open));
    }

    /** Runs the task on the lane when there is room for the payload. Any thread. */
    void give(Payload payload, Runnable task) {
        Outflow out = Objects.requireNonNull(outflow);
        long cost = 256L + payload.length();
        out.enter(cost);
        post(() -> {
            out.handed(cost);
            if (cause == null) {
                task.run();
            }
        });
    }

    /** The payload in the link's serialization, so that the lane need not do it. Any thread. */
    Payload encode(Arguments arguments, @Nullable Passthru passthru) {
        Payload payload = passthru == null ? arguments.payload() : passthru.pack(arguments);
        Serialization serialization = link().serialization();
        return serialization == null ? payload : Payloads.in(payload, serialization);
    }

    private void reviewIntake() {
        intake().review();
    }

    Link link() {
        return Objects.requireNonNull(link, "the session has no connection yet");
    }

    Intake intake() {
        return Objects.requireNonNull(intake);
    }

    Owner owner() {
        return owner;
    }

    Caller caller() {
        return caller;
    }

    Callee callee() {
        return callee;
    }

    Publisher publisher() {
        return publisher;
    }

    Subscriber subscriber() {
        return subscriber;
    }

    SessionInfo info() {
        return Objects.requireNonNull(info, "not joined");
    }

    /** Why it is over; null while it is not. */
    @Nullable
    WampException cause() {
        return cause;
    }
}
