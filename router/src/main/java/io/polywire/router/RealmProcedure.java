package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Ids;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Payload;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A procedure of the realm itself. Called on the realm's thread; must not block. */
@FunctionalInterface
public interface RealmProcedure {
    /** Answers the call with an ERROR. Carries no stack trace. */
    final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String uri;

        /**
         * @param uri of the ERROR
         * @param text its one argument
         */
        public Failure(String uri, String text) {
            super(text, null, false, false);
            this.uri = uri;
        }

        public String uri() {
            return uri;
        }

        public String text() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * What a call brings.
     *
     * @param caller always known
     * @param args of the values that {@link io.polywire.model.Dict} names
     * @param kwargs likewise
     */
    record Request(Session caller, List<@Nullable Object> args, Map<String, @Nullable Object> kwargs) {
        /** The argument at a position; null if there is none. */
        public @Nullable Object arg(int i) {
            return i < args.size() ? args.get(i) : null;
        }

        /** The argument at a position as an id; 0 if it is none. */
        public long id(int i) {
            return Ids.of(arg(i));
        }

        /**
         * @throws InvalidArgument if it is missing or no string
         */
        public String string(int i, String name) {
            if (arg(i) instanceof String s) {
                return s;
            }
            throw new InvalidArgument(name + " must be a string");
        }
    }

    /** One that may answer later. */
    interface Deferred extends RealmProcedure {
        /** Takes the answer, once, on the realm's thread. */
        interface Answer {
            /** @param failure null if there is a result */
            void give(Payload result, @Nullable Failure failure);
        }

        void call(Request request, Answer answer);

        @Override
        default Payload call(Request request) {
            throw new IllegalStateException("answers later");
        }
    }

    /** What the caller must be allowed beyond the call itself. */
    record Need(Authorizer.Action action, String uri, Dict options) {}

    /**
     * What the authorizer is asked before {@link #call}; null for nothing.
     *
     * @throws Failure to answer with an ERROR
     * @throws InvalidArgument to answer with {@code wamp.error.invalid_argument}
     */
    default @Nullable Need need(Request request) {
        return null;
    }

    /**
     * The result.
     *
     * @throws Failure to answer with an ERROR
     * @throws InvalidArgument to answer with {@code wamp.error.invalid_argument}
     */
    Payload call(Request request);
}
