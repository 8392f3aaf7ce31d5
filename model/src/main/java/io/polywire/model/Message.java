package io.polywire.model;

/**
 * A WAMP message: one record each, its fields in wire order after the code (WAMP, "Message Definitions").
 *
 * <p>Ids are in the range of {@link Ids}; URIs are not checked against the grammar yet. The payload stands for the
 * optional last two elements.
 */
public sealed interface Message {
    /** The first element on the wire. */
    int code();

    /** HELLO, client → router: opens a session. */
    record Hello(String realm, Dict details) implements Message {
        public static final int CODE = 1;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** WELCOME, router → client: the session is open. */
    record Welcome(long session, Dict details) implements Message {
        public static final int CODE = 2;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** ABORT, both ways: the session ends (or never begins); not answered. */
    record Abort(Dict details, String reason, Payload payload) implements Message {
        public static final int CODE = 3;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** CHALLENGE, router → client, during authentication. */
    record Challenge(String authMethod, Dict extra) implements Message {
        public static final int CODE = 4;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** AUTHENTICATE, client → router, during authentication. */
    record Authenticate(String signature, Dict extra) implements Message {
        public static final int CODE = 5;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** GOODBYE, both ways: closes a session; answered by GOODBYE. */
    record Goodbye(Dict details, String reason) implements Message {
        public static final int CODE = 6;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** ERROR, the answer to a request that failed; {@code requestType} is the code of that request. */
    record ErrorMessage(int requestType, long request, Dict details, String error, Payload payload) implements Message {
        public static final int CODE = 8;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** PUBLISH, client → router. */
    record Publish(long request, Dict options, String topic, Payload payload) implements Message {
        public static final int CODE = 16;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** PUBLISHED, router → client: the answer to an acknowledged PUBLISH. */
    record Published(long request, long publication) implements Message {
        public static final int CODE = 17;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** SUBSCRIBE, client → router. */
    record Subscribe(long request, Dict options, String topic) implements Message {
        public static final int CODE = 32;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** SUBSCRIBED, router → client. */
    record Subscribed(long request, long subscription) implements Message {
        public static final int CODE = 33;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** UNSUBSCRIBE, client → router. */
    record Unsubscribe(long request, long subscription) implements Message {
        public static final int CODE = 34;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** UNSUBSCRIBED, router → client; request 0 with details: the router revoked the subscription. */
    record Unsubscribed(long request, Dict details) implements Message {
        public static final int CODE = 35;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** EVENT, router → client. One instance is sent to all receivers of a subscription: a link encodes it once. */
    record Event(long subscription, long publication, Dict details, Payload payload) implements Message {
        public static final int CODE = 36;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** CALL, client → router. */
    record Call(long request, Dict options, String procedure, Payload payload) implements Message {
        public static final int CODE = 48;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** CANCEL, client → router. */
    record Cancel(long request, Dict options) implements Message {
        public static final int CODE = 49;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** RESULT, router → client. */
    record Result(long request, Dict details, Payload payload) implements Message {
        public static final int CODE = 50;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** REGISTER, client → router. */
    record Register(long request, Dict options, String procedure) implements Message {
        public static final int CODE = 64;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** REGISTERED, router → client. */
    record Registered(long request, long registration) implements Message {
        public static final int CODE = 65;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** UNREGISTER, client → router. */
    record Unregister(long request, long registration) implements Message {
        public static final int CODE = 66;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** UNREGISTERED, router → client; request 0 with details: the router revoked the registration. */
    record Unregistered(long request, Dict details) implements Message {
        public static final int CODE = 67;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** INVOCATION, router → client. */
    record Invocation(long request, long registration, Dict details, Payload payload) implements Message {
        public static final int CODE = 68;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** INTERRUPT, router → client: the caller canceled, left, or waited too long. */
    record Interrupt(long request, Dict options) implements Message {
        public static final int CODE = 69;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** YIELD, client → router: a result, or with option {@code progress} one of several. */
    record Yield(long request, Dict options, Payload payload) implements Message {
        public static final int CODE = 70;

        @Override
        public int code() {
            return CODE;
        }
    }
}
