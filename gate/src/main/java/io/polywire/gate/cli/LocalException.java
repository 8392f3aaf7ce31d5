package io.polywire.gate.cli;

/** What cannot be done here, without the server having a part in it. */
final class LocalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LocalException(String text) {
        super(text, null, false, false);
    }
}
