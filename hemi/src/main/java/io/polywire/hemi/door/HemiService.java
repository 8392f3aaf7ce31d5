package io.polywire.hemi.door;

import io.polywire.hemi.message.CommandSet;
import org.jspecify.annotations.Nullable;

/** What answers the commands that come through a door. */
public abstract sealed class HemiService permits Handlers, RealmBridge {
    HemiService() {}

    /** The prefix of the ping. */
    abstract String api();

    /** The commands whose payloads are read along with their messages; null if payloads are only carried. */
    @Nullable
    abstract CommandSet commands();

    /** Called on the connection's loop when its client is let in. */
    abstract Conversation open(HemiConnection connection);
}
