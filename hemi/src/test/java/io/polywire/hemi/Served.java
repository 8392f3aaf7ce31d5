package io.polywire.hemi;

import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.HttpDoor;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loop;
import io.polywire.net.Loops;
import io.polywire.router.HostedRealm;
import io.polywire.router.LoopEnvironment;
import io.polywire.router.Realm;
import io.polywire.router.RealmOptions;
import java.time.Duration;
import java.util.function.Function;

/** Doors on a real socket, and a realm beside them. */
public final class Served implements AutoCloseable {
    public final Loops loops;
    public final HostedRealm realm;
    private final Listener listener;

    /**
     * @param hop whether the realm lives on another loop than every second connection
     * @param doors made for the realm
     */
    public Served(boolean hop, Function<HostedRealm, HttpDoor[]> doors) {
        loops = Loops.open(hop ? 2 : 1);
        Loop home = loops.all().getLast();
        LoopEnvironment environment =
                new LoopEnvironment((task, millis) -> home.schedule(task, Duration.ofMillis(millis)));
        realm = new HostedRealm(new Realm("realm1", RealmOptions.DEFAULT, environment), home, home::inLoop);
        listener = Listener.open(
                loops, new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)), Doors.http(doors.apply(realm)));
    }

    public int port() {
        return ((Endpoint.Tcp) listener.endpoint()).port();
    }

    public String url(String path) {
        return "ws://127.0.0.1:" + port() + path;
    }

    @Override
    public void close() {
        listener.close();
        loops.close();
    }
}
