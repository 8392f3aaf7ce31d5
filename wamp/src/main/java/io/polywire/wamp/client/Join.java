package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.wamp.client.auth.AuthenticationException;
import io.polywire.wamp.client.auth.Authenticator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** From HELLO to WELCOME. Owned by the lane; what authenticators compute runs on virtual threads. */
final class Join {
    private static final Dict ROLES = Dict.of(Map.of(
            "caller",
            features(
                    "caller_identification",
                    "call_timeout",
                    "call_canceling",
                    "progressive_call_results",
                    "progressive_call_invocations",
                    "payload_passthru_mode"),
            "callee",
            features(
                    "caller_identification",
                    "call_timeout",
                    "call_canceling",
                    "progressive_call_results",
                    "progressive_call_invocations",
                    "pattern_based_registration",
                    "shared_registration",
                    "registration_revocation",
                    "payload_passthru_mode"),
            "publisher",
            features(
                    "publisher_identification",
                    "publisher_exclusion",
                    "subscriber_blackwhite_listing",
                    "payload_passthru_mode"),
            "subscriber",
            features(
                    "publisher_identification",
                    "pattern_based_subscription",
                    "subscription_revocation",
                    "event_retention",
                    "payload_passthru_mode")));

    private final Session session;
    private final ClientSettings settings;
    private final Map<Authenticator, Authenticator.Exchange> exchanges = new LinkedHashMap<>();
    private Authenticator.@Nullable Exchange chosen;
    private boolean busy;

    Join(Session session, ClientSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    private static Map<String, Object> features(String... names) {
        Map<String, Object> features = new LinkedHashMap<>();
        for (String name : names) {
            features.put(name, true);
        }
        return Map.of("features", features);
    }

    void begin(@Nullable SSLSession tls) {
        Authenticator.Context context = new Authenticator.Context(settings.authid(), tls);
        aside(() -> hello(context), session::joinBy);
    }

    private Message hello(Authenticator.Context context) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("roles", ROLES.asMap());
        details.put("agent", settings.agent());
        if (settings.authid() != null) {
            details.put("authid", settings.authid());
        }
        List<String> methods = new ArrayList<>();
        Map<String, @Nullable Object> extra =
                new LinkedHashMap<>(settings.authextra().asMap());
        for (Authenticator a : settings.authenticators()) {
            Authenticator.Exchange exchange = a.begin(context);
            exchanges.put(a, exchange);
            methods.addAll(a.names());
            extra.putAll(exchange.hello());
        }
        if (!methods.isEmpty()) {
            details.put("authmethods", methods);
        }
        if (!extra.isEmpty()) {
            details.put("authextra", extra);
        }
        return new Message.Hello(settings.realm(), Dict.of(details));
    }

    void received(Message message) {
        if (busy && !(message instanceof Message.Abort)) {
            throw new ProtocolViolation("a message before the answer to the one before");
        }
        switch (message) {
            case Message.Challenge m -> challenge(m);
            case Message.Welcome m -> welcome(m);
            case Message.Abort m -> session.aborted(m);
            default ->
                throw new ProtocolViolation("WELCOME, CHALLENGE or ABORT must come first, not "
                        + message.getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT));
        }
    }

    private void challenge(Message.Challenge m) {
        if (chosen != null) {
            throw new ProtocolViolation("a second CHALLENGE");
        }
        for (var e : exchanges.entrySet()) {
            if (e.getKey().names().contains(m.authMethod())) {
                Authenticator.Exchange exchange = e.getValue();
                chosen = exchange;
                aside(
                        () -> {
                            Authenticator.Answer answer = exchange.answer(m.extra());
                            return new Message.Authenticate(answer.signature(), Dict.of(answer.extra()));
                        },
                        session::joinBy);
                return;
            }
        }
        throw new ProtocolViolation("a CHALLENGE for " + m.authMethod() + ", which was not offered");
    }

    private void welcome(Message.Welcome m) {
        String realm = m.details().get("realm") instanceof String r ? r : settings.realm();
        SessionInfo info = new SessionInfo(m.session(), realm, m.details());
        Authenticator.Exchange exchange = chosen;
        if (exchange == null) {
            session.welcomed(info);
            return;
        }
        aside(
                () -> {
                    exchange.welcome(m.details());
                    return info;
                },
                session::welcomed);
    }

    /** Computes on a virtual thread, then goes on upon the lane; a failure ends the join. */
    private <T> void aside(Supplier<T> work, java.util.function.Consumer<T> then) {
        busy = true;
        Serial.VIRTUAL.execute(() -> {
            try {
                T result = work.get();
                session.post(() -> {
                    busy = false;
                    then.accept(result);
                });
            } catch (RuntimeException e) {
                String text = e instanceof AuthenticationException ? String.valueOf(e.getMessage()) : e.toString();
                session.post(() -> session.abort(Reasons.AUTHENTICATION_FAILED, text, e));
            }
        });
    }
}
