package io.polywire.hemi.door;

import io.polywire.hemi.bridge.RealmPayloads;
import io.polywire.hemi.login.PublicKey;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.Envelopes;
import io.polywire.hemi.message.InvalidCommandException;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Uris;
import io.polywire.net.CloseCode;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Requests that a realm answers: the connection's side of a session. The realm's side is {@link RealmLink}.
 *
 * <p>Threads: owned by the connection's loop. Calls go to the realm's thread at once where that is the same thread, else
 * what one read brought goes there together.
 */
final class RealmConversation implements Conversation {
    private static final String REQUEST = "-request";

    private final HemiConnection connection;
    private final RealmBridgeSettings settings;
    private final HostedRealm realm;
    private final RealmLink link;
    private final boolean sameThread;
    private final boolean strictUris;
    private final int most;

    private List<RealmLink.Request> batch = new ArrayList<>();
    private long lastRequest;

    /** Requests that have no answer yet. */
    private int outstanding;

    private final List<Runnable> whenDrained = new ArrayList<>();

    RealmConversation(RealmBridge bridge, HemiConnection connection) {
        this.connection = connection;
        this.settings = bridge.settings();
        this.realm = bridge.realm();
        this.sameThread = realm.inThread().getAsBoolean();
        this.strictUris = realm.realm().options().strictUris();
        this.most = connection.settings().concurrency();
        this.link = new RealmLink(this, bridge, sameThread);
    }

    HemiConnection connection() {
        return connection;
    }

    private void run(Runnable task) {
        if (sameThread) {
            task.run();
        } else {
            realm.thread().execute(task);
        }
    }

    @Override
    public void begin() {
        Identity identity = identity();
        Map<String, @Nullable Object> transport = new LinkedHashMap<>();
        transport.put("type", "websocket");
        transport.put("protocol", "hemi");
        transport.put("peer", connection.socket().peer().address());
        run(() -> link.join(identity, transport));
    }

    private Identity identity() {
        PublicKey key = connection.key();
        return key == null
                ? new Identity(UUID.randomUUID().toString(), settings.role(), "anonymous", "hemi", Map.of())
                : new Identity(key.hex(), connection.role(), "secp256k1", "hemi", Map.of());
    }

    // --- what the client sends -------------------------------------------------------------------------------------

    @Override
    public void receive(Envelope envelope) {
        String command = envelope.command();
        if (!command.endsWith(REQUEST)) {
            throw new InvalidCommandException(command + " is no request");
        }
        String name = command.substring(0, command.length() - REQUEST.length());
        var payload = RealmPayloads.toRealm(envelope);
        String procedure = settings.prefix() + name;
        if (!Uris.valid(procedure, strictUris)) {
            connection.send(error(command, envelope.id(), ProtocolError.request("invalid command name")));
            return;
        }
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        options.put("_command", command);
        options.put("_id", envelope.id());
        if (settings.callTimeout().isPositive()) {
            options.put("timeout", settings.callTimeout().toMillis());
        }
        Message.Call call = new Message.Call(++lastRequest, Dict.of(options), procedure, payload);
        RealmLink.Request request = new RealmLink.Request(call, command, envelope.id());
        if (++outstanding >= most) {
            connection.pauseForConversation(true);
        }
        if (sameThread) {
            link.call(request);
        } else {
            batch.add(request);
        }
    }

    @Override
    public void receivedAll() {
        if (!batch.isEmpty()) {
            List<RealmLink.Request> all = batch;
            batch = new ArrayList<>();
            realm.thread().execute(() -> all.forEach(link::call));
        }
    }

    /** {@code X-response} with nothing but an error. */
    static byte[] error(String request, String id, ProtocolError error) {
        byte[] payload = error.payload().getBytes(StandardCharsets.UTF_8);
        return Envelopes.write(response(request), id, payload, 0, payload.length);
    }

    static String response(String request) {
        return request.substring(0, request.length() - REQUEST.length()) + "-response";
    }

    // --- what the realm sends; all of it on the connection's loop --------------------------------------------------

    void deliver(RealmLink.Out out) {
        switch (out) {
            case RealmLink.Welcome w -> connection.welcome();
            case RealmLink.Answer answer -> {
                if (--outstanding <= most / 2) {
                    connection.pauseForConversation(pausedByRealm);
                }
                if (connection.isOpen()) {
                    connection.send(answer.message());
                }
            }
            case RealmLink.Notification notification -> {
                if (connection.isOpen()) {
                    connection.send(notification.message());
                }
            }
            case RealmLink.Ending ending -> connection.end(ending.code(), ending.reason());
        }
    }

    private boolean pausedByRealm;

    void pause(boolean pause) {
        connection.socket().execute(() -> {
            pausedByRealm = pause;
            connection.pauseForConversation(pause || outstanding >= most);
        });
    }

    boolean hasRoom(long onTheWay) {
        return connection.socket().queuedBytes() + onTheWay
                <= connection.settings().queueLimit();
    }

    boolean congested(long onTheWay) {
        return connection.socket().queuedBytes() + onTheWay
                > connection.settings().queueLimit() / 2;
    }

    void whenDrained(Runnable task) {
        connection.socket().execute(() -> {
            if (!connection.isOpen() || !congested(0)) {
                run(task);
            } else {
                whenDrained.add(task);
            }
        });
    }

    @Override
    public void tick(long now) {
        if (!whenDrained.isEmpty() && !congested(0)) {
            drained();
        }
    }

    private void drained() {
        List<Runnable> tasks = List.copyOf(whenDrained);
        whenDrained.clear();
        tasks.forEach(this::run);
    }

    @Override
    public void over() {
        batch.clear();
        drained();
        realm.thread().execute(link::leave); // never from inside of the realm
    }

    /** The realm does not take the client in. */
    static RealmLink.Ending refused() {
        return new RealmLink.Ending(CloseCode.NORMAL, "");
    }
}
