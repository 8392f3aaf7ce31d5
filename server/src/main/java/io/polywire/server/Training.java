package io.polywire.server;

import io.polywire.model.Serialization;
import io.polywire.server.access.Audit;
import io.polywire.server.config.ConfigFile;
import io.polywire.server.config.ServerSettings;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.WampClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.SynchronousQueue;

/**
 * Clients of every serialization call and publish for a moment. The launcher records a server that does so for the JVM's
 * ahead-of-time cache, so that what a server loads and compiles first is there at once.
 */
final class Training {
    private static final int ROUNDS = 200;

    private Training() {}

    /** Runs it at a server with the realm {@code realm1} open. */
    static void at(List<String> uris) throws InterruptedException {
        for (String uri : uris) {
            for (Serialization serialization : Serialization.values()) {
                exercise(ClientSettings.of(uri, "realm1").withSerialization(serialization));
            }
        }
    }

    /** Starts and stops a server by a configuration file, with a data folder: as all but developers do. */
    static void byConfiguration() throws InterruptedException {
        try (DataFolder folder = DataFolder.open(null)) {
            Path file = Files.writeString(
                    folder.path().resolve("polywire.yaml"),
                    ConfigCommand.development()
                            .replaceFirst("(?m)^#data: .*$", "data: data")
                            .replaceFirst("tcp: \\S+", "tcp: 127.0.0.1:0"));
            ServerSettings settings = ConfigFile.read(file);
            try (DataFolder data = DataFolder.open(settings.data());
                    Server server = Server.start(settings, () -> ConfigFile.read(file))) {
                Signals.on("HUP", () -> {});
                server.reload(Audit.Who.signal("train in " + data.path()));
                exercise(ClientSettings.of(server.addresses().getFirst().uri(), "realm1"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void exercise(ClientSettings settings) throws InterruptedException {
        try (WampClient callee = WampClient.connect(settings);
                WampClient caller = WampClient.connect(settings)) {
            SynchronousQueue<String> events = new SynchronousQueue<>();
            callee.register("polywire.train", call -> call.string(0)).await();
            callee.subscribe("polywire.train", event -> events.put(event.string(0)))
                    .await();
            for (int i = 0; i < ROUNDS; i++) {
                caller.call("polywire.train", "x").await();
                caller.publish("polywire.train", PublishOptions.ACKNOWLEDGED, "x");
                events.take();
            }
        }
    }
}
