package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Match;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.router.RealmProcedure.Failure;
import io.polywire.router.RealmProcedure.Request;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** {@code wamp.registration.*} (WAMP, "Registration Meta API"). The realm's own procedures are not shown. */
final class RegistrationMeta {
    private final Realm realm;

    RegistrationMeta(Realm realm) {
        this.realm = realm;
    }

    void addTo(BiConsumer<String, RealmProcedure> procedures) {
        procedures.accept("wamp.registration.list", this::list);
        procedures.accept("wamp.registration.lookup", this::lookup);
        procedures.accept("wamp.registration.match", this::match);
        procedures.accept("wamp.registration.get", request -> Payload.of(MetaApi.describe(find(request))));
        procedures.accept(
                "wamp.registration.list_callees",
                request -> Payload.of(find(request).callees().stream()
                        .map(c -> c.session.id())
                        .toList()));
        procedures.accept(
                "wamp.registration.count_callees",
                request -> Payload.of((long) find(request).callees().size()));
        procedures.accept("wamp.registration.remove_callee", this::removeCallee);
    }

    private Payload list(Request request) {
        MetaApi.Lists lists = new MetaApi.Lists();
        if (request.arg(0) != null) {
            Session session = realm.session(request.id(0));
            if (session == null) {
                throw new Failure(Reasons.NO_SUCH_SESSION, "there is no such session");
            }
            session.registrations.forEach(r -> lists.add(r.match, r.id));
        } else {
            realm.registrar.registrations.forEach(r -> lists.add(r.match, r.id));
        }
        return lists.result();
    }

    private Payload lookup(Request request) {
        Registration found = realm.registrar.registrations.get(request.string(0, "procedure"), match(request.arg(1)));
        return Payload.of(id(found));
    }

    private Payload match(Request request) {
        return Payload.of(id(realm.registrar.match(request.string(0, "procedure"))));
    }

    private static @Nullable Object id(@Nullable Registration registration) {
        return registration == null ? null : (Long) registration.id;
    }

    /** The policy in the options of a lookup. */
    @SuppressWarnings("unchecked") // dicts have string keys: the codecs refuse others
    static Match match(@Nullable Object options) {
        if (options != null && !(options instanceof Map<?, ?>)) {
            throw new InvalidArgument("options must be a dict");
        }
        Match match = options == null
                ? Match.EXACT
                : Match.of(Dict.of((Map<String, @Nullable Object>) options).string("match"));
        if (match == null) {
            throw new InvalidArgument("match must be exact, prefix or wildcard");
        }
        return match;
    }

    private Registration find(Request request) {
        Registration found = realm.registrar.registrations.get(request.id(0));
        if (found == null) {
            throw new Failure(Reasons.NO_SUCH_REGISTRATION, "there is no such registration");
        }
        return found;
    }

    private Payload removeCallee(Request request) {
        Registration registration = find(request);
        Session session = realm.session(request.id(1));
        Registration.Callee callee = session == null ? null : registration.callee(session);
        if (callee == null) {
            throw new Failure(Reasons.NO_SUCH_SESSION, "there is no such callee");
        }
        Object reason = request.kwargs().get("reason");
        realm.registrar.revoke(callee, reason instanceof String text ? text : Reasons.UNREGISTERED);
        return Payload.of(List.of(), Map.of());
    }
}
