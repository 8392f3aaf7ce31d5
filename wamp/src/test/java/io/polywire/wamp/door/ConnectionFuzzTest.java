package io.polywire.wamp.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.router.HostedRealm;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Peers that send valid, invalid and mutilated messages in any order. Whatever they do, they are answered or aborted, other
 * sessions go on, and nothing of them is left. {@code -Dwamp.fuzz=N} for more rounds, {@code -Dwamp.fuzz.seed=S} to replay.
 */
@Timeout(120)
class ConnectionFuzzTest {
    private static final int ROUNDS = Integer.getInteger("wamp.fuzz", 400);

    private static final String[] MESSAGES = {
        RawPeer.HELLO,
        "[1,\"realm1\",{\"roles\":{\"callee\":{\"features\":{\"call_canceling\":true,\"payload_passthru_mode\":true,"
                + "\"progressive_call_invocations\":true}},\"caller\":{\"features\":"
                + "{\"progressive_call_invocations\":true}},\"publisher\":{}}}]",
        "[3,{},\"wamp.error.x\"]",
        "[5,\"s\",{}]",
        "[6,{},\"wamp.close.normal\"]",
        "[8,68,1,{},\"a.error\",[1],{\"k\":null}]",
        "[8,68,9,{\"ppt_scheme\":\"x_y\"},\"wamp.error.unavailable\"]",
        "[16,1,{\"acknowledge\":true,\"exclude_me\":false,\"retain\":true},\"f.a\",[1,\"\\u0000AAAA\"],{\"k\":[{}]}]",
        "[16,2,{\"acknowledge\":true,\"eligible\":[1,2],\"exclude_authid\":\"x\"},\"f.a.b\"]",
        "[16,3,{\"acknowledge\":1,\"retain\":\"x\"},\"f..a\"]",
        "[32,4,{\"match\":\"prefix\",\"get_retained\":true},\"f.\"]",
        "[32,5,{\"match\":\"wildcard\"},\"f..b\"]",
        "[32,6,{},\"wamp.session.on_leave\"]",
        "[32,7,{\"match\":\"no\"},\"\"]",
        "[34,8,1]",
        "[34,9,77]",
        "[48,10,{},\"f.p\",[1.5e300,-0.0,9223372036854775808]]",
        "[48,11,{\"timeout\":5,\"receive_progress\":true,\"disclose_me\":true},\"f.p\"]",
        "[48,12,{\"progress\":true},\"f.q.r\",[1]]",
        "[48,12,{},\"f.q.r\",[2]]",
        "[48,13,{},\"wamp.session.list\",[[\"anonymous\"]]]",
        "[48,14,{},\"wamp.session.get\",[{}]]",
        "[48,15,{},\"wamp.session.add_testament\",[\"f.a\",[1],{}],{\"publish_options\":{\"retain\":true}}]",
        "[48,16,{},\"wamp.registration.match\",[\"f.p\"]]",
        "[48,17,{},\"wamp.subscription.get_events\",[1],{\"limit\":-1}]",
        "[48,18,{},\"wamp.registration.remove_callee\",[1,2]]",
        "[49,11,{\"mode\":\"kill\"}]",
        "[49,12,{\"mode\":7}]",
        "[64,19,{\"invoke\":\"roundrobin\",\"concurrency\":1},\"f.p\"]",
        "[64,20,{\"match\":\"prefix\",\"disclose_caller\":true},\"f.q\"]",
        "[64,21,{\"force_reregister\":true},\"f.p\"]",
        "[64,22,{},\"wamp.x\"]",
        "[66,23,1]",
        "[70,1,{\"progress\":true},[1]]",
        "[70,1,{},[1]]",
        "[70,2,{}]",
        "[70,3,{}]",
    };

    @Test
    void whateverAPeerSendsOthersGoOnAndNothingIsLeft() throws Exception {
        long seed = Long.getLong("wamp.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (boolean hop : new boolean[] {false, true}) {
            try (Served served = Served.patient(hop);
                    RawPeer other = served.joined()) {
                for (int round = 0; round < ROUNDS / 2; round++) {
                    String where = "seed " + seed + " round " + round + " hop " + hop;
                    misbehave(served, random, where);
                    other.sendMessage("[48," + (round + 1) + ",{},\"wamp.session.count\"]");
                    String answer = other.read();
                    assertTrue(answer.startsWith("[50," + (round + 1) + ",{},["), () -> where + ": " + answer);
                }
                other.sendMessage("[48,90000,{},\"wamp.registration.list\"]");
                awaitAlone(served);
                assertEquals(1, served.door.connections(), "seed " + seed);
            }
        }
    }

    private static void misbehave(Served served, Random random, String where) throws IOException {
        boolean rawSocket = random.nextInt(20) > 0; // else what it sends is no HTTP either
        try (RawPeer peer = rawSocket ? served.shaken() : served.connect()) {
            if (random.nextInt(5) > 0) {
                peer.sendMessage(RawPeer.HELLO);
            }
            for (int i = random.nextInt(30); i >= 0; i--) {
                peer.send(octets(random));
            }
            if (!rawSocket || random.nextInt(4) == 0) {
                return; // gone without reading
            }
            peer.send(1, 0, 0, 1, 'p'); // PING: answered, or the connection has ended
            try {
                while (!peer.readMessageOrPong()) {
                    // one after the other
                }
            } catch (EOFException | SocketException ended) {
                // aborted, or parted
            } catch (AssertionError e) {
                throw new AssertionError(where, e);
            }
        }
    }

    private static byte[] octets(Random random) {
        byte[] frame = RawPeer.frame(MESSAGES[random.nextInt(MESSAGES.length)]);
        switch (random.nextInt(12)) {
            case 0 -> frame[4 + random.nextInt(frame.length - 4)] = (byte) random.nextInt();
            case 1 -> {
                String text = new String(frame, 4, random.nextInt(frame.length - 4), StandardCharsets.ISO_8859_1);
                return RawPeer.frame(text);
            }
            default -> {} // as it is
        }
        return frame;
    }

    /** Until the only session left is the one that watches. */
    private static void awaitAlone(Served served) throws Exception {
        HostedRealm realm = Objects.requireNonNull(served.realms.find("realm1"));
        long end = System.nanoTime() + 20_000_000_000L;
        while (System.nanoTime() < end) {
            CompletableFuture<Integer> count = new CompletableFuture<>();
            realm.thread().execute(() -> count.complete(realm.realm().sessionCount()));
            if (count.get() == 1 && served.door.connections() == 1) {
                return;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("sessions are left");
    }
}
