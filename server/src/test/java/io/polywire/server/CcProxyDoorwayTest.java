package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.client.IoChannel;
import io.polywire.net.NetException;
import io.polywire.server.config.ConfigFile;
import io.polywire.server.config.ServerSettings;
import io.polywire.testkit.hyperstart.MockHyperstart;
import io.polywire.wamp.client.WampClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CcProxyDoorwayTest {
    @TempDir
    private Path folder;

    private ServerSettings settings() throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("polywire.yaml"), """
                listeners: [{tcp: "127.0.0.1:0"}]
                realms:
                  - name: r
                    anonymous: true
                    anonymous_role: user
                    roles:
                      - name: user
                        rules:
                          - {uri: vm.c1.ping, allow: [call]}
                          - {uri: polywire.ccproxy., match: prefix, allow: [subscribe]}
                      - name: vms
                        rules:
                          - {uri: vm., match: prefix, allow: [register]}
                          - {uri: polywire.ccproxy., match: prefix, allow: [publish]}
                  - name: staff
                    anonymous: true
                    anonymous_role: admin
                    roles:
                      - {name: admin, admin: true}
                admin_realm: staff
                ccproxy:
                  socket: proxy.sock
                  realm: r
                  role: vms
                """));
    }

    @Test
    void vmsAreProceduresOfTheRealmUnderItsRules() throws Exception {
        Path socket = folder.resolve("proxy.sock");
        try (Server server = Server.start(settings())) {
            assertEquals("unix://" + socket, server.addresses().getLast().uri());
            BlockingQueue<List<?>> vms = new LinkedBlockingQueue<>();
            try (MockHyperstart mock = MockHyperstart.started(folder);
                    CcProxyClient runtime = CcProxyClient.connect(socket.toString());
                    WampClient user =
                            WampClient.connect(server.addresses().getFirst().uri(), "r")) {
                user.subscribe("polywire.ccproxy.on_vm", event -> vms.add(event.list()))
                        .await();
                runtime.hello("c1", mock.controlPath(), mock.ioPath());
                assertEquals(List.of("c1", "registered"), vms.take());
                user.call("vm.c1.ping").await();
                assertEquals(12, mock.command().code());
                RuntimeException refused = assertThrows(
                        RuntimeException.class,
                        () -> user.call("vm.c1.destroypod").await());
                assertTrue(refused.toString().contains("not_authorized"), refused.toString());
                runtime.bye("c1");
                assertEquals(List.of("c1", "gone"), vms.take());
            }
        }
        assertFalse(Files.exists(socket));
    }

    @Test
    void administratorsSeeTheVmsInTheirRealm() throws Exception {
        Path socket = folder.resolve("proxy.sock");
        try (Server server = Server.start(settings());
                MockHyperstart mock = MockHyperstart.started(folder);
                CcProxyClient runtime = CcProxyClient.connect(socket.toString());
                WampClient admin =
                        WampClient.connect(server.addresses().getFirst().uri(), "staff")) {
            assertEquals(
                    Map.of("vms", List.of()),
                    admin.call("polywire.ccproxy.vm.list").await().value());
            runtime.hello("c1", mock.controlPath(), mock.ioPath());
            Map<String, ?> c1 = Map.of("container", "c1", "state", "running", "clients", 1L, "streams", 1L);
            try (IoChannel io = runtime.allocateIo(2)) {
                assertTrue(io.ioBase() > 0);
                assertEquals(
                        Map.of("vms", List.of(c1)),
                        admin.call("polywire.ccproxy.vm.list").await().value());
            }
        }
    }

    @Test
    void aSocketThatCannotBeHadStopsTheServerWithItsName() throws Exception {
        Files.writeString(folder.resolve("proxy.sock"), "");
        ServerSettings settings = settings();
        NetException e = assertThrows(NetException.class, () -> Server.start(settings));
        assertTrue(String.valueOf(e.getMessage()).contains("proxy.sock: exists and is not a socket"), e.toString());
    }
}
