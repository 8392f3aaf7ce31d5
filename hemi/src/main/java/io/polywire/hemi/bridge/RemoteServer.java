package io.polywire.hemi.bridge;

import io.polywire.hemi.client.CallTimeoutException;
import io.polywire.hemi.client.ConnectionException;
import io.polywire.hemi.client.HemiClient;
import io.polywire.hemi.client.HemiListener;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.Envelopes;
import io.polywire.hemi.message.HemiException;
import io.polywire.hemi.message.InvalidCommandException;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.net.Loops;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.JoinRefused;
import io.polywire.router.Link;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A Hemi server as a callee of a realm: every pair of commands {@code X} is the procedure {@code <prefix>X}, every
 * notification {@code X} an event of the topic {@code <prefix>X}. The error of a response comes as {@code
 * hemi.error.request} or {@code hemi.error.internal} with args [message, trace]; a server that cannot be reached is {@code
 * wamp.error.network_failure}, one that does not answer in time {@code wamp.error.timeout}.
 *
 * <p>Thread-safe. The session belongs to the realm's thread; answers come from the client's event loop and go there.
 */
public final class RemoteServer implements AutoCloseable {
    /** Application error of a server: the request was wrong. */
    public static final String ERROR_REQUEST = "hemi.error.request";

    /** Application error of a server: it has a fault, and has logged it under the trace. */
    public static final String ERROR_INTERNAL = "hemi.error.internal";

    private static final System.Logger LOG = System.getLogger("io.polywire.hemi");
    private static final String REQUEST = "-request";
    private static final String NOTIFICATION = "-notification";
    private static final Dict ROLES = Dict.of(
            "roles", Map.of("callee", Map.of("features", Map.of("call_canceling", true)), "publisher", Map.of()));

    private final HostedRealm realm;
    private final RemoteServerSettings settings;
    private final Set<String> notifications;
    private final HemiClient client;
    private final Forwarder forwarder = new Forwarder();

    /** Joins the realm, registers the procedures, and connects; stays connected until closed. */
    public RemoteServer(HostedRealm realm, Loops loops, RemoteServerSettings settings) {
        this.realm = realm;
        this.settings = settings;
        this.notifications = Set.copyOf(settings.notifications());
        this.client = new HemiClient(loops, settings.client(), new Publisher());
        String url = settings.client().url().toString();
        Identity identity = new Identity("hemi " + url, settings.role(), "internal", "hemi", Map.of());
        Map<String, @Nullable Object> transport = new HashMap<>();
        transport.put("type", "websocket");
        transport.put("protocol", "hemi");
        transport.put("peer", url);
        realm.run(() -> forwarder.join(identity, transport));
        client.stayOnline();
    }

    /** Whether the server is connected. */
    public boolean isOnline() {
        return client.isOnline();
    }

    /** Leaves the realm and closes the connection. */
    @Override
    public void close() {
        realm.run(forwarder::leave);
        client.close();
    }

    /** The session; everything on the realm's thread. */
    private final class Forwarder implements Link {
        private final Map<Long, String> registering = new HashMap<>();
        private final Map<Long, String> procedures = new HashMap<>();
        private final Map<Long, CompletableFuture<Envelope>> running = new HashMap<>();
        private @Nullable Session session;
        private long lastPublication;

        void join(Identity identity, Map<String, @Nullable Object> transport) {
            Session joined;
            try {
                joined = realm.realm().join(this, identity, ROLES, transport);
            } catch (JoinRefused refused) {
                LOG.log(
                        Level.ERROR,
                        "a Hemi server cannot join " + realm.realm().name() + ": " + refused.text());
                return;
            }
            session = joined;
            long request = 0;
            for (String command : settings.commands()) {
                registering.put(++request, command + REQUEST);
                joined.receive(new Message.Register(request, Dict.EMPTY, settings.prefix() + command));
            }
        }

        void leave() {
            Session left = session;
            session = null;
            if (left != null) {
                left.leave();
            }
            abandon();
        }

        private void abandon() {
            running.values().forEach(call -> call.cancel(false));
            running.clear();
        }

        @Override
        public String door() {
            return "hemi";
        }

