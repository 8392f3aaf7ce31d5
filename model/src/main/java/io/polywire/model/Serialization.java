package io.polywire.model;

/** A serialization in which a message can travel. */
public enum Serialization {
    JSON,
    MSGPACK,
    CBOR;

    private static final Serialization[] ALL = values();

    /** How many there are: the size of a table indexed by {@link #ordinal()}. */
    public static final int COUNT = ALL.length;

    /** Whether a message is text on a transport that tells text from binary. */
    public boolean text() {
        return this == JSON;
    }
}
