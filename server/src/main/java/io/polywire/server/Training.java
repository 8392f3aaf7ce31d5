package io.polywire.server;

import io.polywire.model.Serialization;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.WampClient;
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
