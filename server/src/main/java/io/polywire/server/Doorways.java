package io.polywire.server;

import io.polywire.ccproxy.bridge.CcProxyDoor;
import io.polywire.hemi.bridge.RemoteServer;
import io.polywire.hemi.door.Admission;
import io.polywire.hemi.door.HemiDoor;
import io.polywire.hemi.door.HemiDoorSettings;
import io.polywire.hemi.door.RealmBridge;
import io.polywire.model.AccessEvent;
import io.polywire.net.Doors;
import io.polywire.net.HttpDoor;
import io.polywire.net.Loops;
import io.polywire.net.NetException;
import io.polywire.router.HostedRealm;
import io.polywire.router.Realms;
import io.polywire.server.config.CcProxySection;
import io.polywire.server.config.DoorSettings;
import io.polywire.server.config.GateConfig;
import io.polywire.server.config.HemiServerSettings;
import io.polywire.server.config.HemiSettings;
import io.polywire.server.config.WebWireSettings;
import io.polywire.wamp.door.WampDoor;
import io.polywire.webwire.door.WebWireDoor;
import io.polywire.webwire.session.SessionStore;
import io.polywire.webwire.session.SqliteSessions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The doors of a server, in the order in which requests are offered to them. A further door is opened in
 * the constructor.
 */
final class Doorways implements AutoCloseable {
    /**
     * A way in that a person is told of.
     *
     * @param what protocol
     * @param scheme of its URI without TLS, to which an {@code s} is added with it
     * @param path of its endpoint
     */
    record Way(String what, String scheme, String path) {}

    private static final Duration AUTHENTICATOR_TIMEOUT = Duration.ofSeconds(10);

    private final List<HttpDoor> http = new ArrayList<>();
    private final List<Way> ways = new ArrayList<>();
    private final Map<String, IntSupplier> connections = new LinkedHashMap<>();
    private final List<AutoCloseable> closeables = new ArrayList<>();
    private final List<RemoteServer> remotes = new ArrayList<>();
    private final WampDoor wamp;
    private final @Nullable CcProxySection ccProxySettings;
    private final @Nullable HostedRealm ccProxyRealm;
    private volatile @Nullable CcProxyDoor ccProxy;

    /**
     * @param admin whether a role of a realm is one of administrators
     * @param audit hears of logins and refusals at doors other than that of WAMP
     * @param data where sessions of doors outlive the process; null: they do not
     */
    Doorways(
            Loops loops,
            DoorSettings settings,
            Realms realms,
            io.polywire.wamp.door.Admission admission,
            BiPredicate<String, String> admin,
            Consumer<AccessEvent> audit,
            @Nullable Path data) {
        wamp = new WampDoor(realms, admission, settings.wamp());
        add("wamp", wamp, new Way("WAMP over WebSocket", "ws", settings.wamp().path()), wamp::connections);
        HemiSettings hemi = settings.hemi();
        if (hemi != null) {
            HemiDoor door = hemi(hemi, realm(realms, hemi.realm()));
            door.onAccess(audit);
            add("hemi", door, new Way("Hemi", "ws", hemi.door().path()), door::connections);
        }
        for (HemiServerSettings remote : settings.hemiServers()) {
            remotes.add(new RemoteServer(realm(realms, remote.realm()), loops, remote.server()));
        }
        WebWireSettings webWire = settings.webWire();
        if (webWire != null) {
            WebWireDoor door = webWire(webWire, realm(realms, webWire.realm()), data);
            door.onAccess(audit);
            add("webwire", door, new Way("WebWire", "ws", webWire.bridge().path()), door::connections);
        }
        GateConfig gate = settings.gate();
        if (gate != null) {
            HostedRealm realm = gate.realm() == null ? null : realm(realms, gate.realm());
            GateDoorway doorway = new GateDoorway(gate, realm, admin, data);
            doorway.door.onAccess(audit);
            closeables.add(doorway);
            String path = gate.door().prefix() + "/gate-0/";
            add("gate", doorway.door, new Way("Gate", "http", path), doorway.door::connections);
        }
        ccProxySettings = settings.ccProxy();
        String bridged = ccProxySettings == null ? null : ccProxySettings.realm();
        ccProxyRealm = bridged == null ? null : realm(realms, bridged);
    }

