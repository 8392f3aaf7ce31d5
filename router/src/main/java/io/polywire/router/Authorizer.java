package io.polywire.router;

import io.polywire.model.Dict;
import java.util.function.Consumer;

/** Decides what a session may do with a URI. Called on the realm's thread; must not block. */
@FunctionalInterface
public interface Authorizer {
    /** What is asked for. */
    enum Action {
        CALL("call"),
        REGISTER("register"),
        SUBSCRIBE("subscribe"),
        PUBLISH("publish");

        private final String text;

        Action(String text) {
            this.text = text;
        }

        /** As WAMP authorizer procedures get it. */
        public String text() {
            return text;
        }
    }

    /** The decision. */
    sealed interface Decision permits Allow, Deny, Failed, Later {}

    /**
     * Allowed.
     *
     * @param disclose whether the caller or publisher is disclosed whatever it asked for
     */
    record Allow(boolean disclose) implements Decision {
        public static final Allow PLAIN = new Allow(false);
    }

    /** Refused: {@code wamp.error.not_authorized}. */
    record Deny(String text) implements Decision {}

    /** It could not be decided: {@code wamp.error.authorization_failed}. */
    record Failed(String text) implements Decision {}

    /**
     * Not known yet. Further messages of the session wait, so that their order is kept; other sessions go on.
     *
     * @param start is called at once with a callback, which must be called once, later, on the realm's thread
     */
    record Later(Consumer<Consumer<Decision>> start) implements Decision {}

    Decision authorize(Session session, Action action, String uri, Dict options);
}
