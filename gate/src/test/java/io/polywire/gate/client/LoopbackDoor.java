package io.polywire.gate.client;

import io.polywire.gate.door.GateDoor;
import io.polywire.gate.door.GateSettings;
import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import java.net.URI;
import java.util.List;

/** A door on a free port of the loopback. */
public final class LoopbackDoor implements AutoCloseable {
    private final GateDoor door;
    private final Loops loops = Loops.open(1);
    private final Listener listener;

    public LoopbackDoor() {
        this(GateSettings.DEFAULT);
    }

    public LoopbackDoor(GateSettings settings) {
        door = GateDoor.open(settings, List.of());
        listener = Listener.open(loops, new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)), Doors.http(door));
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + ((Endpoint.Tcp) listener.endpoint()).port());
    }

    /** How many instances there are, of whomever. */
    public int instances() {
        return door.host().instanceCount();
    }

    @Override
    public void close() {
        listener.close();
        loops.close();
        door.close();
    }
}
