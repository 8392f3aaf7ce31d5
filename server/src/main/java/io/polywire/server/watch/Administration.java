package io.polywire.server.watch;

import io.polywire.model.Ids;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.model.Uris;
import io.polywire.router.HostedRealm;
import io.polywire.router.Inspector;
import io.polywire.router.RealmProcedure;
import io.polywire.router.Realms;
import io.polywire.router.Session;
import io.polywire.server.access.Audit;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The server's own procedures, {@code polywire.*}, in one realm, for sessions whose role is {@code admin}.
 *
 * <p>They answer on the realm's thread; the work is done on virtual threads.
 */
public final class Administration {
    private static final System.Logger LOG = System.getLogger("io.polywire.server");
    private static final int USUAL_ROWS = 1_000;
    private static final int MOST_ROWS = 100_000;

    /** What the server itself can be told. Blocks; called on virtual threads. */
    public interface Control {
        /** Reads the configuration again; what was done and what was not, each in a sentence. */
        Map<String, @Nullable Object> reload(Audit.Who who);

        /**
         * Logs messages of this level and worse from now on.
         *
         * @throws InvalidArgument if there is none of that name
         */
        void logLevel(String level, Audit.Who who);

        /** A session was ended by an administrator. */
        void killed(String realm, long session, String reason, Audit.Who who);
    }

    private final Watch watch;
    private final Recorder recorder;
    private final Realms realms;
    private final BiPredicate<String, String> admins;
    private final Control control;
    private final String version;

    private interface Work {
        @Nullable
        Object of(RealmProcedure.Request request);
    }

    /** @param admins whether a role of a realm may call */
    public Administration(
            Watch watch,
            Recorder recorder,
            Realms realms,
            BiPredicate<String, String> admins,
            Control control,
            String version) {
        this.watch = watch;
        this.recorder = recorder;
        this.realms = realms;
        this.admins = admins;
        this.control = control;
        this.version = version;
    }

    /** Adds the procedures to a realm. */
    public void addTo(HostedRealm realm) {
        realm.run(() -> {
            add(realm, "polywire.stats", r -> Views.stats(watch.look(), version));
            add(realm, "polywire.history", r -> recorder.history());
            add(realm, "polywire.sessions", this::sessions);
            add(realm, "polywire.procedures", this::procedures);
            add(realm, "polywire.topics", this::topics);
            add(realm, "polywire.kill", this::kill);
            add(realm, "polywire.reload", r -> control.reload(who(r)));
            add(realm, "polywire.log", this::log);
        });
    }

    private void add(HostedRealm realm, String uri, Work work) {
        realm.realm().procedure(uri, (RealmProcedure.Deferred) (request, answer) -> {
            Session caller = request.caller();
            if (!admins.test(caller.realm().name(), caller.identity().authrole())) {
                throw new RealmProcedure.Failure(Reasons.NOT_AUTHORIZED, uri + " is for administrators");
            }
            Thread.startVirtualThread(() -> {
                RealmProcedure.Failure failure = null;
                Payload result = Payload.EMPTY;
                try {
                    Object value = work.of(request);
                    result = value == null ? Payload.EMPTY : Payload.of(value);
                } catch (RealmProcedure.Failure refused) {
                    failure = refused;
                } catch (InvalidArgument bad) {
                    failure = new RealmProcedure.Failure(Reasons.INVALID_ARGUMENT, bad.text());
                } catch (RuntimeException fault) {
                    LOG.log(Level.ERROR, uri + " failed", fault);
                    failure = new RealmProcedure.Failure("wamp.error.runtime_error", "internal error");
                }
                Payload given = result;
                RealmProcedure.Failure problem = failure;
                realm.run(() -> answer.give(given, problem));
            });
        });
    }

    private static Audit.Who who(RealmProcedure.Request request) {
        return Audit.Who.of(request.caller());
    }

    // --- lists -----------------------------------------------------------------------------------------------------

    private Object sessions(RealmProcedure.Request request) {
        return list(request, "sessions", (realm, rows) -> realm.sessions(rows::add));
    }

    private Object procedures(RealmProcedure.Request request) {
        return list(request, "procedures", (realm, rows) -> realm.procedures(rows::add));
    }

    private Object topics(RealmProcedure.Request request) {
        return list(request, "topics", (realm, rows) -> realm.topics(rows::add));
    }

    private Object list(RealmProcedure.Request request, String name, BiConsumer<Inspector, Views.Rows> fill) {
        String filter = text(request, "filter", "");
        String only = text(request, "realm", "");
        int limit = limit(request);
        List<Views.Rows> parts = watch.each(realm -> {
            Views.Rows rows = new Views.Rows(realm.name(), filter, limit);
            if (only.isEmpty() || only.equals(realm.name())) {
                fill.accept(realm, rows);
            }
            return rows;
        });
        return Views.Rows.together(name, parts, limit);
    }

    private static int limit(RealmProcedure.Request request) {
        Object limit = request.kwargs().getOrDefault("limit", (long) USUAL_ROWS);
        if (limit instanceof Long number && number >= 0 && number <= MOST_ROWS) {
            return number.intValue();
        }
        throw new InvalidArgument("limit must be a number from 0 to " + MOST_ROWS);
    }

    private static String text(RealmProcedure.Request request, String name, String otherwise) {
        Object value = request.kwargs().get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof String text) {
            return text;
        }
        throw new InvalidArgument(name + " must be a string");
    }

    // --- actions ---------------------------------------------------------------------------------------------------

    private @Nullable Object kill(RealmProcedure.Request request) {
        String name = text(request, "realm", request.caller().realm().name());
        long id = Ids.of(request.kwargs().get("session"));
        String reason = text(request, "reason", Reasons.KILLED);
        String message = text(request, "message", "");
        if (id == 0) {
            throw new InvalidArgument("session must be the id of a session");
        }
        if (!Uris.valid(reason, false)) {
            throw new InvalidArgument("reason must be a URI");
        }
        HostedRealm realm = realms.find(name);
        if (realm == null) {
            throw new RealmProcedure.Failure(Reasons.NO_SUCH_REALM, "there is no realm " + name);
        }
        CompletableFuture<Boolean> killed = new CompletableFuture<>();
        realm.run(() -> killed.complete(realm.realm().kill(id, reason, message.isEmpty() ? null : message)));
        if (!killed.join()) {
            throw new RealmProcedure.Failure(Reasons.NO_SUCH_SESSION, "there is no session " + id + " in " + name);
        }
        control.killed(name, id, reason, who(request));
        return null;
    }

    private @Nullable Object log(RealmProcedure.Request request) {
        control.logLevel(text(request, "level", ""), who(request));
        return null;
    }
}
