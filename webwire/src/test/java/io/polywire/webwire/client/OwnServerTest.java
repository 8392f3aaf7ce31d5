package io.polywire.webwire.client;

import io.polywire.net.Endpoint;
import io.polywire.webwire.TestApp;
import io.polywire.webwire.door.HeadedServer;
import org.jspecify.annotations.Nullable;

/** Our client with our server. */
class OwnServerTest extends Stories {
    private @Nullable HeadedServer server;

    @Override
    Endpoint.Tcp start() {
        HeadedServer opened = HeadedServer.open(new Endpoint.Tcp("127.0.0.1", 0), TestApp.server(true));
        server = opened;
        return (Endpoint.Tcp) opened.endpoint();
    }

    @Override
    void stop() {
        if (server != null) {
            server.close();
        }
    }
}
