package io.polywire.webwire.door;

/** The errors that a server itself answers with. */
final class Answers {
    private Answers() {}

    static RequestException notImplemented() {
        return new RequestException("NOT_IMPLEMENTED", "Request handling is not implemented  on this server instance");
    }

    static RequestException sessionsDisabled() {
        return new RequestException("SESSIONS_DISABLED", "Sessions are disabled on this server instance");
    }

    static RequestException shutDown() {
        return new RequestException("SERVER_SHUTDOWN", "The server is shutting down");
    }

    /** The grammar is the original's. */
    static RequestException restorationFailed() {
        return new RequestException("INTERNAL_ERROR", "Session restoration request not could have been fulfilled");
    }

    static RequestException sessionActive(String key) {
        return new RequestException("SESSION_ACTIVE", "The session identified by key: '" + key + "' is already active");
    }

    static RequestException sessionNotFound(String key) {
        return new RequestException("SESSION_NOT_FOUND", "No session associated with key: '" + key + "'");
    }

    /** For what was thrown inside: the log knows more. */
    static RequestException internal(String trace) {
        return new RequestException("INTERNAL_ERROR", "internal error, trace " + trace);
    }
}
