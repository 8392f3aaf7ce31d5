package io.polywire.bench;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import java.io.IOException;

/** One publisher keeps a window of publications in flight: the next goes when one has reached every subscriber. */
final class Events implements Load.Steady {
    private static final String TOPIC = "io.polywire.bench.topic";

    private final Load load;
    private final Payload payload;
    private final long[] started;
    private final int[] missing;
    private final long[] received; // by subscriber: how many events
    private long published;
    private int subscribed;

    Events(Load load) {
        this.load = load;
        this.payload = Payload.of("x".repeat(load.payload));
        int ring = Integer.highestOneBit(Math.max(1, load.window)) * 4;
        this.started = new long[ring];
        this.missing = new int[ring];
        this.received = new long[load.subscribers];
    }

    @Override
    public void start() throws IOException {
        Peer publisher = load.open((peer, message) -> {});
        for (int i = 0; i < load.subscribers; i++) {
            int subscriber = i;
            Peer peer = load.open((p, message) -> {
                if (message instanceof Message.Event) {
                    arrived(publisher, received[subscriber]++);
                } else {
                    subscribed++;
                }
            });
            peer.send(new Message.Subscribe(1, Dict.EMPTY, TOPIC));
            peer.flush();
        }
        load.run(Long.MAX_VALUE, () -> subscribed == load.subscribers);
        for (int n = 0; n < load.window; n++) {
            publish(publisher);
        }
    }

    private void publish(Peer publisher) {
        int slot = (int) (published++ & started.length - 1);
        started[slot] = System.nanoTime();
        missing[slot] = load.subscribers;
        publisher.send(new Message.Publish(published, Dict.EMPTY, TOPIC, payload));
    }

    private void arrived(Peer publisher, long number) {
        int slot = (int) (number & started.length - 1);
        load.ended(started[slot]);
        if (--missing[slot] == 0) {
            publish(publisher);
        }
    }
}
