package io.polywire.wamp.client;

import io.polywire.model.Match;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.model.Uris;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A WAMP client: calls, registers, publishes and subscribes.
 *
 * <pre>{@code
 * void main() {
 *     try (var client = WampClient.connect("ws://127.0.0.1:8080/ws", "realm1")) {
 *         client.register("com.example.add", call -> call.integer(0) + call.integer(1)).await();
 *         IO.println(client.call("com.example.add", 2, 3).await().integer(0));
 *     }
 * }
 * }</pre>
 *
 * <p>Each operation begins at once and returns a {@link Pending}: {@link Pending#await} it or take its future. Where arguments are
 * taken, a single {@link Arguments} stands for positional and named ones. Operations wait while the send queue is full.
 *
 * <p>When the connection is lost, everything under way fails at once with a {@link SessionClosedException}, and so does what is
 * begun until the client is back ({@link Reconnect}); registrations and subscriptions come back by themselves.
 *
 * <p>Thread-safe. Handlers run on virtual threads, see {@link ProcedureHandler} and {@link EventHandler}.
 */
public final class WampClient implements AutoCloseable {
    private final Supervisor supervisor;

    private WampClient(ClientSettings settings) {
        this.supervisor = new Supervisor(settings);
    }

    /**
     * Connects with the defaults of {@link ClientSettings#of}.
     *
     * @throws ConnectException if no session came about
     */
    public static WampClient connect(String uri, String realm) {
        return connect(ClientSettings.of(uri, realm));
    }

    /**
     * Connects and joins.
     *
     * @throws ConnectException if no session came about
     * @throws CanceledException if the thread was interrupted
     */
    public static WampClient connect(ClientSettings settings) {
        WampClient client = new WampClient(settings);
        try {
            client.supervisor.start().get();
            return client;
        } catch (InterruptedException e) {
            client.supervisor.close();
            Thread.currentThread().interrupt();
            throw new CanceledException("interrupted while connecting");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof WampException w ? w.here() : new IllegalStateException(e.getCause());
        }
    }

    /** Connects without waiting; the future's dependent stages run on a virtual thread, it fails with a {@link ConnectException}. */
    public static CompletableFuture<WampClient> open(ClientSettings settings) {
        WampClient client = new WampClient(settings);
        return client.supervisor.start().thenApplyAsync(joined -> client, Serial.VIRTUAL);
    }

    /** The session, or the last one while there is none. */
    public SessionInfo session() {
        return supervisor.session().info();
    }

    /** Whether there is a session at this moment. */
    public boolean isConnected() {
        return supervisor.session().cause() == null;
    }

    /** Calls a procedure. */
    public PendingCall call(String procedure, @Nullable Object... args) {
        return call(procedure, CallOptions.DEFAULT, args);
    }

    /** Calls a procedure. */
    public PendingCall call(String procedure, CallOptions options, @Nullable Object... args) {
        Session session = supervisor.session();
        return begin(session, procedure, options, args, false);
    }

    /**
     * Begins a call whose arguments come in pieces.
     *
     * @throws WampException {@code wamp.error.feature_not_supported} if the router cannot do that
     */
    public CallStream open(String procedure, CallOptions options, @Nullable Object... args) {
        Session session = supervisor.session();
        if (!session.info().has("dealer", "progressive_call_invocations")) {
            throw new WampException(Reasons.FEATURE_NOT_SUPPORTED, "the router has no progressive call invocations");
        }
        return new CallStream(session, begin(session, procedure, options, args, true));
    }

    private static PendingCall begin(
            Session session, String procedure, CallOptions options, @Nullable Object[] args, boolean open) {
        check(procedure, Match.EXACT);
        Payload payload = session.encode(Arguments.of(args), options.passthru());
        PendingCall call = new PendingCall(session, procedure, options);
        return session.request(call, payload, () -> session.caller().call(call, payload, open));
    }

    /** Publishes an event, without asking for an acknowledgement. */
    public Pending<Publication> publish(String topic, @Nullable Object... args) {
        return publish(topic, PublishOptions.DEFAULT, args);
    }

    /** Publishes an event. Without acknowledgement it is complete as soon as the event is on its way. */
    public Pending<Publication> publish(String topic, PublishOptions options, @Nullable Object... args) {
        check(topic, Match.EXACT);
        Session session = supervisor.session();
        Payload payload = session.encode(Arguments.of(args), options.passthru());
        Request<Publication> request = new Request<>();
        return session.request(request, payload, () -> session.publisher().publish(topic, options, payload, request));
    }

    /** Registers a procedure, of which this session is the only callee. */
    public Pending<Registration> register(String procedure, ProcedureHandler handler) {
        return register(procedure, RegisterOptions.DEFAULT, handler);
    }

    /** Registers a procedure, or a pattern of such. */
    public Pending<Registration> register(String procedure, RegisterOptions options, ProcedureHandler handler) {
        check(procedure, options.match());
        Session session = supervisor.session();
        Registration registration = new Registration(this, procedure, options, handler);
        Request<Registration> request = new Request<>();
        return session.request(request, Payload.EMPTY, () -> session.callee().register(registration, request));
    }

    /** Subscribes to a topic. */
    public Pending<Subscription> subscribe(String topic, EventHandler handler) {
        return subscribe(topic, SubscribeOptions.DEFAULT, handler);
    }

    /** Subscribes to a topic, or a pattern of such. */
    public Pending<Subscription> subscribe(String topic, SubscribeOptions options, EventHandler handler) {
        check(topic, options.match());
        Session session = supervisor.session();
        Subscription subscription = new Subscription(this, topic, options, handler);
        Request<Subscription> request = new Request<>();
        return session.request(
                request, Payload.EMPTY, () -> session.subscriber().subscribe(subscription, request));
    }

    /**
     * Registers the methods of an object that are marked with {@link Procedure}, and subscribes those marked with {@link Subscribe};
     * waits until the router has confirmed all of them.
     *
     * <p>Positional arguments become the parameters in their order, those marked with {@link Named} are named ones, and a parameter
     * of type {@link Invocation}, {@link Event} or {@link Arguments} is the whole. A missing argument is null, or empty for an {@link
     * java.util.Optional}, or an error to the caller for a primitive type.
     *
     * @throws WampException if the router refused one of them; then none is left
     * @throws IllegalArgumentException if no method is marked, or one cannot be used
     */
    public Attachment attach(Object target) {
        return Binding.attach(this, target);
    }

    /**
     * An interface whose methods call procedures: the ones that {@link Procedure} names, or those named as the methods.
     *
     * <pre>{@code
     * interface Shop {
     *     double price(String article, @Named("count") int count); // waits
     *
     *     CompletableFuture<Order> order(String article);          // goes on
     * }
     *
     * Shop shop = client.proxy("shop.", Shop.class);
     * }</pre>
     *
     * <p>A method may return a value, {@link Result}, {@link Pending} or {@link CompletableFuture}; it throws {@link WampException}s.
     *
     * @param prefix of all the procedures, such as {@code "shop."}
     * @throws IllegalArgumentException if the type is no interface
     */
    public <T> T proxy(String prefix, Class<T> type) {
        return proxy(prefix, type, CallOptions.DEFAULT);
    }

    /** The same with options for the calls. */
    public <T> T proxy(String prefix, Class<T> type, CallOptions options) {
        return TypedProxy.of(this, prefix, type, options);
    }

    Pending<Registration> unregister(Registration registration) {
        supervisor.forget(registration);
        Session session = supervisor.session();
        if (session.cause() != null) {
            return Request.done(registration); // It ended with the session.
        }
        Request<Registration> request = new Request<>();
        return session.request(request, Payload.EMPTY, () -> session.callee().unregister(registration, request));
    }

    Pending<Subscription> unsubscribe(Subscription subscription) {
        supervisor.forget(subscription);
        Session session = supervisor.session();
        if (session.cause() != null) {
            return Request.done(subscription); // It ended with the session.
        }
        Request<Subscription> request = new Request<>();
        return session.request(
                request, Payload.EMPTY, () -> session.subscriber().unsubscribe(subscription, request));
    }

    private static void check(String uri, Match match) {
        if (!Uris.valid(uri, match, false)) {
            throw new WampException(Reasons.INVALID_URI, "'" + uri + "' is no URI for " + match.text() + " matching");
        }
    }

    /**
     * Says goodbye and closes, once and for all; waits {@link ClientSettings#closeTimeout} at most for the router. Everything under
     * way fails, handlers that run are interrupted, events that wait are dropped. Repeated calls do nothing.
     */
    @Override
    public void close() {
        supervisor.close();
    }

    @Override
    public String toString() {
        return "WampClient " + supervisor;
    }
}
