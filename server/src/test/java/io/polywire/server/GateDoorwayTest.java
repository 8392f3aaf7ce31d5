package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.gate.client.GateClient;
import io.polywire.gate.client.GateStream;
import io.polywire.gate.client.Identity;
import io.polywire.gate.client.LaunchOptions;
import io.polywire.gate.client.ModuleContent;
import io.polywire.server.config.ConfigFile;
import io.polywire.server.config.ServerSettings;
import io.polywire.wamp.client.WampClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gate as the server configures it. */
@Timeout(60)
class GateDoorwayTest {
    private static final Path EXAMPLES = Path.of("../examples/gate");

    @TempDir
    private Path folder;

    private ServerSettings settings(boolean procedures) throws IOException {
        return ConfigFile.read(Files.writeString(
                folder.resolve("polywire.yaml"),
                """
                data: data
                listeners: [{tcp: "127.0.0.1:0"}]
                realms: [{name: r, anonymous: true, roles: [{name: anonymous, unrestricted: true}]}]
                gate:
                  public: true
                  realm: r
                """
                        + (procedures
                                ? """
                                  procedures:
                                    - {uri: com.count, module: MODULE, function: count, resident: true, pool: 2, idle: 1m}
                                """.replace(
                                                "MODULE",
                                                EXAMPLES.resolve("procedures.wasm")
                                                        .toAbsolutePath()
                                                        .toString())
                                : "")));
    }

    private static GateClient gate(Server server, Identity owner) {
        String ws = server.addresses().getFirst().uri();
        return GateClient.of(URI.create(ws.replaceFirst("^ws", "http")).resolve("/"), owner);
    }

    private static String said(GateStream stream) throws IOException {
        try (stream) {
            stream.input().close();
            return new String(stream.output().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatRunsIsSavedWhenTheServerIsStoppedAndGoesOnWithTheNext(boolean procedures) throws Exception {
        Identity owner = Identity.generate();
        String instance;
        try (Server server = Server.start(settings(procedures));
                GateClient gate = gate(server, owner)) {
            if (procedures) {
                try (WampClient caller =
                        WampClient.connect(server.addresses().getFirst().uri(), "r")) {
                    assertEquals(1L, caller.call("com.count").await().integer(0));
                }
            }
            instance = gate.launch(ModuleContent.of(EXAMPLES.resolve("tour.wasm")), LaunchOptions.function("count"));
            assertEquals("1\n", said(gate.io(instance)));
        }
        try (Server server = Server.start(settings(procedures));
                GateClient gate = gate(server, owner)) {
            assertEquals("2\n", said(gate.io(instance)));
        }
    }

    @Test
    void aProcedureThatIsThereAlreadyStopsTheStartWithItsName() throws Exception {
        String twice =
                Files.readString(EXAMPLES.resolve("polywire.yaml")).replace("com.example.count", "com.example.sum");
        Files.copy(EXAMPLES.resolve("procedures.wasm"), folder.resolve("procedures.wasm"));
        ServerSettings settings = ConfigFile.read(Files.writeString(folder.resolve("twice.yaml"), twice))
                .withListeners(settings(false).listeners());
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> Server.start(settings));
        assertEquals("gate: procedure com.example.sum: wamp.error.procedure_already_exists", e.getMessage());
    }

    @Test
    void theExampleConfigurationIsAccepted() throws Exception {
        ServerSettings example = ConfigFile.read(EXAMPLES.resolve("polywire.yaml"));
        try (Server server = Server.start(example.withListeners(settings(false).listeners()));
                WampClient caller =
                        WampClient.connect(server.addresses().getFirst().uri(), "realm1")) {
            assertEquals(5, caller.call("com.example.sum", 2, 3).await().integer(0));
            assertEquals(1, caller.call("com.example.count").await().integer(0));
            assertEquals(2, caller.call("com.example.count").await().integer(0));
        }
    }
}
