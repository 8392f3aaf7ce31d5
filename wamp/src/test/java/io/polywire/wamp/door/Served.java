package io.polywire.wamp.door;

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
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A door with the realm {@code realm1}, open to everybody, on a real socket. */
final class Served implements AutoCloseable {
    /** Times that a test can wait for. */
    static final WampDoorSettings QUICK = new WampDoorSettings(
            "/ws",
            1 << 20,
            1 << 20,
            8L << 20,
            Duration.ofMillis(300),
            Duration.ofMillis(600),
            Duration.ofMillis(500),
            Duration.ZERO,
            false,
            "Polywire test");

    /** Times that no test waits for: a client may be held up for long by what else the machine does. */
    static final WampDoorSettings PATIENT = new WampDoorSettings(
            "/ws",
            1 << 20,
            1 << 20,
            8L << 20,
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ZERO,
            false,
            "Polywire test");

    final Realms realms = new Realms();
    final WampDoor door;
    private final Loops loops;
    private final Listener listener;

    /**
     * @param hop whether the realm lives on another loop than the connections
     */
    Served(WampDoorSettings settings, Admission admission, boolean hop) {
        this(settings, admission, hop, RealmOptions.DEFAULT);
    }

    Served(boolean hop, RealmOptions options) {
        this(PATIENT, new Anonymous("anonymous"), hop, options);
    }

    private Served(WampDoorSettings settings, Admission admission, boolean hop, RealmOptions options) {
        loops = Loops.open(hop ? 2 : 1);
        // connections are spread over the loops: with two of them, every other one is not on the realm's
        Loop home = loops.all().getLast();
        LoopEnvironment environment =
                new LoopEnvironment((task, millis) -> home.schedule(task, Duration.ofMillis(millis)));
        Realm realm = new Realm("realm1", options, environment);
        realms.add(new HostedRealm(realm, home, home::inLoop));
        door = new WampDoor(realms, admission, settings);
        listener = Listener.open(
                loops, new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)), new Doors(List.of(door), door));
    }

    static Served patient(boolean hop) {
        return new Served(PATIENT, new Anonymous("anonymous"), hop);
    }

    Served(boolean hop) {
        this(QUICK, new Anonymous("anonymous"), hop);
    }

    int port() {
        return ((Endpoint.Tcp) listener.endpoint()).port();
    }

    RawPeer connect() throws IOException {
        return new RawPeer(port());
    }

    /** Connected by RawSocket with JSON. */
    RawPeer shaken() throws IOException {
        RawPeer peer = connect();
        peer.send(0x7F, 0xF1, 0, 0);
        peer.expectOctets(0x7F, 0xB1, 0, 0);
        return peer;
    }

    /** In the realm, by RawSocket with JSON. */
    RawPeer joined() throws IOException {
        RawPeer peer = shaken();
        peer.sendMessage(RawPeer.HELLO);
        peer.expect("[2,");
        return peer;
    }

    @Override
    public void close() {
        listener.close();
        loops.close();
    }
}
