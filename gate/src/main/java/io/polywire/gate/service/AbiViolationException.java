package io.polywire.gate.service;

/** The program has sent something that breaks the packet protocol; it is killed with this text. */
public final class AbiViolationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AbiViolationException(String text) {
        super(text, null, false, false);
    }

    /** What the program did wrong. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
