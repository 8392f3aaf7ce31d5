package io.polywire.net;

/** Serves byte streams. */
public interface StreamDoor {
    /** The handler of a new connection. Called on its loop; must not block. */
    StreamHandler accept(Peer peer);
}
