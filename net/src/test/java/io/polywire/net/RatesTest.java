package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RatesTest {
    private final AtomicLong clock = new AtomicLong(1);

    private Rates rates(int connections, int handshakes, boolean exemptLoopback) {
        return new Rates(new Rates.Limits(connections, handshakes, Duration.ofSeconds(12), exemptLoopback), clock::get);
    }

    private static InetSocketAddress from(String host) {
        return new InetSocketAddress(host, 4711);
    }

    private static Peer peer(String address) {
        return new Peer(address, "", null, null);
    }

    @Test
    void anAddressConnectsSoOftenAndAgainWithTime() {
        Rates rates = rates(3, 0, false);
        for (int i = 0; i < 3; i++) {
            assertTrue(rates.connection(from("192.0.2.1")));
        }
        assertFalse(rates.connection(from("192.0.2.1")));
        assertTrue(rates.connection(from("192.0.2.2")), "others do not suffer");
        assertEquals(1, rates.refusedConnections());
        clock.addAndGet(Duration.ofSeconds(4).toNanos());
        assertTrue(rates.connection(from("192.0.2.1")));
        assertFalse(rates.connection(from("192.0.2.1")));
    }

    @Test
    void handshakesAreCountedOnTheirOwnAndTellHowLongToWait() {
        Rates rates = rates(1, 2, false);
        assertTrue(rates.connection(from("192.0.2.1")));
        assertEquals(Duration.ZERO, rates.handshake(peer("192.0.2.1:1")));
        assertEquals(Duration.ZERO, rates.handshake(peer("192.0.2.1:2")));
        assertEquals(Duration.ofSeconds(6), rates.handshake(peer("192.0.2.1:3")));
        assertEquals(1, rates.refusedHandshakes());
        assertEquals(0, rates.refusedConnections());
    }

    @Test
    void addressesOfOneNetworkOf64BitsCountAsOne() {
        Rates rates = rates(0, 1, false);
        assertEquals(Duration.ZERO, rates.handshake(peer("[2001:db8:1:2:3::4]:5000")));
        assertEquals(Duration.ofSeconds(12), rates.handshake(peer("[2001:db8:1:2:ffff::5]:6")));
        assertEquals(Duration.ZERO, rates.handshake(peer("[2001:db8:1:3::4]:5000")));
    }

    @Test
    void thisMachineIsExemptOnlyIfToldSo() {
        Rates counted = rates(1, 1, false);
        assertTrue(counted.connection(from("127.0.0.1")));
        assertFalse(counted.connection(from("127.0.0.1")));
        Rates exempt = rates(1, 1, true);
        for (int i = 0; i < 10; i++) {
            assertTrue(exempt.connection(from("127.0.0.1")));
            assertEquals(Duration.ZERO, exempt.handshake(peer("[::1]:" + (i + 1))));
        }
    }

    @Test
    void unixSocketsAreNotCounted() {
        Rates rates = rates(1, 1, false);
        for (int i = 0; i < 3; i++) {
            assertTrue(rates.connection(null));
            assertEquals(Duration.ZERO, rates.handshake(peer("unix")));
        }
    }

    @Test
    void theMemoryOfAddressesIsBounded() {
        Rates rates = rates(0, 1, false);
        rates.handshake(peer("192.0.2.1:1"));
        for (int i = 0; i < 70_000; i++) {
            rates.handshake(peer("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255) + ":1"));
        }
        assertEquals(Duration.ZERO, rates.handshake(peer("192.0.2.1:1")), "it was forgotten");
    }

    @Test
    void portsDoNotMakePeersDiffer() {
        assertEquals("192.0.2.1", peer("192.0.2.1:5000").origin());
        assertEquals("20010db800010002", peer("[2001:db8:1:2:3::4]:5000").origin());
        assertEquals("uid 1000", new Peer("unix", "", null, new Peer.Credentials(1, 1000, 1000)).origin());
        assertEquals("unix", peer("unix").origin());
    }
}
