package io.polywire.wamp.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
        try (Served served = Served.patient(hop);
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
        try (Served served = Served.patient(hop);
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
        try (Served served = Served.patient(hop);
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

    /** Only the time after which a peer that does not read is cut off is short. */
    private static final WampDoorSettings QUICKLY_STUCK = new WampDoorSettings(
            "/ws",
            1 << 20,
            1 << 20,
            8L << 20,
            Served.PATIENT.helloTimeout(),
            Served.PATIENT.authenticateTimeout(),
            Served.QUICK.stuckTimeout(),
            java.time.Duration.ZERO,
            false,
            "Polywire test");

    private static Served served(boolean hop, WampDoorSettings.Overflow overflow) {
        return new Served(Served.PATIENT.withOverflow(overflow), new Anonymous("anonymous"), hop);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOldestEventsAreDroppedIfThatIsThePolicy(boolean hop) throws IOException {
        try (Served served = served(hop, WampDoorSettings.Overflow.DROP_OLDEST);
                RawPeer slow = served.joined();
                RawPeer publisher = served.joined()) {
            slow.sendMessage("[32,1,{},\"s.t\"]");
            slow.expect("[33,1,");
            for (int i = 0; i < EVENTS; i++) {
                publisher.sendMessage(
                        "[16," + (i + 1) + ",{\"acknowledge\":true},\"s.t\",[" + i + ",\"" + LARGE + "\"]]");
                publisher.expect("[17,");
            }
            int last = -1;
            int got = 0;
            while (last < EVENTS - 1) {
                String event = slow.expect("[36,");
                int number = Integer.parseInt(event.substring(event.indexOf(",[") + 2, event.indexOf(",\"x")));
                assertTrue(number > last, "in order");
                last = number;
                got++;
            }
            long dropped = counters(served).eventsDropped();
            assertEquals(EVENTS, got + dropped);
            assertTrue(dropped > EVENTS / 4, "dropped " + dropped);
            assertEquals(got, counters(served).events());
            slow.sendMessage("[34,2,1]"); // all is as before
            slow.expect("[35,2");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noEventComesAfterUnsubscribedThoughTheOldestAreDropped(boolean hop) throws IOException {
        try (Served served = served(hop, WampDoorSettings.Overflow.DROP_OLDEST);
                RawPeer slow = served.joined();
                RawPeer publisher = served.joined()) {
            slow.sendMessage("[32,1,{},\"s.t\"]");
            slow.expect("[33,1,");
            for (int i = 0; i < 60; i++) {
                publisher.sendMessage("[16," + (i + 1) + ",{\"acknowledge\":true},\"s.t\",[\"" + LARGE + "\"]]");
                publisher.expect("[17,");
            }
            slow.sendMessage("[34,2,1]");
            slow.sendMessage("[48,3,{},\"wamp.session.count\"]");
            String message = slow.read();
            while (message.startsWith("[36,")) {
                message = slow.read();
            }
            assertTrue(message.startsWith("[35,2"), message);
            slow.expect("[50,3,");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSlowSubscriberIsCutOffIfThatIsThePolicy(boolean hop) throws IOException {
        try (Served served = served(hop, WampDoorSettings.Overflow.DISCONNECT);
                RawPeer slow = served.joined();
                RawPeer publisher = served.joined()) {
            slow.sendMessage("[32,1,{},\"s.t\"]");
            slow.expect("[33,1,");
            for (int i = 0; i < EVENTS; i++) {
                publisher.sendMessage("[16," + (i + 1) + ",{\"acknowledge\":true},\"s.t\",[\"" + LARGE + "\"]]");
                publisher.expect("[17,");
            }
            publisher.sendMessage("[48,1000,{},\"wamp.session.count\"]");
            assertEquals("[50,1000,{},[1]]", publisher.read());
            String message = slow.read();
            while (message.startsWith("[36,")) {
                message = slow.read();
            }
            assertTrue(message.startsWith("[3,") && message.contains("wamp.error.network_failure"), message);
            slow.expectEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manySlowPeersTogetherStayWithinTheLoopsBudget(boolean hop) throws IOException {
        long budget = 1L << 20;
        WampDoorSettings settings = new WampDoorSettings(
                "/ws",
                1 << 20,
                1 << 20,
                budget,
                java.time.Duration.ofSeconds(5), // see below
                Served.PATIENT.authenticateTimeout(),
                java.time.Duration.ofSeconds(60),
                Served.PATIENT.keepalive(),
                false,
                "Polywire test");
        int peers = 10;
        try (Served served = new Served(settings, new Anonymous("anonymous"), hop)) {
            java.util.List<RawPeer> slow = new java.util.ArrayList<>();
            for (int i = 0; i < peers; i++) {
                RawPeer one = served.joined();
                one.sendMessage("[32,1,{},\"s.t\"]");
                one.expect("[33,1,");
                slow.add(one);
            }
            try (RawPeer publisher = served.joined()) {
                for (int i = 0; i < EVENTS; i++) {
                    publisher.sendMessage("[16," + (i + 1) + ",{\"acknowledge\":true},\"s.t\",[\"" + LARGE + "\"]]");
                    publisher.expect("[17,");
                }
                for (int i = 0; i < 2; i++) { // one on each loop: they end by the clock, so all queues were looked at
                    try (RawPeer silent = served.shaken()) {
                        silent.expectEnd();
                    }
                }
                // What is in the kernel's buffers has left; a message more for each peer may have been under way.
                long queued = served.door.queuedOctets();
                int loops = hop ? 2 : 1; // each has a budget
                assertTrue(queued > 0 && queued <= loops * budget + (long) peers * LARGE.length(), "queued " + queued);
            } finally {
                for (RawPeer one : slow) {
                    one.close();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoDoesNotReadItsAnswersIsCutOff(boolean hop) throws IOException {
        try (Served served = new Served(QUICKLY_STUCK, new Anonymous("anonymous"), hop);
                RawPeer slow = served.joined();
                RawPeer callee = served.joined()) {
            callee.sendMessage("[64,1,{},\"s.p\"]");
            callee.expect("[65,1,");
            for (int i = 1; i <= EVENTS; i++) {
                slow.sendMessage("[48," + i + ",{},\"s.p\"]");
            }
            for (int i = 1; i <= EVENTS; i++) { // 20 MB where 1 MiB may be queued
                callee.expect("[68," + i + ",");
                callee.sendMessage("[70," + i + ",{},[\"" + LARGE + "\"]]");
            }
            int request = 1;
            String count = "";
            while (!count.equals("[50," + request + ",{},[1]]")) {
                callee.sendMessage("[48," + ++request + ",{},\"wamp.session.count\"]");
                count = callee.expect("[50," + request);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoReadsSlowlyLosesEventsAndIsNotCutOff(boolean hop) throws IOException {
        try (Served served = new Served(QUICKLY_STUCK, new Anonymous("anonymous"), hop);
                RawPeer slow = served.joined();
                RawPeer publisher = served.joined()) {
            slow.sendMessage("[32,1,{},\"s.t\"]");
            slow.expect("[33,1,");
            int request = 0;
            long until = System.nanoTime() + 5 * QUICKLY_STUCK.stuckTimeout().toNanos();
            while (System.nanoTime() < until) { // ten times as much as is read
                for (int i = 0; i < 10; i++) {
                    publisher.sendMessage("[16," + ++request + ",{\"acknowledge\":true},\"s.t\",[\"" + LARGE + "\"]]");
                    publisher.expect("[17,");
                }
                slow.expect("[36,");
            }
            assertTrue(counters(served).eventsDropped() > 0);
            slow.sendMessage("[34,2,1]");
            String message = slow.read();
            while (message.startsWith("[36,")) {
                message = slow.read();
            }
            assertTrue(message.startsWith("[35,2"), message);
        }
    }

    private static io.polywire.router.Counters counters(Served served) {
        return Objects.requireNonNull(served.realms.find("realm1")).realm().counters();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRealmMayLimitWhatWaitsForASessionAndWhatItSends(boolean hop) throws IOException {
        io.polywire.router.RealmOptions.Limits limits =
                io.polywire.router.RealmOptions.Limits.DEFAULT.withOctets(1_000, 200_000);
        try (Served served = new Served(
                        hop,
                        io.polywire.router.RealmOptions.DEFAULT.withRoleLimits(java.util.Map.of("anonymous", limits)));
                RawPeer slow = served.joined();
                RawPeer publisher = served.joined()) {
            slow.sendMessage("[32,1,{},\"s.t\"]");
            slow.expect("[33,1,");
            for (int i = 0; i < 10_000; i++) {
                publisher.sendMessage("[16," + (i + 1) + ",{},\"s.t\",[\"" + LARGE.substring(0, 900) + "\"]]");
            }
            publisher.sendMessage("[48,20000,{},\"wamp.session.count\"]");
            publisher.expect("[50,20000,");
            assertTrue(
                    counters(served).eventsDropped() > 1_000,
                    "dropped " + counters(served).eventsDropped());
            publisher.sendMessage("[16,20001,{},\"s.t\",[\"" + LARGE.substring(0, 990) + "\"]]");
            publisher.expectAbort("wamp.error.protocol_violation");
        }
    }
}
