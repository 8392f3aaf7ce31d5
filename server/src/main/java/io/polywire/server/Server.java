package io.polywire.server;

import io.polywire.net.Endpoint;
import io.polywire.net.HttpDoor;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import io.polywire.router.HostedRealm;
import io.polywire.router.Realm;
import io.polywire.server.access.Access;
import io.polywire.server.access.Audit;
import io.polywire.server.config.CcProxySection;
import io.polywire.server.config.RealmSettings;
import io.polywire.server.config.ServerSettings;
import io.polywire.server.config.WatchSettings;
import io.polywire.server.dashboard.DashboardDoor;
import io.polywire.server.dashboard.DashboardSettings;
import io.polywire.server.watch.Administration;
import io.polywire.server.watch.MonitorDoor;
import io.polywire.server.watch.Recorder;
import io.polywire.server.watch.Watch;
import io.polywire.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything of one server, wired together: store, loops, realms, doors, listeners. Started and stopped by one thread.
 */
final class Server implements AutoCloseable {
    /** How long sessions may take to answer GOODBYE. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final @Nullable Store store;
    private final Loops loops;
    private final Hosting hosting;
    private final Access access;
    private final Doorways doorways;
    private final Recorder recorder;
    private final Audit audit;
    private final ServerControl control;
    private volatile boolean ready;
    private final List<HttpDoor> pages = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Address> addresses = new ArrayList<>();

    /**
     * A way in.
     *
     * @param what protocol and transport
     * @param uri what a client is to be given
     */
    record Address(String what, String uri) {}

    private Server(ServerSettings settings, @Nullable Supplier<ServerSettings> file) {
        audit = Audit.to(settings.log().audit());
        store = settings.data() == null ? null : Store.open(settings.data());
        loops = Loops.open();
        hosting = new Hosting(loops, store, realm -> watched(realm, settings.watch()));
        settings.realms().forEach(hosting::add);
        hosting.templates(settings.templates());
        access = new Access(rules(settings), settings.attempts(), store, hosting.realms(), audit, hosting::open);
        doorways = new Doorways(
                loops, settings.doors(), hosting.realms(), access, access::admin, audit::note, settings.data());
        Watch watch = new Watch(hosting.realms(), loops, doorways.counts());
        recorder = new Recorder(watch);
        control = new ServerControl(settings, file, audit, this::apply);
        administer(settings, watch);
        pages.add(new MonitorDoor(watch, settings.watch().metrics(), () -> ready, Version.polywire()));
    }

    /** What happens in a realm, for those who watch it. */
    private void watched(Realm realm, WatchSettings settings) {
        realm.onSlowCalls(settings.slowCall().toNanos(), SlowCall::note);
        realm.onKills((by, killed, reason) -> audit.note(
                "kill",
                Audit.Who.of(by),
                reason,
                "killed_realm",
                realm.name(),
                "killed_session",
                killed.id(),
                "killed_authid",
                killed.identity().authid()));
    }

    private void apply(Reload reload) {
        hosting.templates(reload.settings().templates());
        reload.added().forEach(hosting::add);
        reload.changed().forEach(hosting::change);
        access.rules(rules(reload.settings()));
        reload.removed().forEach(hosting::remove);
        if (reload.applied().contains("log.level")) {
            LogSetup.level(reload.settings().log().level());
        }
    }

    /** Reads the configuration again, as an administrator's procedure does. */
    Map<String, @Nullable Object> reload(Audit.Who who) {
        return control.reload(who);
    }

    private void administer(ServerSettings settings, Watch watch) {
        HostedRealm realm =
                settings.adminRealm() == null ? null : hosting.realms().find(settings.adminRealm());
        if (realm == null) {
            return;
        }
        String name = realm.realm().name();
        boolean open = settings.realms().stream()
                .anyMatch(one -> one.name().equals(name)
                        && one.anonymousRole() != null
                        && access.admin(name, one.anonymousRole()));
        new Administration(watch, recorder, hosting.realms(), access::admin, control, Version.polywire()).addTo(realm);
        pages.add(new DashboardDoor(
                new DashboardSettings(name, settings.doors().wamp().path(), open)));
        recorder.start();
    }

    private Access.Rules rules(ServerSettings settings) {
        Map<String, RealmSettings> byName = new LinkedHashMap<>();
        settings.realms().forEach(realm -> byName.put(realm.name(), realm));
        return new Access.Rules(byName, hosting::ofTemplate);
    }

    /**
     * Starts everything.
     *
     * @throws io.polywire.net.NetException if an address cannot be listened on
     * @throws io.polywire.store.StoreException if the data cannot be opened
     */
    static Server start(ServerSettings settings) {
        return start(settings, null);
    }

    /**
     * The same.
     *
     * @param file reads the settings again for a reload; null if there is nothing to be read
     */
    static Server start(ServerSettings settings, @Nullable Supplier<ServerSettings> file) {
        Server server = new Server(settings, file);
        try {
            for (ListenSettings listener : settings.listeners()) {
                server.listen(listener);
            }
            server.doorways.listen();
            CcProxySection ccProxy = settings.doors().ccProxy();
            if (ccProxy != null) {
                Path socket = ccProxy.door().socket().toAbsolutePath();
                server.addresses.add(new Address("cc-proxy", "unix://" + socket));
            }
            server.ready = true;
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void listen(ListenSettings settings) {
        Listener listener = Listener.open(loops, settings, doorways.doors(pages));
        listeners.add(listener);
        boolean secure = settings.tls() != null;
        switch (listener.endpoint()) {
            case Endpoint.Tcp tcp -> {
                for (Doorways.Way way : doorways.ways()) {
                    addresses.add(new Address(way.what(), way.scheme() + (secure ? "s://" : "://") + tcp + way.path()));
                }
                addresses.add(1, new Address("WAMP over RawSocket", (secure ? "tls://" : "tcp://") + tcp));
                if (pages.stream().anyMatch(DashboardDoor.class::isInstance)) {
                    addresses.add(new Address("Dashboard", (secure ? "https://" : "http://") + tcp + "/"));
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
        ready = false;
        listeners.forEach(Listener::close);
        recorder.close();
        doorways.stopListening();
        doorways.leaveRemotes();
        hosting.close();
        long end = System.nanoTime() + FAREWELL.toNanos();
        try {
            while (doorways.connections() > 0 && System.nanoTime() < end) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.close();
        doorways.close();
        access.close();
        if (store != null) {
            store.close();
        }
        audit.close();
    }
}
