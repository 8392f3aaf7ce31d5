package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Invoke;
import io.polywire.model.Match;
import io.polywire.model.Message.Register;
import io.polywire.model.Message.Registered;
import io.polywire.model.Message.Unregister;
import io.polywire.model.Message.Unregistered;
import io.polywire.model.Reasons;
import io.polywire.model.Uris;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is registered for what (WAMP, "Registering and Unregistering"). */
final class Registrar {
    private final Realm realm;
    final UriTable<Registration> registrations = new UriTable<>();

    Registrar(Realm realm) {
        this.realm = realm;
    }

    /** What a REGISTER asks for. */
    private record Wish(
            Match match, Invoke invoke, boolean disclose, boolean forwardTimeout, boolean force, long concurrency) {
        static Wish of(Dict options) {
            Match match = Match.of(options.string("match"));
            Invoke invoke = Invoke.of(options.string("invoke"));
            if (match == null) {
                throw new InvalidArgument("match must be exact, prefix or wildcard");
            }
            if (invoke == null) {
                throw new InvalidArgument("invoke must be single, roundrobin, random, first or last");
            }
            return new Wish(
                    match,
                    invoke,
                    options.flag("disclose_caller"),
                    options.flag("forward_timeout"),
                    options.flag("force_reregister"),
                    options.integer("concurrency", 0));
        }
    }

    void register(Session session, Register m) {
        try {
            Wish wish = Wish.of(m.options());
            if (!Uris.valid(m.procedure(), wish.match(), realm.options().strictUris())) {
                refuse(session, m, Reasons.INVALID_URI, "the procedure is not a valid URI");
            } else if (realm.reserved(session, m.procedure())) {
                refuse(session, m, Reasons.INVALID_URI, "procedures that begin with wamp. are the router's");
            } else {
                session.authorize(Authorizer.Action.REGISTER, m.procedure(), m.options(), decision -> {
                    if (!realm.refused(session, Register.CODE, m.request(), decision)) {
                        register(session, m, wish);
                    }
                });
            }
        } catch (InvalidArgument bad) {
            refuse(session, m, Reasons.INVALID_ARGUMENT, bad.text());
        }
    }

    private void register(Session session, Register m, Wish wish) {
        if (wish.disclose() && !realm.options().disclosure() && !realm.trusted(session)) {
            refuse(session, m, Reasons.DISCLOSE_ME_DISALLOWED, "this realm does not disclose callers");
            return;
        }
        if (session.registrations.size() >= session.limits().registrations()) {
            refuse(session, m, Reasons.OPTION_NOT_ALLOWED, "too many registrations");
            return;
        }
        Registration registration = registrations.get(m.procedure(), wish.match());
        if (registration != null && wish.force()) {
            for (Registration.Callee callee : List.copyOf(registration.callees())) {
                revoke(callee, Reasons.UNREGISTERED);
            }
            registration = registrations.get(m.procedure(), wish.match());
        }
        boolean created = registration == null;
        if (registration == null) {
            registration = new Registration(
                    registrations.nextId(),
                    m.procedure(),
                    wish.match(),
                    wish.invoke(),
                    realm.environment().epochMillis());
            registrations.put(registration.id, registration.procedure, registration.match, registration);
        } else if (wish.invoke() == Invoke.SINGLE
                || registration.invoke != wish.invoke()
                || registration.callee(session) != null) {
            refuse(session, m, Reasons.PROCEDURE_ALREADY_EXISTS, taken(registration, session));
            return;
        }
        registration
                .callees()
                .add(new Registration.Callee(
                        session, registration, wish.disclose(), wish.forwardTimeout(), wish.concurrency()));
        session.registrations.put(registration.id, registration);
        session.send(new Registered(m.request(), registration.id));
        realm.meta.onRegister(session, registration, created);
        realm.dealer.serveQueue(registration);
    }

    private static String taken(Registration registration, Session session) {
        return registration.callee(session) != null
                ? "this session is registered for it already"
                : "the procedure is registered with the policy " + registration.invoke.text();
    }

    private static void refuse(Session session, Register m, String uri, String text) {
        session.error(Register.CODE, m.request(), uri, text);
    }

    void unregister(Session session, Unregister m) {
        Registration registration = session.registrations.get(m.registration());
        Registration.Callee callee = registration == null ? null : registration.callee(session);
        if (callee == null) {
            session.error(
                    Unregister.CODE,
                    m.request(),
                    Reasons.NO_SUCH_REGISTRATION,
                    "this session has no registration " + m.registration());
            return;
        }
        session.send(new Unregistered(m.request(), Dict.EMPTY));
        remove(callee);
    }

    /** The router takes a registration away from a session; its pending calls may finish. */
    void revoke(Registration.Callee callee, String reason) {
        if (callee.session.features.calleeRevocation()) {
            callee.session.send(new Unregistered(
                    0, Dict.of("registration", (Object) callee.registration.id).with("reason", reason)));
        }
        remove(callee);
    }

    private void remove(Registration.Callee callee) {
        callee.session.registrations.remove(callee.registration.id);
        drop(callee);
    }

    private void drop(Registration.Callee callee) {
        Registration registration = callee.registration;
        registration.remove(callee);
        boolean deleted = registration.callees().isEmpty();
        if (deleted) {
            registrations.remove(registration.id, registration.procedure, registration.match);
            realm.dealer.abandonQueue(registration);
        } else if (!registration.queue.isEmpty()) {
            realm.dealer.calleeGone(registration);
        }
        realm.meta.onUnregister(callee.session, registration, deleted);
    }

    /** The session is gone. */
    void leave(Session session) {
        session.registrations.forEach(registration -> {
            Registration.Callee callee = registration.callee(session);
            if (callee != null) {
                drop(callee);
            }
        });
        session.registrations.clear();
    }

    /** The registration that a call goes to. */
    @Nullable
    Registration match(String procedure) {
        return registrations.best(procedure, one -> one.procedure);
    }
}
