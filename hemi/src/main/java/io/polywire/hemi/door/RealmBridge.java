package io.polywire.hemi.door;

import io.polywire.hemi.message.CommandSet;
import io.polywire.router.HostedRealm;
import org.jspecify.annotations.Nullable;

/** Commands are calls of a realm's procedures, its events notifications; every connection is a session. Thread-safe. */
public final class RealmBridge extends HemiService {
    private final HostedRealm realm;
    private final RealmBridgeSettings settings;

    public RealmBridge(HostedRealm realm, RealmBridgeSettings settings) {
        this.realm = realm;
        this.settings = settings;
    }

    HostedRealm realm() {
        return realm;
    }

    RealmBridgeSettings settings() {
        return settings;
    }

    @Override
    String api() {
        return settings.api();
    }

    @Override
    @Nullable
    CommandSet commands() {
        return null;
    }

    @Override
    Conversation open(HemiConnection connection) {
        return new RealmConversation(this, connection);
    }
}
