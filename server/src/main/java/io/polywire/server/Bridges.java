package io.polywire.server;

import io.polywire.hemi.door.HemiDoor;
import io.polywire.hemi.door.HemiDoorSettings;
import io.polywire.hemi.door.RealmBridge;
import io.polywire.hemi.door.RealmBridgeSettings;
import io.polywire.model.Match;
import io.polywire.net.HttpDoor;
import io.polywire.router.HostedRealm;
import io.polywire.webwire.door.BridgeSettings;
import io.polywire.webwire.door.WebWireDoor;
import io.polywire.webwire.session.SessionStore;
import io.polywire.webwire.session.SqliteSessions;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The doors that let clients of other protocols into a realm, as development wants them: WebWire at {@code /}, Hemi at
 * {@value #HEMI}, names without prefix.
 */
final class Bridges implements AutoCloseable {
    static final String HEMI = "/hemi";

    private final WebWireDoor webWire;
    private final HemiDoor hemi;
    private final @Nullable SqliteSessions stored;

    private Bridges(WebWireDoor webWire, HemiDoor hemi, @Nullable SqliteSessions stored) {
        this.webWire = webWire;
        this.hemi = hemi;
        this.stored = stored;
    }

    /**
     * @param data where WebWire sessions outlive the process; null: they do not
     */
    static Bridges open(HostedRealm realm, @Nullable Path data) {
        SqliteSessions stored = data == null ? null : new SqliteSessions(data.resolve("webwire.db"));
        SessionStore sessions = stored == null ? new SessionStore.InMemory() : stored;
        RealmBridgeSettings commands =
                RealmBridgeSettings.DEFAULT.withTopics(new RealmBridgeSettings.Topic("hemi.", Match.PREFIX));
        return new Bridges(
                new WebWireDoor(realm, sessions, BridgeSettings.DEFAULT),
                new HemiDoor(HemiDoorSettings.at(HEMI), new RealmBridge(realm, commands)),
                stored);
    }

    List<HttpDoor> doors() {
        return List.of(hemi, webWire);
    }

    int connections() {
        return webWire.connections() + hemi.connections();
    }

    @Override
    public void close() {
        if (stored != null) {
            stored.close();
        }
    }
}
