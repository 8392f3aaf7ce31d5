package io.polywire.model;

/**
 * A peer broke a rule of the protocol. The session is aborted with {@link Reasons#PROTOCOL_VIOLATION} and this
 * message, and the transport is closed (WAMP, "Protocol Violations").
 *
 * <p>Carries no stack trace: a hostile peer can cause many, and the message says what was wrong and where.
 */
public final class ProtocolViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The message is sent to the peer: it names what is wrong and where, and nothing internal. */
    public ProtocolViolation(String message) {
        super(message, null, false, false);
    }

    /** The text for the peer, never null. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
