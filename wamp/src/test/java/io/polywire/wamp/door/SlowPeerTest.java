package io.polywire.wamp.door;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that do not read (WAMP reference, "Ordering, queues, slow peers"). */
@Timeout(120)
class SlowPeerTest {
    private static final int EVENTS = 200;
    private static final String LARGE = "x".repeat(100_000);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSlowSubscriberLosesEventsAndNobodyElseDoes(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer slow = served.joined();
                RawPeer healthy = served.joined();
                RawPeer publisher = served.joined()) {
            slow.sendMessage("[32,1,{},\"s.t\"]");
            slow.expect("[33,1,");
            healthy.sendMessage("[32,1,{},\"s.t\"]");
            healthy.expect("[33,1,");
            for (int i = 0; i < EVENTS; i++) { // 20 MB where 1 MiB may be queued
                publisher.sendMessage(
                        "[16," + (i + 1) + ",{\"acknowledge\":true},\"s.t\",[" + i + ",\"" + LARGE + "\"]]");
                publisher.expect("[17,");
                assertTrue(healthy.expect("[36,").contains(",[" + i + ","));
            }
            long dropped = Objects.requireNonNull(served.realms.find("realm1"))
                    .realm()
                    .counters()
                    .eventsDropped();
            assertTrue(dropped > EVENTS / 2, "dropped " + dropped);
            assertTrue(slow.expect("[36,").contains(",[0,")); // what it gets is in order, from the first on
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallToACalleeWhoseQueueIsFullFails(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer callee = served.joined();
                RawPeer caller = served.joined()) {
            callee.sendMessage("[64,1,{},\"s.p\"]");
            callee.expect("[65,1,");
            String failure = null;
            for (int i = 1; i <= EVENTS && failure == null; i++) {
                caller.sendMessage("[48," + i + ",{},\"s.p\",[\"" + LARGE + "\"]]");
                caller.sendMessage("[48," + (1000 + i) + ",{},\"wamp.session.count\"]");
                String answer = caller.read();
                if (answer.startsWith("[8,")) {
                    failure = answer;
                    caller.expect("[50," + (1000 + i));
                }
            }
            assertTrue(String.valueOf(failure).contains("wamp.error.network_failure"), failure);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBurstToAPeerThatReadsLosesNothing(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer subscriber = served.joined();
                RawPeer publisher = served.joined()) {
            subscriber.sendMessage("[32,1,{},\"s.t\"]");
            subscriber.expect("[33,1,");
            int count = 2_000;
            java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                all.writeBytes(RawPeer.frame("[16," + (i + 1) + ",{},\"s.t\",[" + i + "]]"));
            }
            publisher.send(all.toByteArray());
            for (int i = 0; i < count; i++) {
                assertTrue(subscriber.expect("[36,").endsWith(",[" + i + "]]"));
            }
        }
    }
}
