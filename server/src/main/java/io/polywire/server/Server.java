package io.polywire.server;

import io.polywire.model.Reasons;
import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.HttpDoor;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loop;
import io.polywire.net.Loops;
import io.polywire.router.EventStore;
import io.polywire.router.HistoryRules;
import io.polywire.router.HostedRealm;
import io.polywire.router.LoopEnvironment;
import io.polywire.router.Realm;
import io.polywire.router.RealmOptions;
import io.polywire.router.Realms;
import io.polywire.server.config.RealmSettings;
import io.polywire.server.config.ServerSettings;
import io.polywire.store.Store;
import io.polywire.wamp.door.WampDoor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything of one server, wired together: loops, realms, doors, listeners. Started and stopped by one thread.
 */
final class Server implements AutoCloseable {
    /** How long sessions may take to answer GOODBYE. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Loops loops = Loops.open();
    private final Realms realms = new Realms();
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Address> addresses = new ArrayList<>();
    private final @Nullable Store store;
    private final WampDoor wamp;
    private final @Nullable Bridges bridges;

    /**
     * A way in.
     *
     * @param what protocol and transport
     * @param uri what a client is to be given
     */
    record Address(String what, String uri) {}

    private Server(ServerSettings settings) {
        store = settings.data() == null ? null : Store.open(settings.data());
        Map<Loop, LoopEnvironment> environments = new HashMap<>();
        for (RealmSettings realm : settings.realms()) {
            Loop loop = loops.next();
            LoopEnvironment environment = environments.computeIfAbsent(loop, Server::environment);
            realms.add(new HostedRealm(new Realm(realm.name(), options(realm), environment), loop, loop::inLoop));
        }
        wamp = new WampDoor(realms, new RealmAdmission(settings.realms()), settings.wamp());
        HostedRealm bridged = settings.bridged() == null ? null : realms.find(settings.bridged());
        bridges = bridged == null ? null : Bridges.open(bridged, settings.data());
    }

    /** What a realm remembers outlives the server where there is a folder for it. */
    private RealmOptions options(RealmSettings realm) {
        RealmOptions options = realm.options();
        List<HistoryRules.Rule> rules = options.history().topics();
        return store == null || rules.isEmpty()
                ? options
                : options.withHistory(
                        new HistoryRules(rules, store.events(realm.name(), rules, EventStore.Caps.DEFAULT)));
    }

    private static LoopEnvironment environment(Loop loop) {
        return new LoopEnvironment((task, millis) -> loop.schedule(task, Duration.ofMillis(millis)));
    }

    /**
     * Starts everything.
     *
     * @throws io.polywire.net.NetException if an address cannot be listened on
     */
    static Server start(ServerSettings settings) {
        Server server = new Server(settings);
        try {
            for (ListenSettings listener : settings.listeners()) {
                server.listen(listener, settings.wamp().path());
            }
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void listen(ListenSettings settings, String path) {
        List<HttpDoor> http = new ArrayList<>(List.of(wamp));
        if (bridges != null) {
            http.addAll(bridges.doors());
        }
        Listener listener = Listener.open(loops, settings, new Doors(http, wamp));
        listeners.add(listener);
        String secure = settings.tls() == null ? "" : "s";
        switch (listener.endpoint()) {
            case Endpoint.Tcp tcp -> {
                addresses.add(new Address("WAMP over WebSocket", "ws" + secure + "://" + tcp + path));
                addresses.add(new Address("WAMP over RawSocket", (secure.isEmpty() ? "tcp" : "tls") + "://" + tcp));
                if (bridges != null) {
                    addresses.add(new Address("WebWire", "ws" + secure + "://" + tcp + "/"));
                    addresses.add(new Address("Hemi", "ws" + secure + "://" + tcp + Bridges.HEMI));
                }
            }
            case Endpoint.Unix unix ->
                addresses.add(new Address(
                        "WAMP over RawSocket", "unix://" + unix.path().toAbsolutePath()));
        }
    }

    /** The ways in, in the order of the listeners. */
    List<Address> addresses() {
        return List.copyOf(addresses);
    }

    /** Lets nobody in any more, says GOODBYE to all sessions, waits a moment for their answers and stops. */
    @Override
    public void close() {
        listeners.forEach(Listener::close);
        for (HostedRealm realm : realms.all()) {
            realm.run(() -> realm.realm().close(Reasons.SYSTEM_SHUTDOWN, "the router is stopping"));
        }
        long end = System.nanoTime() + FAREWELL.toNanos();
        try {
            while (wamp.connections() + (bridges == null ? 0 : bridges.connections()) > 0 && System.nanoTime() < end) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.close();
        if (bridges != null) {
            bridges.close();
        }
        if (store != null) {
            store.close();
        }
    }
}
