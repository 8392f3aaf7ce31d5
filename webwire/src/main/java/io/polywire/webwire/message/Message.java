package io.polywire.webwire.message;

import java.util.Arrays;

/**
 * A WebWire message: one record each, its fields in wire order after the type octet.
 *
 * <p>An id is eight opaque octets, chosen by who requests and given back unchanged; here they are a {@code long}, read
 * little-endian, so that the ids of the original client count 1, 2, 3.
 */
public sealed interface Message {
    /** ErrorReply. */
    int ERROR_REPLY = 0;

    /** SessionCreated. */
    int SESSION_CREATED = 21;

    /** SessionClosed. */
    int SESSION_CLOSED = 22;

    /** CloseSession. */
    int CLOSE_SESSION = 31;

    /** RestoreSession. */
    int RESTORE_SESSION = 32;

    /** SignalBinary; SignalUtf8 is 64, SignalUtf16 is 65. */
    int SIGNAL = 63;

    /** RequestBinary; RequestUtf8 is 128, RequestUtf16 is 129. */
    int REQUEST = 127;

    /** ReplyBinary; ReplyUtf8 is 192, ReplyUtf16 is 193. */
    int REPLY = 191;

    /** The first octet. */
    int type();

    /**
     * Type 0, server to client: a request failed. On the wire code and message are JSON.
     *
     * @param code the application's or the library's, empty if the peer sent none
     * @param message for people, empty for none
     */
    record ErrorReply(long id, String code, String message) implements Message {
        @Override
        public int type() {
            return ERROR_REPLY;
        }
    }

    /**
     * Type 21, server to client: the connection has a session now.
     *
     * @param session JSON, see {@link Session}
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by its octets below.
    record SessionCreated(byte[] session) implements Message {
        @Override
        public int type() {
            return SESSION_CREATED;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SessionCreated m && Arrays.equals(m.session, session);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(session);
        }
    }

    /** Type 22, server to client: the connection's session is closed. */
    record SessionClosed() implements Message {
        @Override
        public int type() {
            return SESSION_CLOSED;
        }
    }

    /** Type 31, client to server. */
    record CloseSession(long id) implements Message {
        @Override
        public int type() {
            return CLOSE_SESSION;
        }
    }

    /**
     * Type 32, client to server.
     *
     * @param key what the client says is a session's key: any text of one character or more
     */
    record RestoreSession(long id, String key) implements Message {
        @Override
        public int type() {
            return RESTORE_SESSION;
        }
    }

    /**
     * Types 63 to 65, both ways.
     *
     * @param name at most 255 characters, ISO-8859-1; empty for an unnamed signal
     */
    record Signal(String name, Payload payload) implements Message {
        @Override
        public int type() {
            return SIGNAL + payload.encoding().ordinal();
        }
    }

    /**
     * Types 127 to 129, client to server.
     *
     * @param name at most 255 characters, ISO-8859-1; empty for an unnamed request
     */
    record Request(long id, String name, Payload payload) implements Message {
        @Override
        public int type() {
            return REQUEST + payload.encoding().ordinal();
        }
    }

    /** Types 191 to 193, server to client. The payload may be empty. */
    record Reply(long id, Payload payload) implements Message {
        @Override
        public int type() {
            return REPLY + payload.encoding().ordinal();
        }
    }
}
