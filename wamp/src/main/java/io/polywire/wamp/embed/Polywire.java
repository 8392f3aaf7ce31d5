package io.polywire.wamp.embed;

import io.polywire.model.Reasons;
import io.polywire.model.Uris;
import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loop;
import io.polywire.net.Loops;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.LoopEnvironment;
import io.polywire.router.Realm;
import io.polywire.router.RealmOptions;
import io.polywire.router.RealmTemplate;
import io.polywire.router.Realms;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.Reconnect;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.link.Connector;
import io.polywire.wamp.door.Admission;
import io.polywire.wamp.door.Anonymous;
import io.polywire.wamp.door.WampDoor;
import io.polywire.wamp.door.WampDoorSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A router in this process.
 *
 * <pre>{@code
 * void main() {
 *     try (var router = Polywire.builder().realm("realm1").listen("127.0.0.1:8080").start();
 *             var client = router.client("realm1")) {
 *         client.register("com.example.add", call -> call.integer(0) + call.integer(1)).await();
 *         IO.readln("Enter ends it");
 *     }
 * }
 * }</pre>
 *
 * <p>Without {@code listen} nothing is listened on, and only this program's own clients are there. Thread-safe.
 */
public final class Polywire implements AutoCloseable {
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Loops loops = Loops.open();
    private final Map<Loop, LoopEnvironment> environments = new ConcurrentHashMap<>();
    private final Realms realms;
    private final WampDoor door;
    private final List<Listener> listeners = new ArrayList<>();
    private final InProcess clients = new InProcess();

    private Polywire(Builder builder) {
        realms = new Realms(builder.templates, this::host);
        builder.realms.forEach(this::add);
        door = new WampDoor(realms, builder.admission, builder.settings);
    }

    /** Nothing but {@link Builder#realm} has to be said. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a router is to be; each method changes this builder and returns it. Not thread-safe. */
    public static final class Builder {
        private final Map<String, RealmOptions> realms = new LinkedHashMap<>();
        private final List<RealmTemplate> templates = new ArrayList<>();
        private final List<ListenSettings> listeners = new ArrayList<>();
        private Admission admission = new Anonymous("anonymous");
        private WampDoorSettings settings = WampDoorSettings.DEFAULT;

        private Builder() {}

        /** With a realm of that name. */
        public Builder realm(String name) {
            return realm(name, RealmOptions.DEFAULT);
        }

        /**
         * With a realm of that name.
         *
         * @throws IllegalArgumentException if the name is no URI
         */
        public Builder realm(String name, RealmOptions options) {
            realms.put(checked(name), options);
            return this;
        }

        /** With realms that come into being when they are joined. */
        public Builder realms(RealmTemplate template) {
            templates.add(template);
            return this;
        }

        /**
         * Listens there for WebSocket and RawSocket.
         *
         * @param address {@code HOST:PORT}; port 0 is a free one, see {@link Polywire#ports}
         * @throws IllegalArgumentException if it is no address
         */
        public Builder listen(String address) {
            return listen(new ListenSettings(Endpoint.parse(address)));
        }

        /** Listens there, with TLS for example. */
        public Builder listen(ListenSettings listener) {
            listeners.add(listener);
            return this;
        }

        /** Who may come in by the listeners; everybody, if this is not said. Own clients need no admission. */
        public Builder admission(Admission rules) {
            admission = rules;
            return this;
        }

        /** Limits and times of the listeners' connections. */
        public Builder settings(WampDoorSettings limits) {
            settings = limits;
            return this;
        }

        /**
         * Starts the router.
         *
         * @throws io.polywire.net.NetException if an address cannot be listened on
         */
        public Polywire start() {
            Polywire router = new Polywire(this);
            try {
                for (ListenSettings listener : listeners) {
                    router.listen(listener);
                }
                return router;
            } catch (RuntimeException e) {
                router.close();
                throw e;
            }
        }
    }

    private static String checked(String realm) {
        if (!Uris.valid(realm, false)) {
            throw new IllegalArgumentException("'" + realm + "' is no URI");
        }
        return realm;
    }

    private HostedRealm host(String name, RealmOptions options) {
        Loop loop = loops.next();
        LoopEnvironment environment = environments.computeIfAbsent(
                loop, l -> new LoopEnvironment((task, millis) -> l.schedule(task, Duration.ofMillis(millis))));
        return new HostedRealm(new Realm(name, options, environment), loop, loop::inLoop);
    }

    private void listen(ListenSettings settings) {
        listeners.add(Listener.open(loops, settings, new Doors(List.of(door), door)));
    }

    /** The ports that are listened on, in the order of {@link Builder#listen}; 0 for a UNIX socket. */
    public List<Integer> ports() {
        return listeners.stream()
                .map(listener -> listener.endpoint() instanceof Endpoint.Tcp tcp ? tcp.port() : 0)
                .toList();
    }

    /** The realms, for programs that add other doors. */
    public Realms realms() {
        return realms;
    }

    /**
     * Adds a realm.
     *
     * @throws IllegalArgumentException if the name is no URI, or there is such a realm
     */
    public void add(String name, RealmOptions options) {
        realms.add(host(checked(name), options));
    }

    /** Closes a realm: its sessions get GOODBYE, nobody can join it any more. False if there was none. */
    public boolean remove(String name) {
        return realms.close(name, "the realm was removed");
    }

    /**
     * A client in a realm of this router, without a socket, with the role {@code trusted}.
     *
     * @throws io.polywire.wamp.client.ConnectException if there is no such realm
     */
    public WampClient client(String realm) {
        return client(realm, new Identity("embedded", "trusted", "embedded", "static", Map.of()));
    }

    /** The same with another identity. */
    public WampClient client(String realm, Identity identity) {
        return WampClient.connect(
                ClientSettings.of(connector(realm, identity), realm).withReconnect(Reconnect.NEVER));
    }

    /**
     * The way in for clients with settings of their own: {@code ClientSettings.of(connector, realm)}.
     *
     * @param realm the one that they may join by it
     */
    public Connector connector(String realm, Identity identity) {
        return (handler, timeout) -> {
            HostedRealm hosted = realms.find(realm);
            return hosted == null
                    ? CompletableFuture.failedFuture(new IllegalArgumentException("there is no realm " + realm))
                    : clients.open(hosted, (Loop) hosted.thread(), identity, handler);
        };
    }

    /** Lets nobody in any more, says GOODBYE to all, waits up to two seconds for their answers and stops. */
    @Override
    public void close() {
        listeners.forEach(Listener::close);
        for (HostedRealm realm : realms.all()) {
            realms.remove(realm.realm().name());
            realm.run(() -> realm.realm().close(Reasons.SYSTEM_SHUTDOWN, "the router is stopping"));
        }
        long end = System.nanoTime() + FAREWELL.toNanos();
        try {
            while (door.connections() + clients.count() > 0 && System.nanoTime() < end) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.close();
    }
}
