package io.polywire.wamp.client;

import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loop;
import io.polywire.net.Loops;
import io.polywire.net.Tls;
import io.polywire.router.HostedRealm;
import io.polywire.router.LoopEnvironment;
import io.polywire.router.Realm;
import io.polywire.router.RealmOptions;
import io.polywire.router.Realms;
import io.polywire.wamp.door.Admission;
import io.polywire.wamp.door.Anonymous;
import io.polywire.wamp.door.WampDoor;
import io.polywire.wamp.door.WampDoorSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real router on loopback, with the realm {@code realm1}. */
public final class TestRouter implements AutoCloseable {
    private final Loops loops = Loops.open(1);
    private final Realms realms = new Realms();
    private final Listener listener;

    private TestRouter(ListenSettings settings, Admission admission, RealmOptions options) {
        Loop loop = loops.all().getFirst();
        LoopEnvironment environment =
                new LoopEnvironment((task, millis) -> loop.schedule(task, Duration.ofMillis(millis)));
        realms.add(new HostedRealm(new Realm("realm1", options, environment), loop, loop::inLoop));
        WampDoor door = new WampDoor(realms, admission, WampDoorSettings.DEFAULT);
        listener = Listener.open(loops, settings, new Doors(List.of(door), door));
    }

    public static TestRouter start() {
        return start(0, null, new Anonymous("anonymous"));
    }

    /** The same, with a realm of one's own. */
    public static TestRouter start(RealmOptions options) {
        return new TestRouter(
                new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)), new Anonymous("anonymous"), options);
    }

    static TestRouter start(int port, Tls.@Nullable Server tls, Admission admission) {
        ListenSettings settings = new ListenSettings(new Endpoint.Tcp("127.0.0.1", port));
        return new TestRouter(tls == null ? settings : settings.withTls(tls), admission, RealmOptions.DEFAULT);
    }

    static TestRouter unix(Path path) {
        return new TestRouter(
                new ListenSettings(new Endpoint.Unix(path)), new Anonymous("anonymous"), RealmOptions.DEFAULT);
    }

    Realms realms() {
        return realms;
    }

    int port() {
        return listener.endpoint() instanceof Endpoint.Tcp tcp ? tcp.port() : 0;
    }

    /** The URI for a scheme of those over TCP. */
    public String uri(String scheme) {
        return scheme + "://127.0.0.1:" + port() + (scheme.startsWith("ws") ? "/ws" : "");
    }

    /** Closes what is open too. */
    @Override
    public void close() {
        listener.close();
        loops.close();
    }
}
