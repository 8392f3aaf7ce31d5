package io.polywire.webwire.client;

/** Something that was asked for did not work; the subclasses say what. */
public class WebWireException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WebWireException(String text) {
        super(text);
    }

    WebWireException(String text, Throwable cause) {
        super(text, cause);
    }

    /** The server answered with an error. */
    public static final class ServerError extends WebWireException {
        private static final long serialVersionUID = 1;

        private final String code;
        private final String text;

        ServerError(String code, String text) {
            super(text.isEmpty() ? code : code + ": " + text);
            this.code = code;
            this.text = text;
        }

        /** For programs; empty if the server sent none. */
        public String code() {
            return code;
        }

        /** For people; empty if the server sent none. */
        public String text() {
            return text;
        }
    }

    /** There is no connection, or it was lost before the answer: the server may have done what was asked. */
    public static final class Disconnected extends WebWireException {
        private static final long serialVersionUID = 1;

        Disconnected(String text) {
            super(text);
        }
    }

    /** No answer in time: the server may still do what was asked. */
    public static final class TimedOut extends WebWireException {
        private static final long serialVersionUID = 1;

        TimedOut(String text) {
            super(text);
        }
    }

    /** The server cannot be reached, or does not speak WebWire 1.1. */
    public static final class ConnectFailed extends WebWireException {
        private static final long serialVersionUID = 1;

        ConnectFailed(String text) {
            super(text);
        }

        ConnectFailed(String text, Throwable cause) {
            super(text, cause);
        }
    }
}
