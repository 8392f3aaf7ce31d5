package io.polywire.webwire.door;

import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loop;
import io.polywire.net.Loops;
import io.polywire.router.HostedRealm;
import io.polywire.router.LoopEnvironment;
import io.polywire.router.Realm;
import io.polywire.router.RealmOptions;
import io.polywire.router.Realms;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.door.Anonymous;
import io.polywire.wamp.door.WampDoor;
import io.polywire.wamp.door.WampDoorSettings;
import io.polywire.webwire.client.ClientHooks;
import io.polywire.webwire.client.WebWireClient;
import io.polywire.webwire.session.SessionStore;
import java.time.Duration;
import java.util.List;

/** A router on loopback with the realm {@code realm1}, its doors of WAMP and WebWire on one port. */
final class BridgedRouter implements AutoCloseable {
    final Loops loops;
    final HostedRealm realm;
    final WebWireDoor door;
    private final Listener listener;

    /**
     * @param loopCount with more than one, connections and realm are on different threads
     */
    BridgedRouter(SessionStore store, BridgeSettings settings, int loopCount) {
        loops = Loops.open(loopCount);
        Loop loop = loops.all().getFirst();
        LoopEnvironment environment =
                new LoopEnvironment((task, millis) -> loop.schedule(task, Duration.ofMillis(millis)));
        realm = new HostedRealm(new Realm("realm1", RealmOptions.DEFAULT, environment), loop, loop::inLoop);
        Realms realms = new Realms();
        realms.add(realm);
        WampDoor wamp = new WampDoor(realms, new Anonymous("anonymous"), WampDoorSettings.DEFAULT);
        door = new WebWireDoor(realm, store, settings);
        listener = Listener.open(
                loops, new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)), new Doors(List.of(wamp, door), wamp));
    }

    Endpoint.Tcp at() {
        return (Endpoint.Tcp) listener.endpoint();
    }

    WampClient wamp() {
        return WampClient.connect("ws://" + at() + "/ws", "realm1");
    }

    WebWireClient webwire(ClientHooks hooks) {
        WebWireClient client = new WebWireClient(loops, at(), Duration.ofSeconds(20), hooks);
        client.connect();
        return client;
    }

    @Override
    public void close() {
        listener.close();
        loops.close();
    }
}