        @Override
        public Sent send(Message message) {
            switch (message) {
                case Message.Registered m -> procedures.put(m.registration(), registered(m.request()));
                case Message.Invocation m -> invoke(m);
                case Message.Interrupt m -> interrupt(m);
                case Message.ErrorMessage m
                when m.requestType() == Message.Register.CODE ->
                    LOG.log(Level.ERROR, registered(m.request()) + " cannot be a procedure: " + m.error());
                default -> {}
            }
            return session == null && !(message instanceof Message.Registered) ? Sent.CLOSED : Sent.OK;
        }

        private String registered(long request) {
            String command = registering.remove(request);
            return command == null ? "" : command;
        }

        private void invoke(Message.Invocation m) {
            String command = procedures.get(m.registration());
            if (command == null) {
                return;
            }
            CompletableFuture<Envelope> call =
                    client.callAsync(command, RealmPayloads.fromRealm(m.payload()), settings.timeout());
            running.put(m.request(), call);
            var _ = call.handle((answer, failure) -> {
                // Never from inside of send: the realm is not to be called back by a link.
                realm.thread().execute(() -> answered(m.request(), answer, failure));
                return null;
            });
        }

        private void answered(long request, @Nullable Envelope answer, @Nullable Throwable failure) {
            Session by = session;
            if (running.remove(request) == null || by == null) {
                return;
            }
            Message message;
            try {
                message = answer != null ? answer(request, answer) : failed(request, failure);
            } catch (HemiException unfit) {
                message = failed(request, unfit);
            }
            by.receive(message);
        }

        private Message answer(long request, Envelope answer) {
            ProtocolError error = Envelopes.error(answer);
            if (error == null) {
                return new Message.Yield(request, Dict.EMPTY, RealmPayloads.toRealm(answer));
            }
            String uri = error.isInternal() ? ERROR_INTERNAL : ERROR_REQUEST;
            return error(request, uri, Payload.of(error.message(), error.trace()));
        }

        private Message failed(long request, @Nullable Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            return switch (cause) {
                case ConnectionException e ->
                    error(request, Reasons.NETWORK_FAILURE, Payload.of("the Hemi server cannot be reached"));
                case CallTimeoutException e ->
                    error(request, Reasons.TIMEOUT, Payload.of("the Hemi server does not answer"));
                case null, default -> {
                    ProtocolError internal = ProtocolError.internal();
                    LOG.log(Level.ERROR, internal.logText("internal error: " + cause));
                    yield error(request, ERROR_INTERNAL, Payload.of(internal.message(), internal.trace()));
                }
            };
        }

        private static Message error(long request, String uri, Payload payload) {
            return new Message.ErrorMessage(Message.Invocation.CODE, request, Dict.EMPTY, uri, payload);
        }

        private void interrupt(Message.Interrupt m) {
            CompletableFuture<Envelope> call = running.remove(m.request());
            if (call == null) {
                return;
            }
            call.cancel(false);
            realm.thread().execute(() -> {
                Session by = session;
                if (by != null) {
                    by.receive(error(m.request(), Reasons.CANCELED, Payload.EMPTY));
                }
            });
        }

        void publish(String topic, Payload payload) {
            Session by = session;
            if (by != null) {
                by.receive(new Message.Publish(++lastPublication, Dict.EMPTY, topic, payload));
            }
        }

        @Override
        public void end(Message.Goodbye why) {
            session = null;
            abandon();
            LOG.log(Level.WARNING, "the session of a Hemi server was ended: " + why.reason());
        }

        @Override
        public void abort(String text) {
            session = null;
            abandon();
            LOG.log(Level.ERROR, "the session of a Hemi server was aborted: " + text);
        }
    }

    /** Notifications become events. On the client's inbox. */
    private final class Publisher implements HemiListener {
        @Override
        public void onEnvelope(Envelope envelope, CommandSet known) {
            String command = envelope.command();
            if (!command.endsWith(NOTIFICATION)) {
                return;
            }
            String name = command.substring(0, command.length() - NOTIFICATION.length());
            if (!notifications.contains(name)) {
                return;
            }
            String topic = settings.prefix() + name;
            try {
                Payload payload = RealmPayloads.toRealm(envelope);
                realm.run(() -> forwarder.publish(topic, payload));
            } catch (InvalidCommandException unfit) {
                LOG.log(Level.DEBUG, command + " was dropped: " + unfit.text());
            }
        }

        @Override
        public void onOffline(ConnectionException why) {
            LOG.log(Level.WARNING, "a Hemi server is offline: " + why.text());
        }
    }
}
