package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Reasons;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.NetException;
import io.polywire.server.config.RealmSettings;
import io.polywire.server.config.ServerSettings;
import io.polywire.wamp.client.ConnectException;
import io.polywire.wamp.client.WampClient;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerTest {
    private static final Endpoint ANY = new Endpoint.Tcp("127.0.0.1", 0);

    private static ServerSettings settings(Endpoint... endpoints) {
        return ServerSettings.of(
                List.of(endpoints).stream().map(ListenSettings::new).toList(),
                List.of(RealmSettings.open("open"), RealmSettings.closed("closed")));
    }

    private static String uri(Server server, int index) {
        return server.addresses().get(index).uri();
    }

    @Test
    void everyAddressLetsClientsIn(@TempDir Path folder) {
        try (Server server = Server.start(settings(ANY, new Endpoint.Unix(folder.resolve("s"))))) {
            assertEquals(3, server.addresses().size());
            for (Server.Address address : server.addresses()) {
                try (WampClient client = WampClient.connect(address.uri(), "open")) {
                    assertTrue(client.isConnected(), address.uri());
                }
            }
        }
    }

    @Test
    void aRealmThatIsNotOpenedLetsNobodyIn() {
        try (Server server = Server.start(settings(ANY))) {
            ConnectException e =
                    assertThrows(ConnectException.class, () -> WampClient.connect(uri(server, 0), "closed"));
            assertEquals(Reasons.NO_MATCHING_AUTH_METHOD, e.uri());
        }
    }

    @Test
    void aRealmThatIsNotThereIsNamed() {
        try (Server server = Server.start(settings(ANY))) {
            ConnectException e =
                    assertThrows(ConnectException.class, () -> WampClient.connect(uri(server, 0), "other"));
            assertEquals(Reasons.NO_SUCH_REALM, e.uri());
        }
    }

    @Test
    void anAddressInUseIsNamedAndNothingIsLeftOpen() {
        try (Server server = Server.start(settings(ANY))) {
            String taken = uri(server, 1).replace("tcp://", "");
            NetException e = assertThrows(NetException.class, () -> Server.start(settings(ANY, Endpoint.parse(taken))));
            assertTrue(e.toString().contains(taken), e.toString());
        }
    }
}
