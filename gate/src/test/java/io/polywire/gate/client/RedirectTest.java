package io.polywire.gate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.polywire.gate.program.Wasm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Section A2: where a server wants to be asked. */
class RedirectTest {
    private final LoopbackDoor server = new LoopbackDoor();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final HttpServer front = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final URI address =
            URI.create("http://127.0.0.1:" + front.getAddress().getPort());
    private volatile String location = "";

    RedirectTest() throws IOException {
        front.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI()
                    + (exchange.getRequestHeaders().containsKey("Authorization") ? " with a token" : ""));
            exchange.getResponseHeaders().add("Location", location);
            exchange.sendResponseHeaders(307, -1);
            exchange.close();
        });
        front.start();
    }

    @AfterEach
    void close() {
        front.stop(0);
        server.close();
    }

    @Test
    void allRequestsGoWhereTheProbeIsRedirected() {
        location = server.address() + "/gate-0/";
        try (GateClient client = GateClient.of(address, Identity.generate())) {
            ModuleContent hello = ModuleContent.of(Wasm.bytes("hello"));
            client.upload(hello);
            assertEquals(List.of(hello.key()), client.modules());
            assertEquals(List.of("HEAD /gate-0/"), asked); // Once, and no token for whom it may not concern.
        }
    }

    @Test
    void redirectionThatLeadsNowhereIsToldAsSuch() {
        for (String bad : List.of("ftp://x/gate-0/", "/gate-0/", "::")) {
            location = bad;
            try (GateClient client = GateClient.of(address, Identity.generate())) {
                String text = String.valueOf(assertThrows(UncheckedIOException.class, client::modules)
                        .getMessage());
                assertTrue(text.contains("redirected"), text);
            }
        }
    }
}
