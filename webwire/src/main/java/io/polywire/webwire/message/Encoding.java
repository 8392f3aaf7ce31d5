package io.polywire.webwire.message;

/**
 * What a payload is said to be. A label only: nothing is converted or checked on the wire, but that UTF-16 signals and
 * requests have an even number of octets.
 */
public enum Encoding {
    BINARY,
    UTF8,
    /** In practice little-endian, without byte order mark. */
    UTF16;

    private static final Encoding[] ALL = values();

    /** The type octets of signals, requests and replies are counted by this. */
    static Encoding of(int ordinal) {
        return ALL[ordinal];
    }
}
