package io.polywire.router;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Result;
import io.polywire.model.Payload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks a procedure of the realm: {@code (session details, uri, action, options)}; it answers with a bool or with {@code
 * {allow, disclose, cache}}. {@code cache} remembers the answer for as long as the session keeps its identity.
 *
 * <p>For one realm. Its callee must be let in by another authorizer (see {@link AuthorizerByRole}), or nobody ever is.
 */
public final class DynamicAuthorizer implements Authorizer {
    private static final int MOST_REMEMBERED = 10_000;

    /** What an answer was about. */
    private record Question(long session, Identity identity, Action action, String uri, Object match) {}

    private final String procedure;
    private final long timeout;

    private final Map<Question, Decision> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Decision> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /**
     * @param timeout milliseconds until it counts as failed
     */
    public DynamicAuthorizer(String procedure, long timeout) {
        this.procedure = procedure;
        this.timeout = timeout;
    }

    @Override
    public Decision authorize(Session session, Action action, String uri, Dict options) {
        Object match = options.get("match");
        Question question = new Question(session.id(), session.identity(), action, uri, match == null ? "" : match);
        Decision known = remembered.get(question);
        if (known != null) {
            return known;
        }
        Payload asked = Payload.of(session.describe(), uri, action.text(), options.asMap());
        return new Later(then ->
                session.realm().call(procedure, asked, timeout, answer -> then.accept(decision(question, answer))));
    }

    private Decision decision(Question question, Message answer) {
        return switch (answer) {
            case Result result -> decision(question, result);
            case ErrorMessage error -> new Failed("the authorizer failed");
            default -> throw new IllegalStateException("no answer to a call: " + answer);
        };
    }

    private Decision decision(Question question, Result result) {
        List<@Nullable Object> args = Payloads.args(result.payload());
        Object value = args.isEmpty() ? null : args.get(0);
        if (value instanceof Boolean allow) {
            return decision(question, allow, false);
        }
        if (!(value instanceof Map<?, ?> map) || !(map.get("allow") instanceof Boolean allow)) {
            return new Failed("the authorizer answered neither with a bool nor with a dict that has allow");
        }
        Decision decision = decision(question, allow, Boolean.TRUE.equals(map.get("disclose")));
        if (Boolean.TRUE.equals(map.get("cache"))) {
            remembered.put(question, decision);
        }
        return decision;
    }

    private static Decision decision(Question question, boolean allow, boolean disclose) {
        return allow
                ? new Allow(disclose)
                : new Deny("to " + question.action().text() + " " + question.uri() + " is not allowed");
    }
}
