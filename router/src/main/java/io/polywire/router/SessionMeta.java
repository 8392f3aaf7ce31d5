package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.model.Uris;
import io.polywire.router.RealmProcedure.Failure;
import io.polywire.router.RealmProcedure.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code wamp.session.*} (WAMP, "Session Meta API", "Session Testaments"). */
final class SessionMeta {
    private final Realm realm;

    SessionMeta(Realm realm) {
        this.realm = realm;
    }

    void addTo(BiConsumer<String, RealmProcedure> procedures) {
        procedures.accept(
                "wamp.session.count", request -> Payload.of((long) ids(request).size()));
        procedures.accept("wamp.session.list", request -> Payload.of(ids(request)));
        procedures.accept(
                "wamp.session.get", request -> Payload.of(find(request).describe()));
        procedures.accept("wamp.session.kill", this::kill);
        procedures.accept(
                "wamp.session.kill_by_authid",
                request -> Payload.of(
                        kill(request, "authid", (s, id) -> s.identity().authid().equals(id))));
        procedures.accept(
                "wamp.session.kill_by_authrole",
                request -> Payload.of((long) kill(
                                request,
                                "authrole",
                                (s, role) -> s.identity().authrole().equals(role))
                        .size()));
        procedures.accept(
                "wamp.session.kill_all",
                request -> Payload.of((long) kill(request, s -> true, false).size()));
        procedures.accept("wamp.session.add_testament", new AddTestament());
        procedures.accept("wamp.session.flush_testaments", this::flushTestaments);
        if (realm.options().modifyDetails()) {
            procedures.accept("wamp.session.modify_details", this::modifyDetails);
        }
    }

    private List<Long> ids(Request request) {
        Object roles = request.arg(0);
        if (roles != null && !(roles instanceof List<?> list && list.stream().allMatch(String.class::isInstance))) {
            throw new InvalidArgument("filter_authroles must be a list of strings");
        }
        List<Long> ids = new ArrayList<>();
        realm.forEachSession(session -> {
            if (!(roles instanceof List<?> list)
                    || list.contains(session.identity().authrole())) {
                ids.add(session.id());
            }
        });
        return ids;
    }

    private Session find(Request request) {
        Session session = realm.session(request.id(0));
        if (session == null) {
            throw new Failure(Reasons.NO_SUCH_SESSION, "there is no such session");
        }
        return session;
    }

    private Payload kill(Request request) {
        Session session = find(request);
        if (session == request.caller()) {
            throw new Failure(Reasons.NO_SUCH_SESSION, "a session does not kill itself");
        }
        realm.kill(request.caller(), session, reason(request), message(request), true);
        return Payload.EMPTY;
    }

    /** Whether a session has the attribute that was named. */
    private interface Has {
        boolean test(Session session, String value);
    }

    private List<Long> kill(Request request, String name, Has has) {
        String value = request.string(0, name);
        return kill(request, session -> has.test(session, value), true);
    }

    /** Never the caller itself. */
    private List<Long> kill(Request request, Predicate<Session> which, boolean told) {
        String reason = reason(request);
        String message = message(request);
        List<Long> killed = new ArrayList<>();
        realm.forEachSession(session -> {
            if (session != request.caller() && session.isOpen() && which.test(session)) {
                realm.kill(request.caller(), session, reason, message, told);
                killed.add(session.id());
            }
        });
        return killed;
    }

    private String reason(Request request) {
        Object reason = request.kwargs().get("reason");
        if (reason == null) {
            return Reasons.KILLED;
        }
        if (!(reason instanceof String uri) || !Uris.valid(uri, realm.options().strictUris())) {
            throw new Failure(Reasons.INVALID_URI, "reason is not a valid URI");
        }
        return uri;
    }

    private static @Nullable String message(Request request) {
        return request.kwargs().get("message") instanceof String text ? text : null;
    }

    /** Asks for the permission to publish when the testament is made: afterwards nobody would hear the answer. */
    private final class AddTestament implements RealmProcedure {
        @Override
        public Need need(Request request) {
            Testaments.Testament testament = testament(request);
            return new Need(Authorizer.Action.PUBLISH, testament.topic(), testament.options());
        }

        @Override
        public Payload call(Request request) {
            if (!request.caller().testaments.add(scope(request), testament(request))) {
                throw new InvalidArgument("a session has at most " + Testaments.MOST + " testaments of a scope");
            }
            return Payload.EMPTY;
        }
    }

    private Testaments.Testament testament(Request request) {
        String topic = request.string(0, "topic");
        Object args = request.arg(1);
        Object kwargs = request.arg(2);
        if (!(args == null || args instanceof List<?>) || !(kwargs == null || kwargs instanceof Map<?, ?>)) {
            throw new InvalidArgument("args must be a list, kwargs a dict");
        }
        if (!Uris.valid(topic, realm.options().strictUris()) || realm.reserved(request.caller(), topic)) {
            throw new Failure(Reasons.INVALID_URI, "the topic is not a valid URI");
        }
        scope(request);
        Dict options = Dict.of(request.kwargs()).dict("publish_options");
        Filter.of(options); // a wrong option is told now, not when nobody is left to hear it
        options.flag("exclude_me", true);
        options.flag("retain");
        if (options.flag("disclose_me") && !realm.options().disclosure()) {
            throw new Failure(Reasons.DISCLOSE_ME_DISALLOWED, "this realm does not disclose publishers");
        }
        return new Testaments.Testament(topic, options, Payload.of(list(args), map(kwargs)));
    }

    private static List<?> list(@Nullable Object args) {
        return args instanceof List<?> list ? list : List.of();
    }

    @SuppressWarnings("unchecked") // dicts have string keys: the codecs refuse others
    private static Map<String, @Nullable Object> map(@Nullable Object kwargs) {
        return kwargs instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
    }

    private Payload modifyDetails(Request request) {
        Session session = find(request);
        if (!(request.arg(1) instanceof Map<?, ?> changes)) {
            throw new InvalidArgument("details must be a dict");
        }
        session.modify(map(changes));
        return Payload.EMPTY;
    }

    private Payload flushTestaments(Request request) {
        request.caller().testaments.flush(scope(request));
        return Payload.EMPTY;
    }

    private static String scope(Request request) {
        Object scope = request.kwargs().get("scope");
        if (scope == null) {
            return Testaments.DESTROYED;
        }
        if (scope.equals(Testaments.DESTROYED) || scope.equals(Testaments.DETACHED)) {
            return (String) scope;
        }
        throw new InvalidArgument("scope must be destroyed or detached");
    }
}
