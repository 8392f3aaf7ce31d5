package io.polywire.webwire.door;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Ids;
import io.polywire.model.Message;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Invocation;
import io.polywire.model.Message.Register;
import io.polywire.model.Message.Registered;
import io.polywire.model.Message.Yield;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.router.Identity;
import io.polywire.router.JoinRefused;
import io.polywire.router.Link;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import io.polywire.webwire.session.StoredSession;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The door's own session in its realm, which offers {@code polywire.webwire.session.*}:
 *
 * <ul>
 *   <li>{@code create} [session id of a connection, authid, authrole, info] → key: gives the connection a WebWire session,
 *       tells the client, and changes the identity;
 *   <li>{@code close} [session id]: closes it, tells the client, and gives the connection its first identity again;
 *   <li>{@code list} → [{key_digest, authid, created, last_used, connected}].
 * </ul>
 *
 * Owned by the realm's thread.
 */
final class SessionProcedures implements Link {
    private static final String PREFIX = "polywire.webwire.session.";
    private static final Identity DOOR = new Identity("webwire", "trusted", "internal", "webwire", Map.of());

    private interface Procedure {
        void call(long request, List<@Nullable Object> args);
    }

    private final WebWireDoor door;
    private final Map<Long, Procedure> registering = new HashMap<>();
    private final Map<Long, Procedure> registered = new HashMap<>();
    private @Nullable Session session;

    SessionProcedures(WebWireDoor door) {
        this.door = door;
    }

    void join() {
        Dict roles = Dict.of("roles", Map.of("callee", Map.of()));
        Session joined = door.realm().realm().join(this, DOOR, roles, Map.of("type", "internal"));
        session = joined;
        register(joined, 1, "create", this::create);
        register(joined, 2, "close", this::close);
        register(joined, 3, "list", this::list);
    }

    private void register(Session joined, long request, String name, Procedure procedure) {
        registering.put(request, procedure);
        joined.receive(new Register(request, Dict.EMPTY, PREFIX + name));
    }

    @Override
    public String door() {
        return "webwire";
    }

    @Override
    public Sent send(Message message) {
        switch (message) {
            case Registered m -> {
                Procedure procedure = registering.remove(m.request());
                if (procedure != null) {
                    registered.put(m.registration(), procedure);
                }
            }
            // Not from inside: the realm wants to be called back later.
            case Invocation m -> door.realm().thread().execute(() -> invoke(m));
            case ErrorMessage m ->
                Server.LOG.log(Level.ERROR, "the procedures of WebWire sessions cannot be registered: {0}", m.error());
            default -> {
                // Cancellations come too late for what takes no time.
            }
        }
        return Sent.OK;
    }

    private void invoke(Invocation m) {
        Procedure procedure = registered.get(m.registration());
        if (procedure != null) {
            procedure.call(m.request(), Payloads.args(m.payload()));
        }
    }

    private void create(long request, List<@Nullable Object> args) {
        BridgedSession client = client(request, args);
        if (client == null) {
            return;
        }
        if (args.size() < 3 || !(args.get(1) instanceof String authid) || !(args.get(2) instanceof String authrole)) {
            fail(request, Reasons.INVALID_ARGUMENT, "expected: session id, authid, authrole, info");
            return;
        }
        Object info = args.size() < 4 ? null : args.get(3);
        client.attachment()
                .create(
                        authid,
                        authrole,
                        info,
                        key -> answer(request, Payload.of(key)),
                        refused -> fail(request, refused.code(), refused.text()));
    }

    private void close(long request, List<@Nullable Object> args) {
        BridgedSession client = client(request, args);
        if (client != null) {
            client.attachment().close(failure -> {
                if (failure == null) {
                    answer(request, Payload.EMPTY);
                } else {
                    fail(request, "webwire.error.INTERNAL_ERROR", "the session cannot be removed from the store");
                }
            });
        }
    }

    private @Nullable BridgedSession client(long request, List<@Nullable Object> args) {
        long id = args.isEmpty() ? 0 : Ids.of(args.getFirst());
        if (id == 0) {
            fail(request, Reasons.INVALID_ARGUMENT, "the first argument must be a session id");
            return null;
        }
        BridgedSession client = door.session(id);
        if (client == null) {
            fail(request, Reasons.NO_SUCH_SESSION, "there is no such WebWire connection");
        }
        return client;
    }

    private void list(long request, List<@Nullable Object> args) {
        door.ask(
                () -> {
                    door.expire();
                    List<Map<String, @Nullable Object>> all = new ArrayList<>();
                    for (StoredSession one : door.store().list()) {
                        all.add(describe(one));
                    }
                    return all;
                },
                all -> answer(request, Payload.of(all)),
                _ -> fail(request, "webwire.error.INTERNAL_ERROR", "the sessions cannot be read from the store"));
    }

    private Map<String, @Nullable Object> describe(StoredSession one) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("key_digest", one.digest());
        all.put("authid", one.authid());
        all.put("created", one.created().toInstant().toString());
        all.put("last_used", one.lastUsed().toString());
        all.put("connected", door.active().isActive(one.digest()));
        return all;
    }

    private void answer(long request, Payload payload) {
        Session s = session;
        if (s != null) {
            s.receive(new Yield(request, Dict.EMPTY, payload));
        }
    }

    private void fail(long request, String uri, String text) {
        Session s = session;
        if (s != null) {
            s.receive(new ErrorMessage(Invocation.CODE, request, Dict.EMPTY, uri, Payload.of(text)));
        }
    }

    /** Whoever kills all sessions does not mean this one; a realm that closes takes it in no more. */
    @Override
    public void end(Message.Goodbye why) {
        session = null;
        registering.clear();
        registered.clear();
        door.realm().thread().execute(() -> {
            try {
                join();
            } catch (JoinRefused closing) {
                Server.LOG.log(Level.DEBUG, "the door''s own session has ended: {0}", closing.text());
            }
        });
    }

    @Override
    public void abort(String text) {
        session = null;
        Server.LOG.log(Level.ERROR, "the door''s own session was aborted: {0}", text);
    }
}