    /**
     * Starts the doors that listen for themselves.
     *
     * @throws NetException if one cannot
     */
    void listen() {
        if (ccProxySettings != null) {
            try {
                System.Logger log = System.getLogger("io.polywire.ccproxy");
                ccProxy = CcProxyDoor.open(ccProxySettings.door(), ccProxyRealm, log);
            } catch (IOException e) {
                throw new NetException("cannot listen: " + e.getMessage(), e);
            }
        }
    }

    /** Ends the doors that listen for themselves; those of listeners end with them. */
    void stopListening() {
        CcProxyDoor door = ccProxy;
        if (door != null) {
            door.close();
        }
    }

    private int ccProxyConnections() {
        CcProxyDoor door = ccProxy;
        return door == null ? 0 : door.connections();
    }

    /** Adds a door behind those that are there. */
    private void add(String name, HttpDoor door, Way way, IntSupplier count) {
        http.add(door);
        ways.add(way);
        connections.put(name, count);
    }

    private static HostedRealm realm(Realms realms, String name) {
        HostedRealm realm = realms.find(name);
        if (realm == null) {
            throw new IllegalArgumentException("there is no realm " + name + " for a door");
        }
        return realm;
    }

    private static HemiDoor hemi(HemiSettings settings, HostedRealm realm) {
        HemiSettings.Login login = settings.login();
        HemiDoorSettings door =
                login == null ? settings.door() : settings.door().withLogin(admission(login, realm));
        return new HemiDoor(door, new RealmBridge(realm, settings.bridge()));
    }

    private static Admission admission(HemiSettings.Login login, HostedRealm realm) {
        Admission listed = Admission.keys(login.keys());
        if (login.authenticator() == null) {
            return listed;
        }
        Admission asked = Admission.procedure(realm, login.authenticator(), AUTHENTICATOR_TIMEOUT);
        return key -> login.keys().containsKey(key.hex()) ? listed.role(key) : asked.role(key);
    }

    private WebWireDoor webWire(WebWireSettings settings, HostedRealm realm, @Nullable Path data) {
        SessionStore sessions;
        if (data == null) {
            sessions = new SessionStore.InMemory();
        } else {
            SqliteSessions stored = new SqliteSessions(data.resolve("webwire.db"));
            closeables.add(stored);
            sessions = stored;
        }
        return new WebWireDoor(realm, sessions, settings.bridge());
    }

    /**
     * What a listener serves.
     *
     * @param others doors behind these
     */
    Doors doors(List<HttpDoor> others) {
        List<HttpDoor> all = new ArrayList<>(http);
        all.addAll(others);
        return new Doors(all, wamp);
    }

    /** How many connections each door has, by its name. */
    Map<String, IntSupplier> counts() {
        if (ccProxySettings == null) {
            return connections;
        }
        Map<String, IntSupplier> all = new LinkedHashMap<>(connections);
        all.put("ccproxy", this::ccProxyConnections);
        return all;
    }

    List<Way> ways() {
        return ways;
    }

    /** Connections of listeners at this moment. */
    int connections() {
        return connections.values().stream().mapToInt(IntSupplier::getAsInt).sum();
    }

    /** Leaves the servers that this one is a client of; to be called while there are loops and realms. */
    void leaveRemotes() {
        remotes.forEach(RemoteServer::close);
    }

    @Override
    public void close() {
        for (AutoCloseable one : closeables) {
            try {
                one.close();
            } catch (Exception e) {
                System.getLogger("io.polywire.server").log(System.Logger.Level.WARNING, "a door did not close", e);
            }
        }
    }
}
