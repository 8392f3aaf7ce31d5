package io.polywire.webwire.door;

import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import java.time.Duration;

/** A {@link Server} with a listener and event loops of its own. */
public final class HeadedServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Server server;
    private final Loops loops;
    private final Listener listener;

    private HeadedServer(Server server, Loops loops, Listener listener) {
        this.server = server;
        this.loops = loops;
        this.listener = listener;
    }

    /**
     * Listens and serves from now on.
     *
     * @param at where; port 0 lets the system choose
     * @throws io.polywire.net.NetException if the address cannot be used
     */
    public static HeadedServer open(Endpoint at, Server server) {
        Loops loops = Loops.open();
        try {
            return new HeadedServer(server, loops, Listener.open(loops, new ListenSettings(at), Doors.http(server)));
        } catch (RuntimeException e) {
            loops.close();
            throw e;
        }
    }

    /** The real address. */
    public Endpoint endpoint() {
        return listener.endpoint();
    }

    public Server server() {
        return server;
    }

    /** Stops listening and shuts the server down, with a patience of 10 s; see {@link Server#shutDown}. */
    @Override
    public void close() {
        listener.close();
        server.shutDown(PATIENCE);
        loops.close();
    }
}
