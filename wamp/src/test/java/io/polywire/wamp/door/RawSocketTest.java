package io.polywire.wamp.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The RawSocket transport (WAMP, "RawSocket Transport"). */
@Timeout(120)
class RawSocketTest {
    private final Served served = new Served(false);

    @AfterEach
    void close() {
        served.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0xF1, 0xB1", // JSON; this door takes 2^20 octets: L is 11
        "0x02, 0xB2", // MessagePack, for a client that takes 512 octets
        "0x73, 0xB3" // CBOR
    })
    void theHandshakeNamesTheLimitOfEachSideAndTheSerialization(String asked, String answered) throws IOException {
        try (RawPeer peer = served.connect()) {
            peer.send(0x7F, Integer.decode(asked), 0, 0);
            peer.expectOctets(0x7F, Integer.decode(answered), 0, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 5, 15})
    void anUnknownSerializationIsRefusedWithError1(int serializer) throws IOException {
        try (RawPeer peer = served.connect()) {
            peer.send(0x7F, 0xF0 | serializer, 0, 0);
            peer.expectOctets(0x7F, 0x10, 0, 0);
            peer.expectEnd();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "0, 1", "255, 255"})
    void reservedOctetsInTheHandshakeAreRefusedWithError3(int third, int fourth) throws IOException {
        try (RawPeer peer = served.connect()) {
            peer.send(0x7F, 0xF1, third, fourth);
            peer.expectOctets(0x7F, 0x30, 0, 0);
            peer.expectEnd();
        }
    }

    @Test
    void aHandshakeThatDoesNotEndIsCutOff() throws IOException {
        try (RawPeer peer = served.connect()) {
            peer.send(0x7F, 0xF1);
            peer.expectEnd();
        }
    }

    @Test
    void aPingIsAnsweredByAPongWithTheSameOctets() throws IOException {
        try (RawPeer peer = served.joined()) {
            peer.send(
                    1, 0, 0, 3, // PING of 3 octets
                    'a', 'b', 'c', 1, 0, 0, 0, // PING of none
                    2, 0, 0, 1, 'x'); // a PONG that nobody asked for
            peer.expectOctets(2, 0, 0, 3, 'a', 'b', 'c', 2, 0, 0, 0);
            peer.sendMessage("[32,1,{},\"a.b\"]");
            peer.expect("[33,1,");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 0x10, 0x80, 0xF0})
    void reservedTypesAndBitsFailTheConnectionAndNoOther(int first) throws IOException {
        try (RawPeer other = served.joined();
                RawPeer peer = served.joined()) {
            peer.send(first, 0, 0, 1, 'x');
            peer.expectAbort("wamp.error.protocol_violation");
            other.sendMessage("[32,1,{},\"a.b\"]");
            other.expect("[33,1,");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x00, 0x10, 0x00, 0x01", // 2^20 + 1 octets
        "0x00, 0xFF, 0xFF, 0xFF", // 2^24 - 1
        "0x08, 0x00, 0x00, 0x00", // bit X: 2^24
        "0x08, 0x00, 0x00, 0x01" // more than any frame can have
    })
    void aFrameOverTheLimitFailsTheConnectionBeforeItIsRead(String a, String b, String c, String d) throws IOException {
        try (RawPeer peer = served.joined()) {
            peer.send(Integer.decode(a), Integer.decode(b), Integer.decode(c), Integer.decode(d));
            peer.expectAbort("wamp.error.protocol_violation");
        }
    }

    @Test
    void aMessageOfExactlyTheLimitIsTaken() throws IOException {
        try (RawPeer peer = served.joined()) {
            String head = "[16,1,{\"acknowledge\":true},\"a.b\",[\"";
            String tail = "\"]]";
            peer.sendMessage(head + "x".repeat((1 << 20) - head.length() - tail.length()) + tail);
            peer.expect("[17,1,");
        }
    }

    @Test
    void framesMayBeCutAnywhere() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(RawPeer.frame(RawPeer.HELLO));
        all.write(RawPeer.frame("[32,1,{},\"a.b\"]"));
        all.write(new byte[] {1, 0, 0, 2, 'h', 'i'}); // PING
        all.write(RawPeer.frame("[32,2,{},\"a.c\"]"));
        byte[] octets = all.toByteArray();
        for (int cut = 0; cut <= octets.length; cut++) {
            try (RawPeer peer = served.shaken()) {
                peer.send(java.util.Arrays.copyOf(octets, cut));
                peer.send(java.util.Arrays.copyOfRange(octets, cut, octets.length));
                peer.expect("[2,");
                peer.expect("[33,1,");
                peer.expectOctets(2, 0, 0, 2, 'h', 'i');
                peer.expect("[33,2,");
            }
        }
    }

    @Test
    void framesMayComeOctetByOctet() throws IOException {
        try (RawPeer peer = served.joined()) {
            for (byte octet : RawPeer.frame("[32,1,{},\"a.b\"]")) {
                peer.send(octet);
            }
            peer.expect("[33,1,");
        }
    }

    @Test
    void whatIsLargerThanThePeerTakesIsNotSentToIt() throws IOException {
        try (RawPeer small = served.connect();
                RawPeer large = served.joined()) {
            small.send(0x7F, 0x01, 0, 0); // takes 512 octets, JSON
            small.expectOctets(0x7F, 0xB1, 0, 0);
            small.sendMessage("[1,\"realm1\",{\"roles\":{\"caller\":{},\"callee\":{},\"subscriber\":{}}}]");
            small.expectAbort("wamp.error.payload_size_exceeded"); // WELCOME itself is larger
            large.sendMessage("[32,1,{},\"a.b\"]");
            large.expect("[33,1,");
        }
    }

    @Test
    void aCallThatIsLargerThanItsCalleeTakesFailsForItsCallerOnly() throws IOException {
        try (RawPeer callee = served.connect();
                RawPeer caller = served.joined()) {
            callee.send(0x7F, 0x21, 0, 0); // takes 2048 octets
            callee.expectOctets(0x7F, 0xB1, 0, 0);
            callee.sendMessage(RawPeer.HELLO);
            callee.expect("[2,");
            callee.sendMessage("[64,1,{},\"p.q\"]");
            callee.expect("[65,1,");
            caller.sendMessage("[48,1,{},\"p.q\",[\"" + "x".repeat(3000) + "\"]]");
            assertTrue(caller.expect("[8,48,1,").contains("wamp.error.payload_size_exceeded"));
            caller.sendMessage("[48,2,{},\"p.q\",[\"small\"]]");
            callee.expect("[68,1,");
            callee.sendMessage("[70,1,{},[\"" + "y".repeat(1000) + "\"]]");
            assertEquals("[50,2,{},[\"" + "y".repeat(1000) + "\"]]", caller.read());
        }
    }

    /** Octet 0 of a frame: RRRR X TTT; X with length 0 means 2^24 octets. */
    @Test
    void aFrameOfExactlySixteenMebibytesIsTaken() throws IOException {
        try (Served large = new Served(WampDoorSettings.DEFAULT, new Anonymous("anonymous"), false);
                RawPeer peer = large.connect()) {
            peer.send(0x7F, 0xF1, 0, 0);
            peer.expectOctets(0x7F, 0xF1, 0, 0);
            peer.sendMessage(RawPeer.HELLO);
            peer.expect("[2,");
            String head = "[16,1,{\"acknowledge\":true},\"a.b\",[\"";
            String tail = "\"]]";
            byte[] message = (head + "x".repeat((1 << 24) - head.length() - tail.length()) + tail)
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            peer.send(0x08, 0, 0, 0);
            peer.send(message);
            peer.expect("[17,1,");
        }
    }
}
