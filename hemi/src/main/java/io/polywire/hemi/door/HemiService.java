package io.polywire.hemi.door;

/** What answers the commands that come through a door. */
public abstract sealed class HemiService permits Handlers, RealmBridge {
    HemiService() {}

    /** The prefix of the ping. */
    abstract String api();

    /** Called on the connection's loop when its client is let in. */
    abstract Conversation open(HemiConnection connection);
}
